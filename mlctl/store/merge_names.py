"""Names that a merge gives anew, wherever a record or an event says them."""

from collections.abc import Mapping
from typing import Any


def renamed(value: Any, renames: Mapping[str, str]) -> Any:
    """Return a value with every text that is an old name as the new one; longer texts stay as they are.

    Examples
    --------
    >>> renamed({"to": "p_nogit_1", "why": ["beats p_nogit_1"]}, {"p_nogit_1": "p_nogit_7"})
    {'to': 'p_nogit_7', 'why': ['beats p_nogit_1']}
    """
    if isinstance(value, dict):
        return {key: renamed(inner, renames) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, renames) for inner in value]
    return renames.get(value, value) if isinstance(value, str) else value
