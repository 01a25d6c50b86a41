"""Arrow tables to pandas, in the few types that the rest of mlctl knows.

======================  ==============================================================================
number                  ``int64``; ``float64`` where values are missing, fractional or too large
boolean                 ``bool``; where values are missing ``object`` of True, False and None
date                    ``datetime64[ns]``, in UTC without a zone
text                    pandas' text type (``str``; ``object`` before pandas 3), missing as NaN
no value at all         ``float64`` of NaN
======================  ==============================================================================
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mlctl.errors import DataError

Family = Literal["number", "boolean", "date", "text"]

TEXT = pd.Series(["text"]).dtype
"""pandas' type for text: ``str``, before pandas 3 ``object``."""

EXACT = 2**53
"""The largest integer up to which float64 holds every one."""

_NS_PER = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_INT64 = np.iinfo(np.int64)


def to_frame(table: pa.Table, where: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Turn an Arrow table into a frame of the types above.

    Parameters
    ----------
    table : pyarrow.Table
        With column names that are all different.
    where : str
        The file's name, for errors and notes.

    Returns
    -------
    tuple of (pandas.DataFrame, tuple of str)
        The frame, and what was changed on the way.

    Raises
    ------
    DataError
        When a column holds lists, mappings or bytes.
    """
    notes: list[str] = []
    columns = {
        name: _series(column, f"{where}: column {name!r}", notes)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False), tuple(notes)


def family(series: pd.Series) -> Family:
    """Return what a column of such a frame holds."""
    kind = series.dtype.kind
    if kind in "iuf":
        return "number"
    if kind == "M":
        return "date"
    if kind == "b" or (series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) == "boolean"):
        return "boolean"
    return "text"


def as_moments(values: Any, unit: str) -> tuple[Any, int]:
    """Turn int64 counts of a unit since 1970 into ``datetime64[ns]``.

    Returns
    -------
    tuple of (numpy.ndarray, int)
        The moments, and how many lay beyond the years 1677 to 2262 and were moved to the nearer end:
        9999-12-31 means "no end", which the last day that fits says as well.
    """
    factor = _NS_PER[unit]
    # The least int64 is what NumPy takes for "not a time".
    low, high = -(_INT64.max // factor), _INT64.max // factor
    moved = int(np.count_nonzero((values < low) | (values > high)))
    return (np.clip(values, low, high) * factor).view("datetime64[ns]"), moved


def _series(column: Any, where: str, notes: list[str]) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count == len(column) or pa.types.is_null(column.type):
        return pd.Series(np.full(len(column), np.nan))
    for fits, convert in _CONVERSIONS:
        if fits(column.type):
            return convert(column, where, notes)
    raise DataError(
        f"{where} holds {column.type}, which is no table's value",
        "take the column apart into plain columns, or leave it out of the file",
    )


def _number(column: Any, _where: str, _notes: list[str]) -> Any:
    return pd.Series(column.cast(pa.float64()).to_numpy())


def _integer(column: Any, where: str, notes: list[str]) -> Any:
    limits = pc.min_max(column).as_py()
    if limits["max"] > _INT64.max:
        notes.append(f"{where}: integers beyond 64 bits are read as floating point numbers")
    elif not column.null_count:
        return pd.Series(column.cast(pa.int64()).to_numpy())
    elif max(-limits["min"], limits["max"]) > EXACT:
        notes.append(
            f"{where}: has missing values, so its integers are read as floating point numbers, and those "
            f"beyond 2^53 are rounded; if they are codes, set data.types to category"
        )
    return pd.Series(column.cast(pa.float64(), safe=False).to_numpy())


def _boolean(column: Any, _where: str, _notes: list[str]) -> Any:
    return column.to_pandas()


def _moment(column: Any, where: str, notes: list[str]) -> Any:
    if not pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s" if pa.types.is_date32(column.type) else "ms"))
    if column.type.tz is not None:
        notes.append(f"{where}: times with a zone are read as UTC")
    missing = column.is_null().to_numpy()
    moments, moved = as_moments(column.cast(pa.int64()).fill_null(0).to_numpy(), column.type.unit)
    if moved:
        notes.append(f"{where}: {moved:,} dates beyond the years 1677 to 2262 are moved to the nearer end")
    moments[missing] = np.datetime64("NaT")
    return pd.Series(moments)


def _seconds(column: Any, where: str, notes: list[str]) -> Any:
    what = "durations" if pa.types.is_duration(column.type) else "times of day"
    notes.append(f"{where}: {what} are read as seconds")
    per_second = _PER_SECOND[column.type.unit]
    whole = column.cast(pa.int32()) if pa.types.is_time32(column.type) else column
    return pd.Series(whole.cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy() / per_second)


def _text(column: Any, _where: str, _notes: list[str]) -> Any:
    # Before pandas 3 what is missing comes as None.
    return column.cast(pa.large_string()).to_pandas().fillna(np.nan)


def _bytes(column: Any, where: str, notes: list[str]) -> Any:
    try:
        return _text(column, where, notes)
    except pa.ArrowInvalid as error:
        raise DataError(
            f"{where} holds bytes that are not UTF-8 text", "write it as text, or leave it out of the file"
        ) from error


_CONVERSIONS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str, list[str]], Any]], ...] = (
    (pa.types.is_boolean, _boolean),
    (pa.types.is_integer, _integer),
    (pa.types.is_floating, _number),
    (pa.types.is_decimal, _number),
    (pa.types.is_date, _moment),
    (pa.types.is_timestamp, _moment),
    (pa.types.is_time, _seconds),
    (pa.types.is_duration, _seconds),
    (pa.types.is_string, _text),
    (pa.types.is_large_string, _text),
    (pa.types.is_binary, _bytes),
    (pa.types.is_large_binary, _bytes),
)
