"""Read the cells of a column, whatever holds them: a pandas frame, an array, a list of rows.

pandas itself is not imported: a bundle carries these estimators to machines that may not have it.
"""

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray


def is_missing(value: Any) -> bool:
    """Tell whether a cell has no value: None, NaN, NaT or pandas' NA."""
    if value is None or type(value).__name__ == "NAType":
        return True
    # Only NaN and NaT differ from themselves.
    return isinstance(value, float | np.floating | np.datetime64 | datetime) and bool(value != value)


def columns_of(X: Any) -> list[NDArray[Any]]:
    """Return the columns of a table as 1-D arrays, each of its own type.

    Parameters
    ----------
    X : data frame, array or nested list of shape (n_rows, n_columns)
    """
    if hasattr(X, "iloc"):
        return [X.iloc[:, j].to_numpy() for j in range(X.shape[1])]
    # Through object, or numpy would turn a row such as ["a", 1.5, None] into three texts.
    table = X if isinstance(X, np.ndarray) else np.array(X, dtype=object)
    return list(table.T)


def as_level(value: Any, missing: str) -> str:
    """Return a category's name; 3, 3.0 and "3" are one level, as a file does not tell them apart.

    Parameters
    ----------
    value : object
        One cell.
    missing : str
        The level of a cell without a value.
    """
    if isinstance(value, str):
        return str(value)
    if is_missing(value):
        return missing
    if isinstance(value, float | np.floating) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


def as_datetimes(column: NDArray[Any]) -> NDArray[np.datetime64]:
    """Return dates and times in microseconds; a cell without a value becomes NaT.

    Parameters
    ----------
    column : array of shape (n_rows,)
        datetime64, or objects: datetime, date, numpy or pandas times, ISO 8601 texts, None.

    Raises
    ------
    ValueError
        For a text that is no date.
    """
    if column.dtype.kind == "O":
        column = np.array([_naive(value) for value in column], dtype=object)
    return column.astype("datetime64[us]")


def _naive(value: Any) -> Any:
    # numpy has no time zones: an aware time is read as its UTC.
    if is_missing(value):
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
