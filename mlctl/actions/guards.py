"""The conditions that hold whatever the gain: better than the dummy, thresholds, latency, size, schema."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from mlctl.actions.contenders import Challenger, answers
from mlctl.actions.evaluate import load_model
from mlctl.actions.shortlist import related
from mlctl.data.validate import validate
from mlctl.domain import gate_words as words
from mlctl.domain.gate import Guard, proper_score
from mlctl.domain.metrics import METRICS, Metric
from mlctl.domain.records import Experiment
from mlctl.domain.refs import latest_first
from mlctl.errors import MlctlError, UsageError
from mlctl.ml import metrics
from mlctl.params.model import TRAINING, Promote
from mlctl.stats.paired import Answers, Gain, gain
from mlctl.store.store import Store

DUMMY_ERROR_RATE = 0.05
"""Of the bound by which the challenger has to beat the dummy."""


def dummy_answers(store: Store, ours: Challenger, rows: Any) -> Answers:
    """Return what the dummy of the challenger's ladder answers; where it is gone, what a plain one would."""
    peers = related(store, ours.experiment)
    key = ours.experiment.comparison_key
    dummy = next((e for e in latest_first(peers) if e.rung == "dummy" and e.comparison_key == key), None)
    try:
        if dummy is not None and dummy.status == "finished":
            directory = store.experiment_directory(dummy)
            model = load_model(replace(ours.record, experiment=dummy, directory=directory), trust=False)
            return answers(model, ours.problem, rows)
    except MlctlError:
        pass  # damaged, or removed this very moment: the plain one is as strict but for time-ordered rows
    return _plain_dummy(ours, len(rows))


def _plain_dummy(ours: Challenger, rows: int) -> Answers:
    trained = ours.problem.target[ours.problem.train]
    if ours.problem.task == "regression":
        return Answers(np.full(rows, trained.mean()))
    shares = np.array([(trained == label).mean() for label in ours.problem.classes])
    commonest = np.array([ours.problem.classes[int(shares.argmax())]], dtype=trained.dtype)
    return Answers(np.repeat(commonest, rows), np.tile(shares, (rows, 1)))


def lead_over_dummy(
    ours: Challenger, truth: Any, said: Answers, dummy: Answers, **how: Any
) -> tuple[Metric, Gain]:
    """Return how far the challenger is ahead of the dummy on a proper score, and which score that is.

    Parameters
    ----------
    **how
        ``error_rate``, ``blocks`` and ``seed`` of :func:`mlctl.stats.paired.gain`.
    """
    both = said.probabilities is not None and dummy.probabilities is not None
    metric = METRICS[proper_score(ours.problem.task, probabilities=both)]
    found = gain(
        metric,
        truth,
        dummy,
        said,
        classes=ours.problem.classes,
        positive=ours.problem.positive,
        **how,
    )
    return metric, found


def dummy_guard(metric: Metric, found: Gain) -> Guard:
    """Return whether the lead over the dummy is beyond doubt."""
    ok = found.lower > 0
    lead = f"{metric.name} is {words.directed(metric.name, found.estimate)} than the dummy's"
    if ok:
        lead += f", at least {words.directed(metric.name, found.lower)} ({words.sure(found.error_rate)})"
    elif found.estimate > 0:
        lead += f", which may be chance (not {words.sure(found.error_rate)})"
    return Guard("the dummy", ok, lead)


def scores_of(ours: Challenger, truth: Any, said: Answers) -> dict[str, float]:
    """Return every score of answers for the gate's rows."""
    return metrics.score(
        ours.problem.task,
        truth,
        said.predicted,
        scores=said.scores,
        probabilities=said.probabilities,
        classes=ours.problem.classes,
        positive=ours.problem.positive,
    )


def threshold_guards(rules: Promote, scores: Mapping[str, float]) -> tuple[Guard, ...]:
    """Return whether held-out scores reach what the parameters file asks for."""
    return tuple(
        _threshold(name.removeprefix(TRAINING), wanted.min, wanted.max, scores)
        for name, wanted in rules.metrics.items()
    )


def _threshold(name: str, least: float | None, most: float | None, scores: Mapping[str, float]) -> Guard:
    bounds = " and ".join(
        f"{word} {value:g}" for word, value in (("at least", least), ("at most", most)) if value is not None
    )
    score = scores.get(name)
    if score is None:
        return Guard(name, False, f"{name} cannot be computed on these rows, and has to be {bounds}")
    ok = (least is None or score >= least) and (most is None or score <= most)
    return Guard(name, ok, f"{name} is {score:.4g}, and has to be {bounds}")


def cost_guards(challenger: Experiment, latency_ms: float, size_mb: float) -> tuple[Guard, ...]:
    """Return whether the recorded latency and size keep within the limits; what was not measured does not."""
    evaluations = challenger.evaluations
    latency = evaluations.get("latency", {}).get("single_row_us")
    size = evaluations.get("size", {}).get("model_bytes")
    return (
        _cost("latency", None if latency is None else latency / 1000, latency_ms, "ms a row"),
        _cost("size", None if size is None else size / 1e6, size_mb, "MB"),
    )


def _cost(name: str, value: float | None, limit: float, unit: str) -> Guard:
    if value is None:
        return Guard(name, False, f"{name} was not measured, and may be {limit:g} {unit} at most")
    return Guard(name, value <= limit, f"{name} is {value:.3g} {unit}, and may be {limit:g} {unit} at most")


def schema_guard(
    store: Store, ours: Challenger, champion: Experiment, now: datetime
) -> tuple[Guard | None, tuple[str, ...]]:
    """Hold the challenger's table to the schema of the champion's data.

    Returns
    -------
    tuple of (Guard or None, tuple of str)
        None where both were trained on one dataset, or no schema is kept; and warnings.
    """
    name = champion.training_dataset.get("dataset", "")
    if name == ours.experiment.training_dataset.get("dataset"):
        return None, ()
    dataset = store.dataset(champion.project_name, name)
    if not dataset.schema:
        return None, ()
    frame, target = ours.record.table.frame, ours.prepared.parameters.data.target
    try:
        found = validate(
            frame, dataset.schema, target=target, task=ours.problem.task, now=now, rows=dataset.rows
        )
    except UsageError as error:  # a person may have edited it out of its form
        return Guard("schema", False, f"the schema of {name} cannot be used: {error.message}"), ()
    refused = [issue.message for issue in found.refusals]
    said = "; ".join(refused) if refused else f"the data pass the schema of {name}"
    warnings = tuple(
        f"since {name}: {issue.message}" for issue in found.warnings if issue.code != "duplicates"
    )
    return Guard("schema", not refused, said), warnings
