"""The table as a whole: whether a classifier tells the new rows from the old ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.drift_columns import LEAST_ROWS, ColumnDrift
from mlctl.data.drift_levels import code_levels, common_levels
from mlctl.data.drift_numbers import as_numbers
from mlctl.stats.classifier_test import Auc, tell_apart

MOST_ROWS = 5_000
"""Rows of each table that the classifier sees, so that its cost stays."""

MOST_COLUMNS = 200
"""Columns that it sees: of more, those drawn by the seed."""


def separate(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    columns: Sequence[ColumnDrift],
    seed: int,
    *,
    ordered: bool,
) -> Auc | None:
    """Ask a classifier, on samples of both tables.

    None where either has fewer than 100 rows, or no column varies.

    Parameters
    ----------
    reference, current : pandas.DataFrame
        Before and now.
    columns : sequence of ColumnDrift
        The columns that it may see. One whose type changed is none of them.
    seed : int
        Of the samples.
    ordered : bool
        Whether the rows are in an order in which neighbours may be alike.
    """
    if min(len(reference), len(current)) < LEAST_ROWS:
        return None
    rng = np.random.default_rng(seed)
    rows = [_sample(len(frame), MOST_ROWS, rng) for frame in (reference, current)]
    asked = [column for column in columns if column.kind != "mixed"]
    parts, categorical = [], []
    for column in (asked[at] for at in _sample(len(asked), MOST_COLUMNS, rng)):
        values = _as_codes if column.kind == "category" else _as_values
        one, other = values(reference[column.column].iloc[rows[0]], current[column.column].iloc[rows[1]])
        if _varies(np.concatenate([one, other])):
            parts.append((one, other))
            categorical.append(column.kind == "category")
    if not parts:
        return None
    one, other = (np.column_stack(side) for side in zip(*parts, strict=True))
    return tell_apart(one, other, np.array(categorical), seed, ordered=ordered)


def _sample(size: int, most: int, rng: np.random.Generator) -> Any:
    return np.arange(size) if size <= most else np.sort(rng.permutation(size)[:most])


def _as_values(one: pd.Series, other: pd.Series) -> tuple[Any, Any]:
    return as_numbers(one), as_numbers(other)


def _as_codes(one: pd.Series, other: pd.Series) -> tuple[Any, Any]:
    """Give a number to each of the common levels; the rest share one number, and missing is NaN."""
    first, second, levels = code_levels(one, other)
    both = np.bincount(np.concatenate([first, second]) + 1, minlength=len(levels) + 1)[1:]
    common = common_levels(both, min(len(one), len(other)))
    number = np.full(len(levels) + 1, float(len(common)))
    number[common] = np.arange(len(common))
    number[-1] = np.nan
    return number[first], number[second]


def _varies(values: Any) -> bool:
    same = np.isnan(values) if np.isnan(values[0]) else values == values[0]
    return not same.all()
