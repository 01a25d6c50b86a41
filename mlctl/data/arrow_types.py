"""The few Arrow types that a fetched row is kept in, and what becomes of two of them in one column.

========================  =============================================================================
``bool``                  truth values
``int64``                 whole numbers; exact decimals without a fraction
``float64``               other numbers; whole ones beyond 64 bits
``string``                text; categories; identifiers such as UUIDs
``date32``                dates
``timestamp[us]``         moments without a zone; finer digits than microseconds are cut
``timestamp[us, UTC]``    moments with a zone, turned to UTC
``time64[us]``            times of day
``duration[us]``          spans of time
``null``                  a column without any value
========================  =============================================================================
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from mlctl.errors import DataError

MOMENT = pa.timestamp("us")
MOMENT_UTC = pa.timestamp("us", tz="UTC")
_NULL = pa.null()
_WIDER = {
    frozenset((pa.int64(), pa.float64())): pa.float64(),
    frozenset((pa.date32(), MOMENT)): MOMENT,
}
_WORDS = {
    pa.bool_(): "truth values",
    pa.int64(): "numbers",
    pa.float64(): "numbers",
    pa.string(): "text",
    pa.date32(): "dates",
    MOMENT: "moments without a zone",
    MOMENT_UTC: "moments with a zone",
    pa.time64("us"): "times of day",
    pa.duration("us"): "spans of time",
}


def plain(array: Any, name: str) -> Any:
    """Turn an Arrow array into one of the types above.

    Parameters
    ----------
    array : pyarrow.Array
        Of any type.
    name : str
        The column's, for errors.

    Raises
    ------
    DataError
        When it holds bytes, lists, mappings or something else that is no table's value.
    """
    for fits, convert in _CONVERSIONS:
        if fits(array.type):
            return convert(array, name)
    raise refused(name, str(array.type))


def refused(name: str, what: str) -> DataError:
    """Say that a column holds no table's value."""
    return DataError(
        f"column {name!r} holds {what}, which is no table's value",
        "take it apart, turn it to text, or leave it out, where the rows come from",
    )


def wider(one: Any, other: Any) -> Any:
    """Return the type that holds the values of both; None where there is none."""
    if one == other or _NULL in (one, other):
        return other if one == _NULL else one
    return _WIDER.get(frozenset((one, other)))


def words(kind: Any) -> str:
    """Return what a person calls a type: ``numbers``."""
    return _WORDS[kind]


def mixed(name: str, one: tuple[str, int], other: tuple[str, int]) -> DataError:
    """Say that a column holds two kinds of values, each with its first row."""
    return DataError(
        f"column {name!r} holds {one[0]} (row {one[1]:,}) and {other[0]} (row {other[1]:,})",
        f"settle it where the rows come from: CAST({name} AS TEXT), or leave out the rows that do not belong",
    )


def _as(kind: Any) -> Callable[[Any, str], Any]:
    # Not safe: the digits below a microsecond are cut, and that is said above.
    return lambda array, _name: array.cast(kind, safe=False)


def _whole(array: Any, _name: str) -> Any:
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:  # beyond 64 bits
        return array.cast(pa.float64(), safe=False)


def _decimal(array: Any, name: str) -> Any:
    return _whole(array, name) if array.type.scale <= 0 else array.cast(pa.float64())


def _category(array: Any, name: str) -> Any:
    return plain(array.cast(array.type.value_type), name)


def _moment(array: Any, _name: str) -> Any:
    return array.cast(MOMENT if array.type.tz is None else MOMENT_UTC, safe=False)


def _itself(array: Any, _name: str) -> Any:
    return array


_CONVERSIONS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str], Any]], ...] = (
    (pa.types.is_null, _itself),
    (pa.types.is_boolean, _itself),
    (pa.types.is_integer, _whole),
    (pa.types.is_floating, _as(pa.float64())),
    (pa.types.is_decimal, _decimal),
    (pa.types.is_string, _itself),
    (pa.types.is_large_string, _as(pa.string())),
    (pa.types.is_string_view, _as(pa.string())),
    (pa.types.is_date, _as(pa.date32())),
    (pa.types.is_timestamp, _moment),
    (pa.types.is_time, _as(pa.time64("us"))),
    (pa.types.is_duration, _as(pa.duration("us"))),
    (pa.types.is_dictionary, _category),
)
