"""The table as a question for learning: task, target, features, and what is wrong or worth saying."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.answers import Target
from mlctl.data.columns import Judged, judge
from mlctl.data.findings import Finding, refuse
from mlctl.data.leaks import suspects
from mlctl.data.roles import Roles, assign
from mlctl.data.sift import DROPPED, column_problems, rows_kept, sift, table_findings
from mlctl.data.target import settle
from mlctl.domain.columns import Column
from mlctl.domain.metrics import Task
from mlctl.params.model import Data

_ODD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


@dataclass(frozen=True, slots=True)
class Examination:
    """The table, ready to be split and learned from.

    Attributes
    ----------
    task : {"classification", "regression"}
        The task, as the parameters file says or as inferred.
    task_reason : str
        Why it is that task.
    target : numpy.ndarray
        One a row kept: labels (object of str, int64 or bool) for classification, float64 for regression.
    classes : tuple
        The labels, sorted, as Python's own values; empty for regression.
    positive : str, int, bool or None
        The positive of two classes: ``data.positive``, else the last sorted one.
    columns : tuple of Column
        The features, in the frame's order.
    dropped : tuple of (str, str)
        Columns that are no features, and why.
    findings : tuple of Finding
        What is worth saying.
    frame : pandas.DataFrame
        The features of the rows kept, indexed from 0.
    aside : dict
        ``time``, ``group`` and ``key`` (where named) to their column, of the rows kept.
    kept : numpy.ndarray of int64
        Positions of the rows kept, in the table as it was read.
    """

    task: Task
    task_reason: str
    target: Any
    classes: tuple[Any, ...]
    positive: Any
    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    frame: pd.DataFrame
    aside: dict[str, pd.Series]
    kept: Any


def examine(
    frame: pd.DataFrame,
    data: Data,
    task: Task | None = None,
    *,
    folds: int = 5,
    accuracy: bool = True,
    seed: int = 0,
) -> Examination:
    """Examine a table that was read.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`mlctl.data.read.read` returns it.
    data : Data
        The parameters file's section: target, columns with a part of their own, types.
    task : {"classification", "regression"}, optional
        As the parameters file names it; else it is inferred (:mod:`mlctl.data.target` has the rule).
    folds : int, default=5
        Each class needs as many rows.
    accuracy : bool, default=True
        Whether accuracy is the metric a classification is judged by.
    seed : int, default=0
        Of the sample on which leaks are looked for.

    Raises
    ------
    DataError
        With every problem at once.
    """
    roles = assign(frame.columns.tolist(), data)
    kept, left_out = rows_kept(frame, roles)
    table = frame if len(kept) == len(frame) else frame.iloc[kept].reset_index(drop=True)
    target = _settle(table, roles, data, task, folds=folds, accuracy=accuracy)
    features, copies = _judge(table, roles, data, target)
    sifted = sift(features)
    refuse([*roles.problems, *target.problems, *sifted.problems, *column_problems(table, roles, sifted)])
    chosen = table[[column.name for column in sifted.columns]]
    findings = [
        *left_out,
        *target.findings,
        *sifted.findings,
        *table_findings(table, roles, copies),
        *suspects(chosen, sifted.columns, target.values, classification=bool(target.classes), seed=seed),
    ]
    return Examination(
        task=target.task,
        task_reason=target.reason,
        target=target.values,
        classes=target.classes,
        positive=target.positive,
        columns=sifted.columns,
        dropped=(*roles.dropped, *sifted.dropped),
        findings=tuple(sorted(findings, key=lambda finding: finding.code)),
        frame=chosen,
        aside={part: table[name] for part, name in roles.aside.items()},
        kept=kept,
    )


def types_of(columns: tuple[Column, ...]) -> dict[str, str]:
    """Return ``data.types`` with which a new file is read as the training file was."""
    return {column.name: column.kind for column in columns}


def _settle(
    table: pd.DataFrame, roles: Roles, data: Data, task: Task | None, *, folds: int, accuracy: bool
) -> Target:
    if roles.target is None:
        # The roles' problems say so, and nothing comes after them.
        return Target("classification", "", np.array([], dtype=object))
    series = table[roles.target]
    return settle(series, task=task, positive=data.positive, folds=folds, accuracy=accuracy)


def _judge(table: pd.DataFrame, roles: Roles, data: Data, target: Target) -> tuple[list[Judged], int]:
    """Judge each column; return with them the number of rows that are a copy of an earlier one."""
    judged = []
    row_bits = (
        pd.factorize(target.values)[0].astype("uint64")
        if len(target.values)
        else np.zeros(len(table), "uint64")
    )
    for name in roles.features:
        found, bits = judge(table[name], data.types.get(name), keep=name == roles.aside.get("time"))
        judged.append(found)
        if not found.faults & DROPPED:
            # Multiply, then fold the high half down: two rows that differ agree by chance once in 2^64.
            row_bits = (row_bits ^ bits) * _ODD
            row_bits ^= row_bits >> _HALF
    return judged, len(table) - len(np.unique(row_bits))
