"""Example rows of a model that was not trained from a dataset of the store: its columns, and what it answers.

A model that a script logged, or that came from elsewhere, has no dataset and no parameters file to say what
its columns are. The experiment keeps some of its input rows instead, as ``example.json``: ``columns`` (each
with ``name`` and ``kind``), ``rows`` (lists of cells; dates as ISO 8601, missing values as null), ``task``,
``classes``, ``named`` (whether the model was fitted on columns with names) and ``target``, may be empty.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier, is_regressor

from mlctl import files
from mlctl.data.conform import conform
from mlctl.domain.columns import Column, ColumnKind
from mlctl.domain.json_text import parsed
from mlctl.errors import DamagedError

FILE = "example.json"
NAME = "example"
"""Its name in ``artifact_file_paths``."""

MOST = 1000
"""Rows that are kept: as many as a bundle is held against."""

_LARGEST = 100_000_000


@dataclass(frozen=True, slots=True)
class Example:
    """Rows as a model takes them.

    Attributes
    ----------
    rows : tuple of tuple
        Cells as JSON holds them.
    named : bool
        Whether the model was fitted on columns with names.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    task: str
    classes: tuple[Any, ...] = ()
    named: bool = True
    target: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame, its columns of the types that mlctl gives them."""
        names = [column.name for column in self.columns]
        return conform(pd.DataFrame(list(self.rows), columns=names), self.columns, {})

    def input(self) -> Any:
        """Return the rows as the model takes them: a frame, or an array where columns have no names."""
        return self.frame if self.named else self.frame.to_numpy()

    def to_json(self) -> str:
        """Return what ``example.json`` holds."""
        columns = [{"name": column.name, "kind": column.kind} for column in self.columns]
        return json.dumps({**asdict(self), "columns": columns}, ensure_ascii=False) + "\n"


def of_rows(rows: Any, model: Any) -> Example:
    """Return an example of what a fitted model takes.

    Parameters
    ----------
    rows : frame or array-like of shape (n_rows, n_columns)
        The first :data:`MOST` are kept. Columns without names are called ``x0``, ``x1``, …, as scikit-learn
        itself calls them.
    model : estimator
        Fitted.
    """
    is_frame = isinstance(rows, pd.DataFrame)
    frame = rows if is_frame else pd.DataFrame(np.asarray(rows))
    frame = frame.iloc[:MOST].reset_index(drop=True)
    frame.columns = [str(name) if is_frame else f"x{place}" for place, name in enumerate(frame.columns)]
    columns = tuple(Column(name, _kind(frame[name]), 0, 0) for name in frame.columns)
    cells = zip(*(map(_plain, frame[name].tolist()) for name in frame.columns), strict=True)
    classes = np.asarray(getattr(model, "classes_", ())).tolist() if is_classifier(model) else []
    task = "classification" if is_classifier(model) else "regression" if is_regressor(model) else ""
    named = hasattr(model, "feature_names_in_")
    return Example(columns, tuple(cells), task, tuple(classes), named)


def _kind(values: pd.Series) -> ColumnKind:
    kinds = pd.api.types
    if kinds.is_bool_dtype(values):
        return "boolean"
    if kinds.is_numeric_dtype(values):
        return "number"
    return "date" if kinds.is_datetime64_any_dtype(values) else "category"


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)


def read(directory: Path, paths: Mapping[str, str]) -> Example | None:
    """Return the example that an experiment keeps, or None.

    Parameters
    ----------
    directory : Path
        The experiment's.
    paths : mapping
        Its ``artifact_file_paths``.

    Raises
    ------
    DamagedError
        When the file is none.
    """
    if NAME not in paths:
        return None
    path = directory / paths[NAME]
    try:
        tree = parsed(files.read_bytes_limited(path, _LARGEST))
        columns = tuple(Column(str(one["name"]), one["kind"], 0, 0) for one in tree["columns"])
        rows = tuple(tuple(row) for row in tree["rows"])
        return Example(
            columns, rows, str(tree["task"]), tuple(tree["classes"]), bool(tree["named"]), str(tree["target"])
        )
    except (ValueError, KeyError, TypeError):
        raise DamagedError(f"{path.name} holds no example rows", "bring it back from a copy") from None
