"""The first parameters file for a table, written from what is seen in it: short, commented, ready to run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from mlctl.domain.columns import ColumnKind
from mlctl.errors import UsageError
from mlctl.params.words import did_you_mean
from mlctl.params.yaml_io import dump

_DISTINCT_LIKE_A_CLOCK = 0.9
"""Share of distinct values from which a date column is taken for the order of the rows, not a birthday."""

_LONGEST_LIST = 8


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What was seen of one column.

    Attributes
    ----------
    family : {"number", "category", "text", "date", "boolean"}
        How it would be read.
    distinct : int
        Distinct values, missing ones aside.
    rows : int
        Rows of the table.
    missing : int
        Rows without a value.
    integer : bool
        Whether every number of a ``number`` column is whole.
    """

    name: str
    family: ColumnKind
    distinct: int
    rows: int
    missing: int = 0
    integer: bool = False

    @property
    def is_key(self) -> bool:
        """Whether every row has its own value, as a row's number or name would."""
        may_name_a_row = self.family in ("category", "text") or (self.family == "number" and self.integer)
        return may_name_a_row and self.distinct == self.rows > 1

    @property
    def is_clock(self) -> bool:
        """Whether it looks like the time at which each row came about."""
        return self.family == "date" and self.distinct >= _DISTINCT_LIKE_A_CLOCK * self.rows


def starter(columns: Sequence[ColumnFacts], path: str, target: str, project: str, model: str) -> str:
    """Return a commented parameters file.

    Parameters
    ----------
    columns : sequence of ColumnFacts
        Every column of the table, the target among them.
    path : str
        Of the data, as the file should name it: a path, or ``sklearn:NAME``.
    target : str
        The column to predict.
    project, model : str
        Names, already checked.

    Raises
    ------
    UsageError
        When there is no such column; names the nearest.
    """
    aim = next((column for column in columns if column.name == target), None)
    if aim is None:
        names = [column.name for column in columns]
        listed = ", ".join(names[:_LONGEST_LIST]) + (", …" if len(names) > _LONGEST_LIST else "")
        raise UsageError(
            f"{path} has no column {target!r}", did_you_mean(target, names) or f"its columns: {listed}"
        )
    features = [column for column in columns if column.name != target]
    return "\n".join(
        [
            "# Checked by `mlctl params check`; every key and its form: `mlctl params schema`.",
            _pair("project", project),
            _pair("model", model),
            "data:",
            *_indented(_data(path, aim, features)),
            "",
            "# What follows are the defaults; take out the # to change one.",
            "# split: {test_size: 0.2}       # held out; method: random, stratified, time, group or hash",
            "# cross_validation: {folds: 5}  # the choice is made on these",
            f"# metric: {_metrics(aim)}",
            "# preprocess: auto              # none, or scale, clip, encode, impute, text by name",
            "# ladder: auto                  # or a list: [logistic_regression, {svc: {C: [0.1, 1, 10]}}]",
            "# stop: {max_minutes: 60}       # there is a result whatever the budget",
            "# limits: {latency_ms: 100, size_mb: 200}",
            "# promote: {mode: better, min_gain: 0}  # or not_worse; metrics, slices: see `mlctl promote`",
            "# retrain: {schedule: '@daily', time_zone: UTC}  # then: mlctl schedule add --params FILE",
            "",
        ]
    )


def _data(path: str, target: ColumnFacts, features: Sequence[ColumnFacts]) -> list[str]:
    lines = [_pair("source" if path.startswith("sklearn:") else "path", path)]
    lines.append(f"{_pair('target', target.name)}  # {target.family}, {target.distinct:,} distinct values")
    clocks = [column for column in features if column.is_clock]
    for column in clocks:
        # Two clocks: which of them orders the rows is for a person to say.
        off = "# " if len(clocks) > 1 else ""
        lines.append(f"{off}{_pair('time', column.name)}  # train on the past, score on what came after")
    lines += [
        f"# {_pair('key', column.name)}  # every row has its own value: identifies a row, never a feature"
        for column in features
        if column.is_key
    ]
    missing = [column.name for column in features if column.missing == column.rows]
    if missing:
        lines.append(f"# {_pair('drop', missing)}  # no values at all; left out in any case")
    return lines


def _metrics(target: ColumnFacts) -> str:
    if target.family == "number" and target.distinct > 20:
        return "r2_score              # or root_mean_squared_error, mean_absolute_error, …"
    return "accuracy_score        # or roc_auc, f1_score, balanced_accuracy_score, log_loss, …"


def _pair(key: str, value: str | list[str]) -> str:
    spelled = _scalar(value) if isinstance(value, str) else f"[{', '.join(map(_scalar, value))}]"
    return f"{key}: {spelled}"


def _scalar(text: str) -> str:
    plain = dump([text]).strip().removeprefix("- ")
    # Inside [ ] and on one line, quotes are the one form that always holds.
    return json.dumps(text, ensure_ascii=False) if set(plain) & set("\n,[]{}") else plain


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
