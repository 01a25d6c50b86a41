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
    keys = row_keys([frame], frame.columns.tolist())[0]
    return len(keys) - len(np.unique(keys)) if len(frame.columns) else 0


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
    counted = [np.unique(keys, return_counts=True) for keys in row_keys([one, other], columns)]
    (first, rows_first), (second, rows_second) = counted
    _, at, there = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return int(np.minimum(rows_first[at], rows_second[there]).sum())


def row_keys(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> list[Any]:
    """Return for each row of one or two tables a number that equal rows have in common.

    Parameters
    ----------
    frames : sequence of pandas.DataFrame
        One table or two.
    columns : sequence of str
        In which columns the rows are to be equal.

    Returns
    -------
    list of numpy.ndarray of uint64
        One for each table. Two rows that differ agree by chance once in 2^64 pairs.
    """
    keys = np.zeros(sum(map(len, frames)), dtype="uint64")
    for name in columns:
        # Multiply, then fold the high half down.
        keys = (keys ^ _bits([frame[name] for frame in frames])) * _ODD
        keys ^= keys >> _HALF
    return np.split(keys, [len(frames[0])])[: len(frames)]


def _bits(parts: Sequence[pd.Series]) -> Any:
    if all(part.dtype == np.int64 for part in parts):
        return np.concatenate([part.to_numpy() for part in parts]).view("uint64")
    if all(family(part) in _NUMBERS for part in parts):
        values = np.concatenate([as_numbers(part) for part in parts])
        values[np.isnan(values)] = np.nan
        # Adding zero makes -0.0 and 0.0 one value, as they compare.
        return (values + 0.0).view("uint64")
    first, second, _ = code_levels(parts[0], parts[1] if len(parts) > 1 else parts[0].iloc[:0])
    return np.concatenate([first, second]).astype("int64").view("uint64")
