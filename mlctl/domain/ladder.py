"""The rungs by name, and the order in which a climb takes them.

Simplicity is the order of :data:`KINDS`: where two rungs cannot be told apart, the earlier one is
recommended. Nothing of scikit-learn is imported here, so that a parameters file is checked in
milliseconds; a test holds the parameter names to the installed version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Family = Literal["dummy", "rule", "linear", "tree", "distance", "boosting", "other"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A rung that the ladder knows by name.

    Attributes
    ----------
    classes : mapping
        Task to the dotted path of the estimator.
    family : str
        Which preprocessing it gets: ``linear`` and ``distance`` are clipped, scaled and one-hot encoded,
        ``tree`` and ``boosting`` take the numbers as they are and categories as codes.
    defaults : mapping
        Task to the parameters that differ from scikit-learn's defaults.
    search : mapping
        Task to the lists that the default climb searches.
    seeded : bool
        Whether the estimator takes ``random_state``.
    spellings : tuple of str
        Other names that users know it by.
    """

    name: str
    classes: Mapping[str, str]
    family: Family
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    search: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)
    seeded: bool = False
    spellings: tuple[str, ...] = ()
