"""A 64-bit name for the content of a row.

The hash split is permanent: a row that was held out once is held out for ever, however the file is sorted,
whichever column comes first, whether ``3`` was read as a whole number or as ``3.0``, and whatever version of
pandas read it. Hence an own hash, written down here in full:

* a whole number of less than 2^63 is its two's complement in 64 bits, any other number the bits of its
  float64; True is 1, and -0.0 is 0;
* a time is its nanoseconds since 1970 (UTC), as a whole number;
* a text is the first 8 bytes, little-endian, of BLAKE2b-64 of its UTF-8 in Unicode's NFC;
* the three kinds are kept apart by adding a constant before mixing;
* a cell is ``mix(mix(value) + name)`` with ``name`` the hash of the column's name as a text; a cell without a
  value is 0, so that a column which comes later and is empty for old rows leaves them where they are;
* a row is ``mix`` of the sum of its cells, all modulo 2^64.

``mix`` is the finalizer of splitmix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014).
"""

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_TIME = np.uint64(0x632BE59BD9B4E019)
_TEXT = np.uint64(0xD1B54A32D192ED03)
_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating, Decimal)
_TIMES = (datetime, date, np.datetime64)
_UNITS_NS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


def row_hashes(frame: pd.DataFrame) -> U64:
    """Return one hash for each row of a frame.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Numbers, booleans, times, texts or objects of these; the order of the columns does not matter.

    Returns
    -------
    ndarray of uint64, shape (n_rows,)
    """
    total = np.zeros(len(frame), dtype=np.uint64)
    for name in frame.columns:
        values, present = _column(frame[name])
        total += np.where(present, mix(mix(values) + np.uint64(text_hash(str(name)))), np.uint64(0))
    return mix(total)


def unit_interval(hashes: U64, salt: int = 0) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each hash, evenly spread and independent between salts.

    Parameters
    ----------
    hashes : ndarray of uint64
    salt : int
        The seed of the split.
    """
    salted = mix(hashes ^ mix(np.array([salt % 2**64], dtype=np.uint64)))
    return (salted >> np.uint64(11)).astype(np.float64) * 2.0**-53


def occurrences(hashes: U64) -> U64:
    """Return for each row how many equal ones came before it."""
    counts: U64 = pd.Series(hashes).groupby(hashes).cumcount().to_numpy().astype(np.uint64)
    return counts


def numbered(hashes: U64) -> U64:
    """Return hashes that tell equal rows apart by their order of appearance."""
    return mix(hashes + occurrences(hashes) * _GOLDEN)


def mix(values: U64) -> U64:
    """Return splitmix64's finalizer of each value."""
    mixed = values + _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def text_hash(text: str) -> int:
    """Return the hash of a text."""
    # Half a surrogate pair, which a broken file may hold, has no UTF-8.
    form = unicodedata.normalize("NFC", text).encode("utf-8", errors="surrogatepass")
    return int.from_bytes(blake2b(form, digest_size=8).digest(), "little")


def _column(column: pd.Series) -> tuple[U64, NDArray[np.bool_]]:
    present = column.notna().to_numpy(dtype=bool)
    if isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype) or column.dtype == object:
        return _objects(column), present
    if column.dtype.kind == "M":
        return _times(column), present
    if isinstance(column.dtype, pd.api.extensions.ExtensionDtype):
        return _objects(column.astype(object)), present
    return _numbers(column.to_numpy()), present


def _objects(column: pd.Series) -> U64:
    codes, distinct = pd.factorize(column)
    hashed = np.array([_value(value) for value in distinct] + [0], dtype=np.uint64)
    found: U64 = hashed[codes]  # a missing cell has the code -1
    return found


def _value(value: Any) -> int:
    if isinstance(value, _NUMBERS):
        return int(_numbers(np.array([value]))[0]) if not isinstance(value, Decimal) else _value(float(value))
    if isinstance(value, _TIMES):
        return int(_times(pd.Series([pd.Timestamp(value)]))[0])
    return (text_hash(str(value)) + int(_TEXT)) % 2**64


def _times(column: pd.Series) -> U64:
    naive = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
    values = naive.to_numpy()
    unit = np.datetime_data(values.dtype)[0]
    hashed: U64 = values.astype(np.int64).view(np.uint64) * np.uint64(_UNITS_NS[unit]) + _TIME
    return hashed


def _numbers(values: NDArray[Any]) -> U64:
    if values.dtype.kind in "bi":
        return values.astype(np.int64).view(np.uint64)
    if values.dtype.kind == "u":
        return values.astype(np.uint64)
    floats = values.astype(np.float64)
    whole = (np.trunc(floats) == floats) & (np.abs(floats) < 2.0**63)
    integers = np.where(whole, floats, 0.0).astype(np.int64).view(np.uint64)
    return np.where(whole, integers, floats.view(np.uint64))
