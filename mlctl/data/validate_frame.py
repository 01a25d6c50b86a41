"""What every table must be before anything is asked of it."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from mlctl.data.findings import names
from mlctl.errors import DataError


def check_frame(frame: pd.DataFrame) -> None:
    """Refuse a table whose columns cannot be told apart by name.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table, also an empty one.

    Raises
    ------
    DataError
        When two columns have one name, or a name is no text.
    """
    if not frame.columns.is_unique:
        twice = [str(label) for label, count in Counter(frame.columns).items() if count > 1]
        raise DataError(f"column names repeat: {names(twice)}", "give every column a name of its own")
    labels: Sequence[object] = frame.columns.tolist()
    other = [repr(label) for label in labels if not isinstance(label, str)]
    if other:
        raise DataError(f"column names are no text: {', '.join(other[:5])}", "name the columns")
