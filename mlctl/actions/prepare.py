"""From a table and a parameters file to a problem that a ladder can be climbed on."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlctl.actions.own_steps import transformer_of
from mlctl.data.examine import Examination, examine
from mlctl.data.findings import Finding
from mlctl.data.read import ReadTable
from mlctl.domain.metrics import METRICS, Metric, metrics_of
from mlctl.errors import UsageError
from mlctl.ml.folds import Folds, make_folds
from mlctl.ml.problem import Problem
from mlctl.ml.rungs import PlannedRung, plan
from mlctl.ml.splits import Split, make_split
from mlctl.params.model import Parameters

NUMBERS_ROWS = "MLC002"
"""The finding that a column names the rows, as an index does."""

RARE = 0.2
"""Share of the rarer class below which accuracy flatters every model."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A problem, and what was settled on the way to it.

    Attributes
    ----------
    parameters : Parameters
        With task, metric, split method and repeats filled in.
    comparison_key : str
        Equal where the same rows were dealt out into the same parts and folds.
    warnings : tuple of str
        For the person, and for every rung's record.
    """

    parameters: Parameters
    problem: Problem
    rungs: tuple[PlannedRung, ...]
    metric: Metric
    examination: Examination
    split: Split
    folds: Folds
    comparison_key: str
    warnings: tuple[str, ...]
    rules: Mapping[str, str]


def prepare(parameters: Parameters, table: ReadTable, rules: Mapping[str, str]) -> Prepared:
    """Examine the table, hold rows out, deal out folds and plan the rungs.

    Parameters
    ----------
    parameters : Parameters
        The file's; what it leaves open is settled here.
    table : ReadTable
        The data as read.
    rules : mapping
        The text of each file of a person's own, as :func:`mlctl.actions.own_sources.rule_sources` returns it.

    Raises
    ------
    DataError
        When the data cannot be trained on; every reason at once.
    UsageError
        When a metric or rung does not fit the task.
    """
    found = examined(parameters, table)
    metric = settle_metric(parameters.metric, found)
    split = _split(parameters, table, found)
    folds = _folds(parameters, found, split)
    rungs = plan(
        parameters.ladder,
        found.task,
        rows=len(split.train),
        seed=parameters.seed,
        max_points=parameters.search.max_points,
        time_ordered=split.method == "time",
        all_rungs=parameters.all_rungs,
        rules=rules,
    )
    settled = parameters.model_copy(
        update={
            "task": found.task,
            "metric": metric.name,
            "split": parameters.split.model_copy(update={"method": split.method}),
            "cross_validation": parameters.cross_validation.model_copy(update={"repeats": folds.repeats}),
        }
    )
    return Prepared(
        settled,
        _problem(settled, found, split, folds, metric, transformer_of(parameters, rules)),
        rungs,
        metric,
        found,
        split,
        folds,
        comparison_key(found.kept, found.target, split, folds),
        (*table.notes, *(told(finding) for finding in found.findings)),
        rules,
    )


def told(finding: Finding) -> str:
    """Return a finding as one line."""
    return " — ".join(filter(None, (f"{finding.code} {finding.message}", finding.hint)))


def examined(parameters: Parameters, table: ReadTable) -> Examination:
    """Return what the table is, under the parameters that were asked for.

    Raises
    ------
    DataError
        When it cannot be trained on; every reason at once.
    """
    return examine(
        table.frame,
        parameters.data,
        parameters.task,
        folds=parameters.cross_validation.folds,
        accuracy=parameters.metric == "accuracy_score",
        seed=parameters.seed,
    )


def settle_metric(wanted: str | None, found: Examination) -> Metric:
    """Return the metric that decides.

    The default is R² for numbers and accuracy for classes, except where a class is so rare that the largest
    one alone would look good: then ROC AUC for two classes and balanced accuracy for more.

    Raises
    ------
    UsageError
        For a metric of the other task, or one that more than two classes do not have.
    """
    metric = METRICS[wanted or _default_metric(found)]
    allowed = metrics_of(found.task, classes=len(found.classes))
    if metric in allowed:
        return metric
    why = f"is for {metric.task}" if metric.task != found.task else "is for two classes"
    raise UsageError(
        f"metric: {metric.name} {why}, and this is {found.task}: {found.task_reason}",
        f"one of: {', '.join(m.name for m in allowed)}",
    )


def _default_metric(found: Examination) -> str:
    if found.task == "regression":
        return "r2_score"
    if not is_rare(found):
        return "accuracy_score"
    return "roc_auc" if len(found.classes) == 2 else "balanced_accuracy_score"


def rarest_share(found: Examination) -> float:
    """Return the share of the rarest class, in [0, 1]."""
    counts = Counter(found.target.tolist())
    return min(counts.values()) / sum(counts.values())


def is_rare(found: Examination) -> bool:
    """Tell, of a classification, whether a class is much rarer than in a balanced table, and under 20 %."""
    balanced = 1 / len(found.classes)
    return rarest_share(found) < min(RARE, balanced / 2 if len(found.classes) > 2 else RARE)


def _split(parameters: Parameters, table: ReadTable, found: Examination) -> Split:
    data = parameters.data
    return make_split(
        parameters.split,
        found.target,
        task=found.task,
        times=found.aside["time"] if data.time else None,
        groups=found.aside["group"] if data.group else None,
        identity=identity(parameters, table, found),
    )


def identity(parameters: Parameters, table: ReadTable, found: Examination) -> Any:
    """Return what names each row kept: the key, else the content; a frame with a row for each of them."""
    return found.aside["key"].to_frame() if parameters.data.key else _content(parameters, table, found)


def _content(parameters: Parameters, table: ReadTable, found: Examination) -> Any:
    """Return what names a row by its content: every column but the target, and but those that number rows.

    Columns that are no features today are in it, so that a row keeps its side when they become some. A column
    that numbers the rows is not: copies of one row belong on one side.
    """
    numbering = {name for f in found.findings if f.code == NUMBERS_ROWS for name in f.columns}
    left = [name for name in table.frame.columns if name not in {parameters.data.target, *numbering}]
    return table.frame[left].iloc[found.kept].reset_index(drop=True)


def _folds(parameters: Parameters, found: Examination, split: Split) -> Folds:
    data = parameters.data
    wanted = parameters.cross_validation
    groups = found.aside["group"].to_numpy()[split.train] if data.group else None
    times = found.aside["time"].to_numpy()[split.train] if data.time else None
    return make_folds(
        found.target[split.train],
        task=found.task,
        method=split.method,
        folds=wanted.folds,
        repeats=wanted.repeats,
        seed=parameters.seed,
        groups=groups,
        times=times,
    )


def _problem(
    parameters: Parameters,
    found: Examination,
    split: Split,
    folds: Folds,
    metric: Metric,
    transformer: tuple[str, str] | None,
) -> Problem:
    time = parameters.data.time
    frame = found.frame
    if time and time not in frame.columns:
        # A dummy that forecasts needs the time even where no model is to learn from it.
        frame = frame.assign(**{time: found.aside["time"]})
    return Problem(
        frame=frame,
        time=time,
        target=found.target,
        columns=found.columns,
        task=found.task,
        classes=found.classes,
        positive=found.positive,
        train=split.train,
        test=split.test,
        folds=folds,
        metric=metric.name,
        seed=parameters.seed,
        options=parameters.preprocess,
        limits=parameters.limits,
        stop=parameters.stop,
        jobs=parameters.jobs or _cores(),
        need_probabilities=needs_probabilities(metric, len(found.classes)),
        transformer=transformer,
    )


def needs_probabilities(metric: Metric, classes: int) -> bool:
    """Tell whether a decision function is not enough for the metric."""
    return metric.needs == "probabilities" or (metric.needs == "scores" and classes > 2)


def _cores() -> int:
    """Return the cores that this process may use, which a container or taskset may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover (macOS has no affinity)


def comparison_key(rows: Any, target: Any, split: Split, folds: Folds) -> str:
    """Return 12 hex digits that are equal where rows, target, parts and folds are."""
    digest = hashlib.sha256()
    for array in (rows, split.train, split.test, *(part for pair in folds.pairs for part in pair)):
        digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
    digest.update("\x1f".join(map(str, target.tolist())).encode())
    return digest.hexdigest()[:12]
