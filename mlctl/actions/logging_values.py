"""Values as scripts log them, as a record holds them."""

import numbers
import operator
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
    item = getattr(value, "item", None)  # of NumPy's arrays, pandas' columns and others' tensors
    try:
        return float(item() if callable(item) else value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        raise UsageError(f"metric {metric!r}: {value!r} is no number", "log texts as parameters") from None


def step_of(value: Any) -> int:
    """Return a step; NumPy's whole numbers are welcome.

    Raises
    ------
    UsageError
        When it is no whole number of 64 bits.
    """
    try:
        step = operator.index(value)
    except TypeError:
        raise UsageError(f"step {value!r} is no whole number", "count the steps: 0, 1, 2, …") from None
    if not -(2**63) <= step < 2**63:
        raise UsageError(f"step {step} is too large", "count the steps: 0, 1, 2, …")
    return step


def text_of(value: Any) -> str:
    """Return a value as text that a file takes: half of a character, which no file does, is spelled out."""
    return str(value).encode("utf-8", "backslashreplace").decode()


def parameter_of(value: Any) -> Any:
    """Return a parameter as a record holds it: text, number, truth or nothing as such, the rest as text.

    Examples
    --------
    >>> parameter_of(0.5), parameter_of({"a": (1, None)}), parameter_of(ValueError)
    (0.5, {'a': [1, None]}, "<class 'ValueError'>")
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, Mapping):
        return {text_of(key): parameter_of(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [parameter_of(inner) for inner in value]
    return " ".join(text_of(value).split())
