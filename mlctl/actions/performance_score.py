"""One version's answers in use, scored as its held-out rows were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.actions.performance_answers import Answered, Held
from mlctl.actions.performance_verdict import is_worse, tolerance_of
from mlctl.domain.gate import LEAST_ROWS
from mlctl.domain.metrics import METRICS, Metric
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.stats.answers import Answers
from mlctl.stats.paired import interval

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """A metric of some rows, with its two-sided 95 % interval and the verdict.

    Attributes
    ----------
    metric : str
        Its name.
    rows : int
        Rows that it was computed on.
    estimate, lower, upper : float or None
        None where it cannot be computed on these rows.
    reference : float or None
        The score of the held-out rows; None where there is none.
    tolerance : float
        How far below that it may be, in the metric's units.
    fallen : bool or None
        Whether it is beyond doubt worse; None where that cannot be told.
    said : str
        The same as a sentence.
    """

    metric: str
    rows: int
    estimate: float | None
    lower: float | None
    upper: float | None
    reference: float | None
    tolerance: float
    fallen: bool | None
    said: str


def score(metric: Metric, rows: Answered, known: Held, tolerance: float | None = None) -> Score:
    """Score rows by a metric, and tell whether it has fallen.

    Under :data:`mlctl.domain.gate.LEAST_ROWS` rows, 200, nothing is said of whether it has.

    Parameters
    ----------
    tolerance : float or None
        In the metric's units; None for that of comparisons.
    """
    experiment = known.experiment
    reference = experiment.score("test", metric.name)
    allowed = tolerance_of(known.store, experiment, metric.name) if tolerance is None else tolerance
    scored, classes = _scorable(metric, rows, known)
    try:
        found = interval(
            metric,
            scored.truth,
            Answers(scored.predicted, scored.probabilities),
            classes=classes,
            positive=known.positive,
            level=LEVEL,
            blocks=_days(scored) if known.timed else None,
        )
    except MlctlError as error:
        return Score(metric.name, len(scored), None, None, None, reference, allowed, None, error.message)
    numbers = (found.estimate, found.lower, found.upper)
    if reference is None:
        fallen, said = None, f"{experiment.model_version_id} has no held-out {metric.name}"
    elif len(scored) < LEAST_ROWS:
        fallen, said = None, f"{len(scored):,} rows: under {LEAST_ROWS} nothing is said"
    else:
        fallen, bound = is_worse(metric, found, reference, allowed)
        said = (
            f"{metric.name} {found.estimate:.4g} on {len(scored):,} rows, {bound}, where it was "
            f"{reference:.4g} held out"
        )
    return Score(metric.name, len(scored), *numbers, reference, allowed, fallen, said)


def _scorable(metric: Metric, rows: Answered, known: Held) -> tuple[Answered, tuple[str, ...]]:
    """Return the rows that a metric can take, and the labels.

    A label that the model does not know is an error of the model's, and counts as one where the metric has a
    place for it; else its rows are left out.
    """
    strange = [label for label, _ in rows.new]
    if not strange:
        return rows, known.classes
    if metric.name == "accuracy_score" or (metric.needs == "labels" and len(known.classes) > 2):
        return rows, (*known.classes, *strange)
    return rows.take(~np.isin(rows.truth, strange)), known.classes


def _days(rows: Answered) -> NDArray[Any] | None:
    """Return the day of each row; None where they are all of one."""
    days = np.array([time[:10] for time in rows.times])
    return days if len(np.unique(days)) > 1 else None


PERIODS = ("hour", "day", "week", "month")


def period_of(time: str, by: str) -> str:
    """Return the period that a time is in: its hour, day, Monday, or month, in UTC.

    Examples
    --------
    >>> [period_of("2026-01-09T13:30:00.000000Z", by) for by in PERIODS]
    ['2026-01-09 13:00', '2026-01-09', '2026-01-05', '2026-01']
    """
    if by == "hour":
        return f"{time[:10]} {time[11:13]}:00"
    if by == "week":
        year, week, _ = datetime.fromisoformat(time[:10]).isocalendar()
        return f"{datetime.fromisocalendar(year, week, 1):%Y-%m-%d}"
    return time[:10] if by == "day" else time[:7]


def metrics_for(experiment: Experiment, names: Sequence[str]) -> list[Metric]:
    """Return the metric that decides, then those that were asked for and are of its task."""
    asked = [METRICS[name] for name in dict.fromkeys((experiment.metric, *names))]
    return [metric for metric in asked if metric.task == experiment.task]
