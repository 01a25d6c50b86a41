"""Values as scripts log them, as a record holds them."""

import numbers
from collections.abc import Mapping
from typing import Any

from mlctl.errors import UsageError


def number_of(metric: str, value: Any) -> float:
    """Return a metric's value; NumPy's numbers and arrays of one number are welcome.

    Raises
    ------
    UsageError
        When it is no number.
    """
    try:
        return float(value)
    except (TypeError, ValueError):
        raise UsageError(f"metric {metric!r}: {value!r} is no number", "log texts as parameters") from None


def parameter_of(value: Any) -> Any:
    """Return a parameter as a record holds it: text, number, truth or nothing as such, the rest as text.

    Examples
    --------
    >>> parameter_of(0.5), parameter_of({"a": (1, None)}), parameter_of(ValueError)
    (0.5, {'a': [1, None]}, "<class 'ValueError'>")
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): parameter_of(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [parameter_of(inner) for inner in value]
    return " ".join(str(value).split())
