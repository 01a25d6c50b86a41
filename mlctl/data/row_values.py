"""Rows of Python values, as a database driver gives them, to Arrow."""

import datetime as dt
import ipaddress
import numbers
import uuid
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from mlctl.data.arrow_types import MOMENT, MOMENT_UTC, mixed, plain, refused
from mlctl.errors import DataError

_NUMBERS = frozenset(("integer", "float", "decimal"))
_DATES = frozenset(("date", "moment"))
_ADDRESSES = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
)
_FAMILIES: tuple[tuple[Any, str], ...] = (
    (type(None), ""),
    (bool, "truth values"),
    (numbers.Integral, "integer"),
    (Decimal, "decimal"),
    (numbers.Real, "float"),
    (str, "text"),
    (dt.datetime, "moment"),
    (dt.date, "date"),
    (dt.time, "times of day"),
    (dt.timedelta, "spans of time"),
    # What has one written form, and is looked up by it.
    ((uuid.UUID, *_ADDRESSES), "names"),
)
_CALLED = {**dict.fromkeys(_NUMBERS, "numbers"), "moment": "moments", "date": "dates", "names": "text"}


def to_batch(names: Sequence[str], rows: Sequence[Sequence[Any]], first_row: int) -> pa.RecordBatch:
    """Turn some rows into a batch of the types of :mod:`mlctl.data.arrow_types`.

    Parameters
    ----------
    names : sequence of str
        Of the columns.
    rows : sequence of sequence
        At least one row; None is a missing value.
    first_row : int
        The number of the first one, counted from 1.

    Raises
    ------
    DataError
        When a column holds values of two kinds, or of one that is no table's.
    """
    columns = zip(*rows, strict=True)
    arrays = [to_array(values, name, first_row) for name, values in zip(names, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def to_array(values: Sequence[Any], name: str, first_row: int) -> pa.Array:
    """Turn one column's values into an array; see :func:`to_batch`."""
    families = {_family(kind, name) for kind in set(map(type, values))} - {""}
    if not families:
        return pa.nulls(len(values))
    if families <= _NUMBERS:
        return _numbers(values, families, name)
    if families <= _DATES:
        return _moments(values, families, name, first_row)
    if len(families) > 1:
        raise _mixed(values, name, first_row, lambda value: _called(_family(type(value), name)))
    return _SINGLE[families.pop()](values, name)


def _family(kind: Any, name: str) -> str:
    for classes, family in _FAMILIES:
        if issubclass(kind, classes):
            return family
    raise refused(name, f"values of type {kind.__name__}")


def _called(family: str) -> str:
    return _CALLED.get(family, family)


def _mixed(values: Sequence[Any], name: str, first_row: int, call: Callable[[Any], str]) -> DataError:
    first: dict[str, int] = {}
    for row, value in enumerate(values, first_row):
        if value is not None:
            first.setdefault(call(value), row)
    one, other = list(first.items())[:2]
    return mixed(name, one, other)


def _numbers(values: Sequence[Any], families: Collection[str], name: str) -> pa.Array:
    if "float" not in families:
        try:
            return plain(pa.array(values), name)
        except (pa.ArrowInvalid, OverflowError):  # beyond what fits, or a decimal that is not a number
            pass
    return pa.array([None if value is None else float(value) for value in values], pa.float64())


def _moments(values: Sequence[Any], families: Collection[str], name: str, first_row: int) -> pa.Array:
    if families == {"date"}:
        return pa.array(values, pa.date32())
    moments = [_midnight(value) for value in values]
    zoned = {value.tzinfo is not None for value in moments if value is not None}
    if len(zoned) > 1:
        raise _mixed(moments, name, first_row, lambda v: f"moments with{'' if v.tzinfo else 'out'} a zone")
    return pa.array(moments, MOMENT_UTC if True in zoned else MOMENT)


def _midnight(value: Any) -> Any:
    if value is None or isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value, dt.time.min)


def _text(values: Sequence[Any], name: str) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a pair of UTF-16, which no encoding writes
        pass
    raise refused(name, "text with a lone surrogate")


def _names(values: Sequence[Any], name: str) -> pa.Array:
    return _text([None if value is None else str(value) for value in values], name)


def _typed(values: Sequence[Any], _name: str) -> pa.Array:
    return pa.array(values)


_SINGLE: dict[str, Callable[[Sequence[Any], str], pa.Array]] = {
    "truth values": _typed,
    "times of day": _typed,
    "spans of time": _typed,
    "text": _text,
    "names": _names,
}
