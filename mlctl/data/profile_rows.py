"""Rows that are copies of others, within one table and between two."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_levels import code_levels
from mlctl.data.drift_numbers import as_numbers
from mlctl.data.frames import family

_ODD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
_NUMBERS = {"number", "boolean", "date"}


def copied_rows(frame: pd.DataFrame) -> int:
    """Return how many rows are a copy of an earlier one in every column.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of the types of :mod:`mlctl.data.frames`.
    """
    if not len(frame.columns):
        return 0
    keys, _ = row_keys(frame, frame.iloc[:0], frame.columns.tolist())
    return len(keys) - len(np.unique(keys))


def shared_rows(one: pd.DataFrame, other: pd.DataFrame, columns: Sequence[str]) -> int:
    """Return how many rows of the one table have a row of their own in the other that is equal.

    Parameters
    ----------
    one, other : pandas.DataFrame
        The tables.
    columns : sequence of str
        In which columns they are to be equal.
    """
    if not columns:
        return 0
    counted = [np.unique(keys, return_counts=True) for keys in row_keys(one, other, columns)]
    (first, rows_first), (second, rows_second) = counted
    _, at, there = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return int(np.minimum(rows_first[at], rows_second[there]).sum())


def row_keys(one: pd.DataFrame, other: pd.DataFrame, columns: Sequence[str]) -> tuple[Any, Any]:
    """Return for each row of both tables a number that equal rows have in common, as uint64.

    Two rows that differ agree by chance once in 2^64 pairs.
    """
    keys = np.zeros(len(one) + len(other), dtype="uint64")
    for name in columns:
        # Multiply, then fold the high half down.
        keys = (keys ^ _bits(one[name], other[name])) * _ODD
        keys ^= keys >> _HALF
    return keys[: len(one)], keys[len(one) :]


def _bits(one: pd.Series, other: pd.Series) -> Any:
    if one.dtype == other.dtype == np.int64:
        return np.concatenate([one.to_numpy(), other.to_numpy()]).view("uint64")
    if family(one) in _NUMBERS and family(other) in _NUMBERS:
        values = np.concatenate([as_numbers(one), as_numbers(other)])
        values[np.isnan(values)] = np.nan
        # Adding zero makes -0.0 and 0.0 one value, as they compare.
        return (values + 0.0).view("uint64")
    first, second, _ = code_levels(one, other)
    return np.concatenate([first, second]).astype("int64").view("uint64")
