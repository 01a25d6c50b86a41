"""Whether the data that a model meets is still the data that it learned from.

The table drifts when the predictions do, when two important columns do, or when a classifier tells new rows
from old ones: an area under the curve whose lower 95 % bound is over 0.6. Columns are judged as
:mod:`mlctl.data.drift_columns` says; the predictions and the target are one question each and are judged on
their own, the predictions at 1 %. The target never decides: labels come late, and tell more by the metric.

What moves on by nature is not compared: the time column, group and key, what was dropped, a date column
whose new dates lie beyond the old ones, and, where nobody has said what a column is, one that names or
numbers the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.columns import judge
from mlctl.data.drift_columns import LEAST_ROWS, ColumnDrift, compare, judge_columns
from mlctl.data.drift_rows import Rows, choose_rows
from mlctl.data.drift_table import separate
from mlctl.data.drift_verdict import Table, verdict
from mlctl.data.findings import names
from mlctl.data.frames import family
from mlctl.data.validate_frame import check_frame
from mlctl.errors import DataError
from mlctl.stats.classifier_test import Auc

ALONE = 0.01
"""Probability of so large a difference of the predictions by chance: they decide alone, at every check."""

BEYOND = 0.01
"""Share of new dates after the last old one from which a date column moves on."""

_LEFT_OUT = {
    "time": "is the time column",
    "group": "is the group column",
    "key": "is the key column",
    "dropped": "the model does not see it",
}


@dataclass(frozen=True, slots=True)
class Drift:
    """Two tables, compared.

    Attributes
    ----------
    drifted : bool or None
        The verdict; None where there are fewer than 100 new rows.
    reasons : tuple of str
        Why.
    columns : tuple of ColumnDrift
        The features that both tables have, in the reference's order.
    important : tuple of str
        Those that count for the table.
    target, predictions : ColumnDrift or None
        Where both tables have a target, and where predictions were given.
    classifier : Auc or None
        How well old and new rows are told apart; None where either are fewer than 100, or nothing varies.
    rows : tuple of (int, int)
        Rows compared, before and now.
    season : str
        Which rows of the reference those are, in words; empty without a time column.
    left_out : tuple of (str, str)
        Columns that are not compared, and why.
    """

    drifted: bool | None
    reasons: tuple[str, ...]
    columns: tuple[ColumnDrift, ...]
    important: tuple[str, ...]
    target: ColumnDrift | None
    predictions: ColumnDrift | None
    classifier: Auc | None
    rows: tuple[int, int]
    season: str
    left_out: tuple[tuple[str, str], ...]


def drift(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    *,
    roles: Mapping[str, str] | None = None,
    importance: Mapping[str, float] | None = None,
    predictions: tuple[Any, Any] | None = None,
    predicted: Any | None = None,
    seed: int = 0,
) -> Drift:
    """Compare the table that a model learned from with new rows.

    Parameters
    ----------
    reference, current : pandas.DataFrame
        Before and now, as :func:`mlctl.data.read.read` returns them.
    roles : mapping, optional
        Column to role, as in the schema: ``target``, ``feature``, ``time``, ``group``, ``key``, ``dropped``.
        A column that is not named is a feature unless it names or numbers the rows.
    importance : mapping, optional
        Column to importance for the model, in any unit. The columns that carry nine tenths of it are
        important; without it all are.
    predictions : tuple of two array-like, optional
        The model's answers (numbers or labels) for the rows of the reference and of the new table.
    predicted : int array, optional
        Positions of the reference's rows that the first of the predictions are for; all of them where it is
        not given. A model knows the rows that it learned from too well: name those that were held out. Where
        none of them is of the season that is compared, the predictions are not.
    seed : int, default=0
        Of the samples that the classifier sees.

    Raises
    ------
    DataError
        When a table has no rows or two columns of one name, when they have no column in common, when the
        predictions are not one a row, or a column holds lists or mappings.
    """
    roles = roles or {}
    answered = np.arange(len(reference)) if predicted is None else np.asarray(predicted, dtype=np.int64)
    _check(reference, current)
    _check_answers(predictions, (len(answered), len(current)))
    rows = choose_rows(reference, current, roles)
    before, now = _take(reference, rows.before), _take(current, rows.now)
    chosen, left_out = _choose(before, now, roles)
    both = _Both(before, now, rows.ordered, enough=len(now) >= LEAST_ROWS)
    columns = both.judge(chosen)
    table = Table(
        columns=columns,
        predictions=_predictions(predictions, answered, rows, both.enough),
        classifier=separate(before, now, columns, seed, ordered=rows.ordered),
        importance=importance or {},
        new_rows=len(now),
    )
    said = verdict(table)
    return Drift(
        drifted=said.drifted,
        reasons=said.reasons,
        columns=columns,
        important=said.important,
        target=next(iter(both.judge(_targets(before, now, roles))), None),
        predictions=table.predictions,
        classifier=table.classifier,
        rows=(len(before), len(now)),
        season=rows.season,
        left_out=tuple(left_out),
    )


@dataclass(frozen=True, slots=True)
class _Both:
    """The two tables, their rows chosen."""

    before: pd.DataFrame
    now: pd.DataFrame
    ordered: bool
    enough: bool

    def judge(self, columns: Sequence[str]) -> tuple[ColumnDrift, ...]:
        compared = [
            (name, *compare(self.before[name], self.now[name], ordered=self.ordered)) for name in columns
        ]
        return judge_columns(compared, enough=self.enough)


def _take(frame: pd.DataFrame, rows: Any) -> pd.DataFrame:
    return frame if np.array_equal(rows, np.arange(len(frame))) else frame.iloc[rows]


def _check(reference: pd.DataFrame, current: pd.DataFrame) -> None:
    for what, frame in (("reference", reference), ("new table", current)):
        check_frame(frame)
        if not len(frame):
            raise DataError(f"the {what} has no rows", "check what wrote it")
    if not set(reference.columns) & set(current.columns):
        raise DataError(
            f"the tables have no column in common: {names(list(reference.columns))} and "
            f"{names(list(current.columns))}",
            "compare two tables of one kind",
        )


def _check_answers(predictions: Sequence[Any] | None, wanted: tuple[int, int]) -> None:
    for answers, rows in zip(predictions or (), wanted, strict=False):
        if np.ndim(answers) != 1:
            raise DataError(
                "the predictions are more than one column", "give the answers, or one probability"
            )
        if len(answers) != rows:
            raise DataError(f"there are {len(answers):,} predictions for {rows:,} rows", "predict every row")


def _in(name: str, *frames: pd.DataFrame) -> bool:
    return all(name in frame for frame in frames)


def _choose(
    reference: pd.DataFrame, current: pd.DataFrame, roles: Mapping[str, str]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the columns to compare, and the others with the reason."""
    chosen, left_out = [], []
    for name in dict.fromkeys([*reference.columns, *current.columns]):
        why = _why_not(name, reference, current, roles.get(name))
        if why:
            left_out.append((name, why))
        elif roles.get(name) != "target":
            chosen.append(name)
    return chosen, left_out


def _why_not(name: str, reference: pd.DataFrame, current: pd.DataFrame, role: str | None) -> str:
    if role in _LEFT_OUT:
        return _LEFT_OUT[role]
    if not _in(name, reference, current):
        return f"is only in the {'reference' if name in reference else 'new table'}"
    if role is None and judge(reference[name])[0].faults & {"key", "key-like"}:
        return "names or numbers the rows"
    if _moves_on(reference[name], current[name]):
        return "is a date that moves on"
    return ""


def _moves_on(reference: pd.Series, current: pd.Series) -> bool:
    if not family(reference) == family(current) == "date":
        return False
    return bool((current > reference.max()).mean() > BEYOND)


def _targets(reference: pd.DataFrame, current: pd.DataFrame, roles: Mapping[str, str]) -> list[str]:
    return [name for name, role in roles.items() if role == "target" and _in(name, reference, current)]


def _predictions(
    answers: tuple[Any, Any] | None, answered: Any, rows: Rows, enough: bool
) -> ColumnDrift | None:
    if answers is None:
        return None
    known = pd.Series(np.asarray(answers[0]), index=answered)
    before = known.loc[rows.before[np.isin(rows.before, answered)]]
    if before.empty:
        return None
    now = pd.Series(np.asarray(answers[1])).iloc[rows.now]
    kind, comparison = compare(before, now, ordered=rows.ordered)
    return judge_columns([("predictions", kind, comparison)], enough=enough, level=ALONE)[0]
