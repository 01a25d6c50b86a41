"""What is seen of each column before anything is asked of the table, for a first parameters file."""

import pandas as pd

from mlctl.data.columns import judge
from mlctl.params.starter import ColumnFacts


def column_facts(frame: pd.DataFrame) -> tuple[ColumnFacts, ...]:
    """Describe every column.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`mlctl.data.read.read` returns it.
    """
    return tuple(_facts(frame[name]) for name in frame.columns)


def _facts(series: pd.Series) -> ColumnFacts:
    column = judge(series)[0].column
    return ColumnFacts(column.name, column.kind, column.distinct, len(series), column.missing)
