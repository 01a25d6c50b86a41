"""One cell as it comes, to one cell as the model takes it; the rules are those of ``mlctl evaluate --data``.

number    int, float, bool, a decimal number as text; infinite ones are refused
boolean   bool; true, t, yes, y, on, 1 and false, f, no, n, off, 0 as text or number
category  text; a number is written out, whole ones without ``.0``
text      as category
date      datetime, date, ISO 8601 text, ``2026/01/31``, or the form that the model's file names

None, NaN and the texts that stand for a missing value are missing in all of them.
"""

from __future__ import annotations

import re
from math import isfinite, nan

from .errors import ValueFault

_AS_WRITTEN = ("bool", "bool_", "datetime")  # NumPy's truths too, under the name of either version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Missing = frozenset[str]

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TRUTHS = dict.fromkeys(("true", "t", "yes", "y", "on", "1", "1.0"), 1.0)
_TRUTHS.update(dict.fromkeys(("false", "f", "no", "n", "off", "0", "0.0"), 0.0))


def converter(kind: str, form: str | None, missing: Missing) -> Callable[[Any], Any]:
    """Return the function that takes a cell of a column.

    It raises :class:`ValueFault` with what was wanted.
    """
    if kind == "date":
        from .dates import moment  # most models have no dates, and need not import what reads them

        return lambda value: moment(value, form, missing)
    if kind == "number":
        return lambda value: _number(value, missing)
    if kind == "boolean":
        return lambda value: _truth(value, missing)
    return lambda value: _text(value, missing)


def is_missing(value: Any, missing: Missing) -> bool:
    """Tell whether a cell has no value."""
    if value is None:
        return True
    if isinstance(value, str):
        return value in missing
    # Only NaN and NaT differ from themselves, and pandas' NA does not say.
    return type(value).__name__ == "NAType" or bool(value != value)


def shown(value: Any) -> str:
    """Return a value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _number(value: Any, missing: Missing) -> float:
    if type(value) is float and isfinite(value):
        return value
    if is_missing(value, missing):
        return nan
    number = _as_float(value)
    if number is None:
        raise ValueFault(f"{shown(value)} is not a number")
    if not isfinite(number):
        raise ValueFault(f"{shown(value)} is infinite; no model was trained on infinities")
    return number


def _as_float(value: Any) -> float | None:
    if isinstance(value, str):
        text = value.strip()
        return float(text) if _DECIMAL.fullmatch(text) else None
    # Decimal and NumPy's numbers say what float they are; lists, times and mappings do not.
    if not hasattr(type(value), "__float__"):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _truth(value: Any, missing: Missing) -> float:
    if is_missing(value, missing):
        return nan
    found = _TRUTHS.get(str(value).strip().lower())
    if found is None:
        raise ValueFault(f"{shown(value)} is neither true nor false")
    return found


def _text(value: Any, missing: Missing) -> str | None:
    if type(value) is str:
        return None if value in missing else value
    if is_missing(value, missing):
        return None
    if isinstance(value, (str, bool)) or type(value).__name__ in _AS_WRITTEN:
        return str(value)
    number = _as_float(value)
    if number is None:
        raise ValueFault(f"{shown(value)} is not text")
    if hasattr(type(value), "__index__"):
        return repr(int(value))
    return repr(int(number)) if number.is_integer() else repr(number)
