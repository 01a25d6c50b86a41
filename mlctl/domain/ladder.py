"""The order in which a climb takes the rungs, and the rungs found by name.

Simplicity is the order of :data:`KINDS`: where two rungs cannot be told apart, the earlier one is
recommended.
"""

import re
from collections.abc import Mapping

from mlctl.domain.estimator_parameters import PARAMETERS
from mlctl.domain.kinds import KINDS, Family, Kind

__all__ = [
    "BASE",
    "COUNTERPARTS",
    "DUMMY_STRATEGIES",
    "KINDS",
    "ORDERED_DUMMY_SEARCH",
    "PROBE",
    "REST",
    "SLOW_ABOVE",
    "Family",
    "Kind",
    "family_of",
    "find_kind",
    "parameters_of",
    "simplicity",
]

PROBE = "hist_gradient_boosting"
"""The rung that tells whether the rest of the default climb is worth its time."""

BASE: Mapping[str, tuple[str, ...]] = {
    "classification": ("dummy", "logistic_regression", "decision_tree", PROBE),
    "regression": ("dummy", "ridge", "decision_tree", PROBE),
}
"""What the default climb always takes, by task; the probe is last."""

_AFTER = ("random_forest", "hist_gradient_boosting_tuned")
REST: Mapping[str, tuple[str, ...]] = {
    "classification": ("k_nearest_neighbors", "elastic_net", "svc", *_AFTER),
    "regression": ("k_nearest_neighbors", "elastic_net", "svr", *_AFTER),
}
"""What it takes only where the probe leads, by task."""

SLOW_ABOVE: Mapping[str, int] = {"svc": 20_000, "svr": 20_000, "k_nearest_neighbors": 20_000}
"""Training rows above which the default climb passes a rung over: fitting a kernel takes time that grows with
the square of the rows, and neighbours are looked up among all of them at every prediction."""

DUMMY_STRATEGIES: Mapping[str, tuple[str, ...]] = {
    "classification": ("prior", "most_frequent", "stratified", "uniform", "last", "seasonal_last"),
    "regression": ("mean", "median", "last", "seasonal_last"),
}
"""What ``dummy: {strategy: …}`` may say, by task; the first is the default."""

ORDERED_DUMMY_SEARCH: Mapping[str, tuple[str, ...]] = {
    "classification": ("prior", "last", "seasonal_last"),
    "regression": ("mean", "last", "seasonal_last"),
}
"""The strategies among which the default climb's dummy chooses on time-ordered data."""

COUNTERPARTS: Mapping[str, str] = {
    "logistic_regression": "ridge",
    "linear_regression": "logistic_regression",
    "ridge": "logistic_regression",
    "lasso": "elastic_net",
    "svc": "svr",
    "svr": "svc",
    "linear_svc": "linear_svr",
    "linear_svr": "linear_svc",
    "gaussian_naive_bayes": "linear_regression",
}
"""For a rung of one task, the like of it for the other."""


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


_BY_SPELLING = {_plain(text): kind for kind in KINDS.values() for text in (kind.name, *kind.spellings)}
_BY_CLASS = {path: kind for kind in reversed(list(KINDS.values())) for path in kind.classes.values()}
_ORDER = {name: place for place, name in enumerate(KINDS)}


def find_kind(text: str) -> Kind | None:
    """Return the rung that a name or a spelling means, or None; case, ``_`` and ``-`` do not matter.

    Examples
    --------
    >>> find_kind("KNeighborsClassifier").name
    'k_nearest_neighbors'
    """
    return _BY_SPELLING.get(_plain(text))


def family_of(rung: str) -> Family:
    """Return the family of a canonical name or of a dotted class path; ``other`` for a class not known."""
    kind = KINDS.get(rung) or _BY_CLASS.get(rung)
    return kind.family if kind else "other"


def parameters_of(rung: str, task: str | None = None) -> frozenset[str] | None:
    """Return the parameter names that a rung takes, or None where the class is not known.

    Parameters
    ----------
    rung : str
        A canonical name, or a dotted class path.
    task : {"classification", "regression"}, optional
        Without it, the names of both tasks' classes together.
    """
    kind = KINDS.get(rung)
    paths = [path for of, path in kind.classes.items() if task in (None, of)] if kind else [rung]
    tables = [PARAMETERS[path] for path in paths if path in PARAMETERS]
    return frozenset().union(*tables) if tables else None


def simplicity(rung: str, index: int = 0) -> int:
    """Return the place in the order of simplicity: smaller is simpler.

    Parameters
    ----------
    rung : str
        A canonical name (a trailing ``_2`` tells namesakes apart and is ignored), or a dotted class path.
    index : int, default=0
        Position in the ladder: orders the classes that are not known, which come after all that are.
    """
    known = KINDS.get(rung) or KINDS.get(re.sub(r"_[0-9]+$", "", rung)) or _BY_CLASS.get(rung)
    return _ORDER[known.name] if known else len(KINDS) + index
