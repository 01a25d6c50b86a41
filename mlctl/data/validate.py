"""Whether new rows may be used with what was learned from the training rows.

======  ==============================================================================================
refuse  a column is gone; its family of types changed; the target is missing or of one class; more than
        half of a column is newly missing; there are no rows
warn    over 0.5 % of the rows lie beyond 1.5 times the span of the 0.1 to the 99.9 % quantile; over 1 % of
        the rows have categories that were never seen; missing values are up by 5 points, and not by
        chance; more rows are copies than were; dates of the future where there were none
======  ==============================================================================================

The extremes that were observed are no limits: half of all equally large new tables exceed them by chance.
The rise of missing values is tested by Fisher's exact test (1934), or, where the number of training rows is
not known, by the exact binomial test, corrected over the columns (Benjamini and Hochberg 1995) at 5 %.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from mlctl.data.findings import Problem, names, refuse
from mlctl.data.profile_rows import copied_rows
from mlctl.data.sift import COPIES
from mlctl.data.validate_columns import (
    Issue,
    Rise,
    missing_up,
    newly_missing,
    oddities,
    rise_of,
    type_changed,
)
from mlctl.data.validate_fields import ColumnSchema, column_schemas
from mlctl.data.validate_frame import check_frame
from mlctl.domain.metrics import Task
from mlctl.params.words import did_you_mean

LEVEL = 0.05
"""Expected share of columns whose rise of missing values is chance among those that are named."""

TRAINING = frozenset({"target", "feature", "time", "group", "key"})
"""The roles that training needs."""

PREDICTING = frozenset({"feature", "time"})
"""The roles that a prediction needs."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What was found.

    Attributes
    ----------
    refusals, warnings : tuple of Issue
        Empty where nothing is wrong, and odd.
    """

    refusals: tuple[Issue, ...]
    warnings: tuple[Issue, ...]


def validate(
    frame: pd.DataFrame,
    schema: Sequence[Mapping[str, Any]],
    *,
    target: str | None,
    task: Task | None,
    now: datetime,
    needed: Collection[str] = TRAINING,
    rows: int | None = None,
    copies: float | None = None,
) -> Validation:
    """Hold new rows to the schema of the training rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        The new rows, as :func:`mlctl.data.read.read` returns them.
    schema : sequence of mapping
        As :func:`mlctl.data.schema.infer` returned it, or as a person left it: what was taken out is not
        checked.
    target : str or None
        The column to learn from; None where no answers are wanted, and the target is not looked at.
    task : {"classification", "regression"} or None
        What is learned, where it is known.
    now : datetime
        The moment after which a date lies in the future; in UTC where it has no zone.
    needed : collection of str, default=TRAINING
        The roles whose columns must be there and right; :data:`PREDICTING` for a prediction.
    rows : int, optional
        Number of training rows.
    copies : float, optional
        Share of training rows that were copies of another, 0 to 1.

    Returns
    -------
    Validation
        Everything at once.

    Raises
    ------
    DataError
        When two columns have one name.
    UsageError
        When a field of the schema is unknown or wrong.
    """
    check_frame(frame)
    known = column_schemas(schema)
    roles = set(needed) if target is not None else set(needed) - {"target"}
    wanted = [column for column in known if column.role in roles]
    refusals = [*_target(frame, target, task), *_gone(frame, wanted, target)]
    if not len(frame):
        return Validation((Issue("no-rows", None, "there are no rows", "check what wrote it"), *refusals), ())
    there = [(frame[column.column], column) for column in wanted if column.column in frame]
    changed = {column.column: type_changed(series, column) for series, column in there}
    rises = [rise for series, column in there if (rise := rise_of(series, column, rows))]
    lost = [issue for rise in rises if (issue := newly_missing(rise))]
    odd = [
        issue
        for series, column in there
        if changed[column.column] is None
        for issue in oddities(series, column, now)
    ]
    refusals += [*(issue for issue in changed.values() if issue), *lost]
    warnings = [*odd, *_risen(rises, len(there), rows), *_copies(frame, known, copies)]
    return Validation(tuple(refusals), tuple(warnings))


def insist(found: Validation) -> None:
    """Raise the refusals as one error; do nothing where there is none.

    Raises
    ------
    DataError
        With one detail a refusal where there are several.
    """
    refuse([Problem(issue.message, issue.hint) for issue in found.refusals])


def _target(frame: pd.DataFrame, target: str | None, task: Task | None) -> list[Issue]:
    if target is None:
        return []
    if target not in frame:
        hint = did_you_mean(target, frame.columns) or "bring rows with answers"
        return [Issue("target-missing", target, f"there is no target column {target!r}", hint)]
    known = frame[target].dropna()
    if known.empty:
        gone = f"target {target!r} holds no value"
        return [Issue("target-missing", target, gone, "bring rows with answers")] if len(frame) else []
    if (known != known.iloc[0]).any():
        return []
    what = "value" if task == "regression" else "class"
    message = f"target {target!r} is {str(known.iloc[0])!r} in every row: one {what}"
    return [Issue("target-one-class", target, message, "bring rows with other answers")]


def _gone(frame: pd.DataFrame, wanted: Sequence[ColumnSchema], target: str | None) -> list[Issue]:
    gone = [column.column for column in wanted if column.column not in frame and column.column != target]
    known = {column.column for column in wanted}
    new = [name for name in frame.columns if name not in known]
    return [
        Issue(
            "column-gone",
            name,
            f"there is no column {name!r}",
            did_you_mean(name, new) or f"the columns are {names(frame.columns.tolist(), 10)}",
        )
        for name in gone
    ]


def _risen(rises: Sequence[Rise], columns: int, rows: int | None) -> list[Issue]:
    """Return the rises that are no chance, among all columns; one that did not rise counts as chance."""
    if not rises:
        return []
    corrected = false_discovery_control([rise.p_value for rise in rises] + [1.0] * (columns - len(rises)))
    test = "Fisher's exact test" if rows is not None else "exact binomial test"
    return [
        missing_up(rise, test)
        for rise, q in zip(rises, corrected[: len(rises)].tolist(), strict=True)
        if q <= LEVEL and newly_missing(rise) is None
    ]


def _copies(frame: pd.DataFrame, schema: Sequence[ColumnSchema], before: float | None) -> list[Issue]:
    aside = {column.column for column in schema if column.role in {"key", "dropped"}}
    found = copied_rows(frame[[name for name in frame.columns if name not in aside]])
    issues = []
    if found / len(frame) > COPIES + (before or 0.0):
        message = f"{found:,} of {len(frame):,} rows are copies of another"
        issues.append(Issue("duplicates", None, message, "check whether a file was read twice"))
    for column in schema:
        if column.role == "key" and column.column in frame:
            again = int(np.count_nonzero(frame[column.column].dropna().duplicated()))
            if again:
                message = f"key {column.column!r} repeats in {again:,} rows"
                issues.append(Issue("duplicates", column.column, message, "a key names one row"))
    return issues
