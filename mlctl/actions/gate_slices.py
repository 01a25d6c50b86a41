"""The gate's rows slice by slice: those that share a value of a column that a person named."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlctl.actions.contenders import Challenger
from mlctl.actions.gate_rows import GateRows
from mlctl.domain.gate import LEAST_SLICE_ROWS
from mlctl.domain.gate_words import many
from mlctl.errors import UsageError
from mlctl.params.words import did_you_mean

MOST_VALUES = 20
"""Values of a slice's column that are looked at, the commonest first; numbers of more are quartered."""


DIGITS = 3
"""Digits of a quarter's ends, where so many tell them apart."""

Slice = tuple[str, str, NDArray[np.int64]]
"""Column, value, and positions within the gate's rows."""


def slices_of(
    ours: Challenger, rows: GateRows, columns: Sequence[str]
) -> tuple[tuple[Slice, ...], tuple[str, ...]]:
    """Return the slices of enough rows, and a line for each column of which some are not looked at.

    Raises
    ------
    UsageError
        When there is no such column.
    """
    table = ours.record.table.frame.iloc[ours.prepared.examination.kept].iloc[rows.positions]
    found: list[Slice] = []
    notes: list[str] = []
    for column in columns:
        if column not in table:
            raise UsageError(
                f"promote.slices: there is no column {column!r}",
                did_you_mean(column, table.columns.tolist())
                or f"the columns are {', '.join(table.columns[:10])}",
            )
        slices, unseen = slices_in(column, table[column])
        found += slices
        notes += unseen
    return tuple(found), tuple(notes)


def slices_in(column: str, series: pd.Series) -> tuple[list[Slice], list[str]]:
    """Return the slices of one column that have enough rows, and what is to be said of the others."""
    values = _valued(series)
    counts = values.value_counts()
    enough = counts[counts >= LEAST_SLICE_ROWS]
    judged = enough.head(MOST_VALUES)
    slices = [(column, str(value), np.flatnonzero(values.to_numpy() == value)) for value in judged.index]
    return slices, _unseen(
        column, len(counts) - len(enough), len(enough) - len(judged), any_judged=bool(slices)
    )


def _unseen(column: str, small: int, rare: int, *, any_judged: bool) -> list[str]:
    """Say which values of a column were not looked at."""
    if not any_judged:
        return [f"slice {column}: no value has {LEAST_SLICE_ROWS} rows, none was judged"]
    said = [
        (small, f"with fewer than {LEAST_SLICE_ROWS} rows"),
        (rare, f"beyond the {MOST_VALUES} commonest"),
    ]
    return [
        f"slice {column}: {many(count, 'value')} {why} {'was' if count == 1 else 'were'} not judged"
        for count, why in said
        if count
    ]


def _valued(series: pd.Series) -> pd.Series:
    """Return the value of each row as text; numbers of many values are cut into quarters."""
    if pd.api.types.is_numeric_dtype(series) and series.nunique() > MOST_VALUES:
        cut, ends = pd.qcut(series, 4, duplicates="drop", retbins=True)
        told = _told(ends)
        names = [f"{low} to {high}" for low, high in itertools.pairwise(told)]
        series = cut.cat.rename_categories(names)
    return series.astype(object).where(series.notna(), "missing").astype(str)


def _told(ends: Any) -> list[str]:
    """Return the ends of quarters with few digits, and more where these would not tell them apart."""
    forms = ([_number(float(end), digits) for end in ends] for digits in range(DIGITS, 18))
    return next(told for told in forms if len(set(told)) == len(told))  # 17 digits tell any two numbers apart


def _number(value: float, digits: int) -> str:
    short = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in short and abs(value) < 1e15 else short
