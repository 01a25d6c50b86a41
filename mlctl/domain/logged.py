"""Where a metric that a script logged stands among an experiment's evaluations, and which way is better.

The metric is the script's own: mlctl knows its direction by the name, and else by the words in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mlctl.domain.metrics import Metric, find_metric
from mlctl.domain.records import Experiment

LOGGED = "logged"
"""The part of the evaluations for metrics whose rows mlctl does not know."""

_TRAINING = "training_"
_PARTS = re.compile(r"^(training|train|validation|valid|val|test|eval|best)[_ .-]")
_LESS_IS_BETTER = re.compile(
    r"(loss|error|err|deviance|perplexity|rmse|mse|mae|mape|time|seconds|latency)([_ .-]|$)"
)


def place(metric: str) -> tuple[str, str]:
    """Return the part of the evaluations that a metric belongs to, and its name there.

    MLflow's autologging writes scores on the training rows as ``training_X``; of every other metric only the
    script knows the rows.

    Examples
    --------
    >>> place("training_r2_score")
    ('train', 'r2_score')
    >>> place("rmse")
    ('logged', 'rmse')
    """
    name = metric.removeprefix(_TRAINING)
    return ("train", name) if name and name != metric else (LOGGED, metric)


def logged_name(part: str, name: str) -> str | None:
    """Return the metric that stands at a place, or None: the inverse of :func:`place`.

    Examples
    --------
    >>> logged_name("train", "r2_score")
    'training_r2_score'
    """
    if part == LOGGED:
        return name
    return f"{_TRAINING}{name}" if part == "train" else None


def evaluations(last: Mapping[str, float] | Iterable[tuple[str, float]]) -> dict[str, dict[str, float]]:
    """Return metrics as an experiment's evaluations hold them.

    Parameters
    ----------
    last : mapping of str to float, or pairs
        Values by metric, in the order in which they were logged: the last one of each counts.
    """
    placed: dict[str, dict[str, float]] = {}
    for metric, value in dict(last).items():
        part, name = place(metric)
        placed.setdefault(part, {})[name] = value
    return placed


def known(name: str) -> Metric | None:
    """Return the metric that a logged name means, the word for its rows aside: ``val_rmse``, ``test_f1``."""
    return find_metric(name) or find_metric(_PARTS.sub("", name))


def logged_metric(name: str) -> Metric:
    """Return a logged metric as something to rank by; its name is the field's, ``logged.NAME``.

    Examples
    --------
    >>> logged_metric("val_rmse").arrow, logged_metric("my_loss").arrow, logged_metric("lift").arrow
    ('↓', '↓', '↑')
    """
    field, found = f"{LOGGED}.{name}", known(name)
    if found is not None:
        return replace(found, name=field)
    less = _LESS_IS_BETTER.search(name.lower())
    return Metric(field, "regression", greater_is_better=less is None, bounded=False)


def primary(experiments: Sequence[Experiment]) -> str | None:
    """Return the logged metric that a model's experiments are ranked by, or None.

    It is the one that the newest finished experiment calls its metric, else the first that all finished ones
    have logged, else the newest one's first.
    """
    finished = [e for e in experiments if e.status == "finished" and e.evaluations.get(LOGGED)]
    if not finished:
        return None
    newest = max(finished, key=lambda e: e.created_datetime)
    names: list[str] = list(newest.evaluations[LOGGED])
    if newest.metric in names:
        return newest.metric
    return next((name for name in names if all(name in e.evaluations[LOGGED] for e in finished)), names[0])


def is_only_logged(experiments: Sequence[Experiment]) -> bool:
    """Tell whether experiments have logged metrics, and none of them a cross-validation of mlctl's."""
    return primary(experiments) is not None and not any(
        e.evaluations.get("cross_validation") for e in experiments
    )


def best_logged(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Sort the finished experiments that have the primary logged metric by it, the best first."""
    name = primary(experiments)
    if name is None:
        return []
    metric = logged_metric(name)
    scored = [(e.score(LOGGED, name), e) for e in experiments if e.status == "finished"]
    having = [(metric.gain(score, 0.0), e) for score, e in scored if score is not None and score == score]
    return [e for _, e in sorted(having, key=lambda pair: pair[0], reverse=True)]


def headline(experiment: Experiment, name: str | None = None) -> tuple[str, float | None]:
    """Return the metric and the score that a listing shows of an experiment.

    Parameters
    ----------
    name : str, optional
        The logged metric to show, where it has no cross-validation; its own first when not given.
    """
    score = experiment.score("cross_validation", experiment.metric)
    logged = experiment.evaluations.get(LOGGED)
    if score is not None or not logged:
        return experiment.metric, score
    own = experiment.metric if experiment.metric in logged else next(iter(logged))
    shown = str(name if name in logged else own)
    return shown, experiment.score(LOGGED, shown)
