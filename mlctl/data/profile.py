"""What is in a table, column by column, before anything is learned from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.answers import Target
from mlctl.data.columns import judge
from mlctl.data.findings import Finding, Problem
from mlctl.data.leaks import suspects
from mlctl.data.profile_columns import ColumnProfile, describe, late_dates
from mlctl.data.profile_rows import copied_rows
from mlctl.data.roles import ASIDE, Roles
from mlctl.data.schema import infer
from mlctl.data.sift import Sifted, sift, table_findings
from mlctl.data.target import settle
from mlctl.data.validate_frame import check_frame
from mlctl.domain.metrics import Task
from mlctl.errors import NotFoundError
from mlctl.params.words import did_you_mean

CLASSES = 50
"""So many classes are told one by one."""

_FOLDS = 5
"""As many as training makes by default: a class needs a row in each."""


@dataclass(frozen=True, slots=True)
class TargetProfile:
    """What is to be predicted.

    Attributes
    ----------
    column : str
        Its name.
    task : {"classification", "regression"}
        As it was given, or inferred.
    reason : str
        Why it is that task.
    missing : int
        Rows without an answer.
    distinct : int
        Number of different answers.
    classes : tuple of (str, int)
        For classification: the commonest fifty with their rows, the commonest first.
    """

    column: str
    task: Task
    reason: str
    missing: int
    distinct: int
    classes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A table, described.

    Attributes
    ----------
    rows : int
        Its rows.
    columns : tuple of ColumnProfile
        In the table's order, the target among them.
    target : TargetProfile or None
        None where no target was named.
    copies : int
        Rows that are a copy of an earlier one in every column.
    constant, keys, empty, future, leaks : tuple of str
        Columns of one value, that name or number the rows, without a value, with dates in the future, and
        that predict the target nearly perfectly on their own.
    findings : tuple of Finding
        The same and what else training would say, in words.
    problems : tuple of Problem
        For what training would refuse the columns.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]
    target: TargetProfile | None
    copies: int
    constant: tuple[str, ...]
    keys: tuple[str, ...]
    empty: tuple[str, ...]
    future: tuple[str, ...]
    leaks: tuple[str, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def profile(
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    now: datetime,
    task: Task | None = None,
    roles: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Profile:
    """Describe a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`mlctl.data.read.read` returns it; it may be empty.
    target : str, optional
        The column to predict.
    now : datetime
        The moment after which a date lies in the future; in UTC where it has no zone.
    task : {"classification", "regression"}, optional
        What is to be learned; else it is inferred from the target.
    roles : mapping, optional
        Column to role, as in the schema; a column that is not named is a feature.
    seed : int, default=0
        Of the sample on which leaks are looked for.

    Raises
    ------
    DataError
        When two columns have one name.
    NotFoundError
        When there is no such target.
    """
    check_frame(frame)
    if target is not None and target not in frame:
        raise NotFoundError(f"there is no column {target!r}", did_you_mean(target, frame.columns.tolist()))
    parts = _parts(frame, target, roles or {})
    judged = {name: judge(frame[name], keep=name == parts.aside.get("time"))[0] for name in frame.columns}
    sifted = sift([judged[name] for name in parts.features])
    copies = copied_rows(frame)
    answers = None
    if target is not None:
        answers = settle(frame[target], task=task, positive=None, folds=_FOLDS, accuracy=True)
    leaks = _leaks(frame, target, answers, sifted, seed)
    facts = _facts(frame, [name for name, found in judged.items() if found.column.distinct])
    columns = [
        describe(frame[name], _role(name, parts), judged[name], facts.get(name, {}), now)
        for name in frame.columns
    ]
    late = [column for column in columns if column.future]
    said = [*sifted.findings, *leaks, *late_dates(late)]
    said += table_findings(frame, parts, copies) if columns else []
    return Profile(
        rows=len(frame),
        columns=tuple(columns),
        target=_about(frame, target, answers),
        copies=copies,
        constant=_with(columns, "constant"),
        keys=_with(columns, "key", "key-like"),
        empty=_with(columns, "empty"),
        future=tuple(column.column for column in late),
        leaks=tuple(name for finding in leaks for name in finding.columns),
        findings=tuple(sorted([*said, *(answers.findings if answers else [])], key=lambda one: one.code)),
        problems=(*(answers.problems if answers else []), *sifted.problems),
    )


def _parts(frame: pd.DataFrame, target: str | None, roles: Mapping[str, str]) -> Roles:
    """Put the roles into the form in which the examination has them."""
    aside = {role: name for name, role in roles.items() if role in ASIDE and name in frame}
    dropped = [name for name, role in roles.items() if role == "dropped"]
    kept_out = {target, *dropped, *(name for part, name in aside.items() if part != "time")}
    return Roles(
        target=target,
        features=tuple(name for name in frame.columns if name not in kept_out),
        aside=aside,
        dropped=tuple((name, "dropped") for name in dropped),
        problems=(),
    )


def _facts(frame: pd.DataFrame, columns: list[str]) -> dict[str, dict[str, Any]]:
    return {described["column"]: described for described in infer(frame[columns], {})}


def _role(name: str, parts: Roles) -> str:
    if name == parts.target:
        return "target"
    aside = next((part for part, column in parts.aside.items() if column == name), None)
    return aside or ("feature" if name in parts.features else "dropped")


def _leaks(
    frame: pd.DataFrame, target: str | None, answers: Target | None, sifted: Sifted, seed: int
) -> list[Finding]:
    if target is None or answers is None or not len(answers.values):
        return []
    classification = answers.task == "classification"
    # The only class of all rows, and what is no number, nothing can predict.
    if len(answers.classes) < 2 if classification else answers.problems:
        return []
    known = frame[[column.name for column in sifted.columns]][frame[target].notna().to_numpy()]
    return suspects(known, sifted.columns, answers.values, classification=classification, seed=seed)


def _about(frame: pd.DataFrame, target: str | None, answers: Target | None) -> TargetProfile | None:
    if target is None or answers is None:
        return None
    known = frame[target].dropna()
    codes, levels = pd.factorize(known)
    classes: list[tuple[str, int]] = []
    if answers.task == "classification":
        counts = np.bincount(codes, minlength=len(levels))
        order = np.argsort(-counts, kind="stable")[:CLASSES]
        classes = [(str(levels[code]), int(counts[code])) for code in order]
    return TargetProfile(
        column=target,
        task=answers.task,
        reason=answers.reason,
        missing=len(frame) - len(known),
        distinct=len(levels),
        classes=tuple(classes),
    )


def _with(columns: Sequence[ColumnProfile], *faults: str) -> tuple[str, ...]:
    return tuple(column.column for column in columns if set(faults) & set(column.faults))
