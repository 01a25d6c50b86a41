"""A new file's table in the form of the training table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.classes import labels
from mlctl.data.findings import Problem, names, refuse
from mlctl.data.frames import TEXT, family
from mlctl.data.retype import retype
from mlctl.domain.columns import Column
from mlctl.errors import DataError
from mlctl.params.words import did_you_mean

_EMPTY: dict[str, Any] = {
    "number": "float64",
    "boolean": "object",
    "date": "datetime64[ns]",
    "category": TEXT,
    "text": TEXT,
}

_INFINITE_HINT = "mend the file: no model was trained on infinities"


def conform(frame: pd.DataFrame, columns: Sequence[Column], dates: Mapping[str, str]) -> pd.DataFrame:
    """Return the features that training had, in its order and kinds; other columns are left out.

    Read the file with ``data.types`` from :func:`mlctl.data.examine.types_of`: only then a code ``007`` that
    was text in training is not read as 7.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`mlctl.data.read.read` returns it.
    columns : sequence of Column
        The features of the examination.
    dates : mapping
        ``data.dates``.

    Raises
    ------
    DataError
        When columns are missing, or hold something else; all of them at once.
    """
    problems = []
    found = {}
    known = {column.name for column in columns}
    present = [name for name in frame.columns.tolist() if name not in known]
    for column in columns:
        if column.name not in frame:
            hint = (
                did_you_mean(column.name, present) or f"the columns are {names(frame.columns.tolist(), 10)}"
            )
            problems.append(
                Problem(f"there is no column {column.name!r}, which the model learned from", hint)
            )
            continue
        try:
            found[column.name] = _as_kind(frame[column.name], column.kind, dates.get(column.name))
        except DataError as error:
            problems.append(Problem(error.message, f"the model learned it as {column.kind}"))
            continue
        if column.kind == "number" and (infinite := _infinite(found[column.name])):
            problems.append(
                Problem(f"column {column.name!r} has {infinite:,} infinite values", _INFINITE_HINT)
            )
    refuse(problems)
    return pd.DataFrame(found, index=frame.index, copy=False)


def conform_target(frame: pd.DataFrame, target: str, classes: Sequence[Any]) -> tuple[Any, Any]:
    """Return the answers of a new file as the training ones are.

    Parameters
    ----------
    frame : pandas.DataFrame
        As it was read.
    target : str
        The column.
    classes : sequence
        The labels that the model knows, matched as text too; empty for regression.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray of int64)
        The answers, and the positions of the rows that have one.

    Raises
    ------
    DataError
        When there is no such column, or it holds labels that the model does not know, or no numbers.
    """
    if target not in frame:
        raise DataError(
            f"there is no target column {target!r}",
            did_you_mean(target, frame.columns.tolist()) or "score rows with answers",
        )
    kept = np.flatnonzero(frame[target].notna().to_numpy())
    series = frame[target].iloc[kept]
    return (_known_labels(series, classes) if len(classes) else _numbers(series)), kept


def _as_kind(series: pd.Series, kind: str, date_form: str | None) -> pd.Series:
    if series.notna().any():
        return retype(series, kind, date_form)
    return pd.Series([None] * len(series), index=series.index, dtype=_EMPTY[kind])


def _infinite(series: pd.Series) -> int:
    return int(np.isinf(series.to_numpy(dtype="float64", na_value=np.nan)).sum())


def _numbers(series: pd.Series) -> Any:
    if len(series) and family(series) not in {"number", "boolean"}:
        raise DataError(
            f"target {series.name!r} is {family(series)}, and the model answers with numbers",
            "check the file, or data.missing",
        )
    if infinite := _infinite(series):
        raise DataError(f"target {series.name!r} has {infinite:,} infinite values", _INFINITE_HINT)
    return series.to_numpy(dtype="float64")


def _known_labels(series: pd.Series, classes: Sequence[Any]) -> Any:
    known = {str(label): label for label in classes}
    found, _ = labels(series)
    codes, distinct = pd.factorize(found)
    strange = sorted(str(label) for label in distinct.tolist() if str(label) not in known)
    if strange:
        raise DataError(
            f"target {series.name!r} has labels that the model does not know: {names(strange)}",
            f"it knows {names(list(known), 10)}",
        )
    own = np.array([known[str(label)] for label in distinct.tolist()], dtype=_dtype_of(classes))
    return own[codes]


def _dtype_of(classes: Sequence[Any]) -> str:
    return {bool: "bool", int: "int64"}.get(type(classes[0]), "object")
