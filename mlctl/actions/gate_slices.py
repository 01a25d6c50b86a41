"""The gate's rows slice by slice: those that share a value of a column that a person named."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlctl.actions.contenders import Challenger
from mlctl.actions.gate_rows import GateRows
from mlctl.domain.gate import LEAST_SLICE_ROWS
from mlctl.errors import UsageError
from mlctl.params.words import did_you_mean

MOST_VALUES = 20
"""Values of a slice's column that are looked at, the commonest first; numbers of more are quartered."""


def slices_of(
    ours: Challenger, rows: GateRows, columns: Sequence[str]
) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    """Yield column, value and positions within the gate's rows, for each slice of enough rows.

    Raises
    ------
    UsageError
        When there is no such column.
    """
    table = ours.record.table.frame.iloc[ours.prepared.examination.kept].iloc[rows.positions]
    for column in columns:
        if column not in table:
            raise UsageError(
                f"promote.slices: there is no column {column!r}",
                did_you_mean(column, table.columns.tolist())
                or f"the columns are {', '.join(table.columns[:10])}",
            )
        values = _valued(table[column])
        for value, count in values.value_counts().head(MOST_VALUES).items():
            if count >= LEAST_SLICE_ROWS:
                yield column, str(value), np.flatnonzero(values.to_numpy() == value)


def _valued(series: pd.Series) -> pd.Series:
    """Return the value of each row as text; numbers of many values are cut into quarters."""
    if pd.api.types.is_numeric_dtype(series) and series.nunique() > MOST_VALUES:
        series = pd.qcut(series, 4, duplicates="drop")
    return series.astype(object).where(series.notna(), "missing").astype(str)
