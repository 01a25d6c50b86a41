"""A run of MLflow as an experiment of ours: what its record says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mlctl.domain import logged
from mlctl.domain.metrics import find_metric
from mlctl.domain.names import broken_rule
from mlctl.domain.records import Status
from mlctl.errors import DataError
from mlctl.interop.mlflow.entities import (
    GIT_BRANCH,
    GIT_COMMIT,
    NOTE,
    PARENT,
    MlflowExperiment,
    Point,
    Run,
)
from mlctl.store import points as kept_points
from mlctl.store.store import Store

UNFINISHED = "running"
"""The reason of an experiment that was still running in MLflow: the next import looks at it again."""

RUNNING = frozenset({"RUNNING", "SCHEDULED"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PRIMARY = "mlflow.experiment.primaryMetric.name"
_STATUS: Mapping[str, Status] = {"FINISHED": "finished", "FAILED": "failed"}
_ERRORS = {
    "FAILED": {"reason": "failed", "message": "MLflow says that it failed; its own log may say why"},
    "KILLED": {"reason": "interrupted", "message": "it was killed, MLflow says"},
}
_UNENDED = {"reason": UNFINISHED, "message": "it had not ended when it was imported; import it again then"}


@dataclass(frozen=True, slots=True)
class Came:
    """What a run became: fields of a record, and how it ended."""

    fields: Mapping[str, Any]
    status: Status
    commit: str | None


def came(run: Run, experiment: MlflowExperiment, parent: str) -> Came:
    """Return what a run's record says; its artifacts and its model come on top.

    Parameters
    ----------
    parent : str
        The name of the run that it is nested in, where that is known.

    Raises
    ------
    DataError
        When one of its times is none.
    """
    evaluations = logged.evaluations(last_values(run.points))
    task = _task(evaluations)
    primary = find_metric(experiment.tags.get(_PRIMARY, ""))
    commit = run.tags.get(GIT_COMMIT)
    fields = {
        "experiment_id": run.run_id,
        "created_datetime": stamp(run.start_ms or experiment.created_ms),
        "description": run.name,
        "task": task,
        "metric": primary.name if primary and task in ("", primary.task) else "",
        "parameters": {key: number_or_text(value) for key, value in run.params.items()},
        "evaluations": evaluations,
        "git": {"commit": commit, "branch": run.tags.get(GIT_BRANCH)} if commit else {},
        "timings": _timings(run),
        "error": _UNENDED if run.status in RUNNING else _ERRORS.get(run.status, {}),
        "tags": _words(run, parent),
        "notes": [{"time": stamp(run.start_ms), "text": run.tags[NOTE]}] if run.tags.get(NOTE) else [],
    }
    return Came(fields, _STATUS.get(run.status, "interrupted"), commit)


def stamp(time_ms: int) -> str:
    """Return a time of MLflow's as records hold it.

    Raises
    ------
    DataError
        When no calendar has it.
    """
    try:
        return Store.stamp(_EPOCH + timedelta(milliseconds=time_ms))
    except OverflowError:
        raise DataError(f"the time {time_ms} is in no calendar") from None


def last_values(points: Iterable[Point]) -> dict[str, float]:
    """Return the value of each metric that MLflow shows: that of the last step, then of the latest time."""
    last: dict[str, Point] = {}
    for point in points:
        held = last.get(point.key)
        if held is None or (point.step, point.time_ms) >= (held.step, held.time_ms):
            last[point.key] = point
    return {key: point.value for key, point in last.items()}


def points_text(points: Iterable[Point]) -> str:
    """Return the history of a run's metrics as ``metrics.csv`` holds it.

    Raises
    ------
    DataError
        When one of the times is none.
    """
    stamps: dict[int, str] = {}

    def stamped(time_ms: int) -> str:
        if time_ms not in stamps:
            stamps[time_ms] = stamp(time_ms)
        return stamps[time_ms]

    return kept_points.points_text(
        [kept_points.Point(point.key, point.step, stamped(point.time_ms), point.value) for point in points]
    )


def number_or_text(value: str) -> int | float | str:
    """Return a parameter as a number where it is spelled as Python spells that number, as text otherwise.

    Examples
    --------
    >>> number_or_text("100"), number_or_text("0.5"), number_or_text("0.50"), number_or_text("None")
    (100, 0.5, '0.50', 'None')
    """
    for kind in (int, float):
        try:
            number = kind(value)
        except ValueError:
            continue
        if str(number) == value and number == number:
            return number
    return value


def _task(evaluations: Mapping[str, Mapping[str, float]]) -> str:
    found = {
        metric.task for scores in evaluations.values() for name in scores if (metric := find_metric(name))
    }
    return found.pop() if len(found) == 1 else ""


def _timings(run: Run) -> dict[str, float]:
    return {} if run.end_ms is None else {"total_s": max(0, run.end_ms - run.start_ms) / 1000}


def _words(run: Run, parent: str) -> list[str]:
    """Return the tags of a person's own as ``key=value``, where a tag may be spelled so."""
    own = [f"{key}={value}" for key, value in run.tags.items() if not key.startswith("mlflow.")]
    nested = [f"parent={parent}"] if parent and PARENT in run.tags else []
    return [word for word in (*own, *nested) if not broken_rule(word)]
