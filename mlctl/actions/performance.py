"""``mlctl monitor performance``: how well the versions in use do, against what they did held out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlctl.actions.performance_answers import Answered, Held, answered, held
from mlctl.actions.performance_join import Joined
from mlctl.actions.performance_score import Score, metrics_for, period_of, score
from mlctl.actions.performance_sources import Asked, joined
from mlctl.domain.metrics import METRICS, find_metric
from mlctl.domain.records import Experiment
from mlctl.errors import DamagedError, DataError, NotFoundError, UsageError
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Period:
    """One metric of the rows of one period."""

    period: str
    score: Score


@dataclass(frozen=True, slots=True)
class Version:
    """How one version does.

    Attributes
    ----------
    predictions, rows : int
        How many it made, and how many of them have an actual value.
    current : bool
        Whether it made its model's last prediction.
    newest : tuple of Score
        Of the newest rows, the metric that decides first.
    all : tuple of Score
        Of all rows.
    periods : tuple of Period
        In the order of time, and of metrics within; empty where the times are not known.
    notes : tuple of str
        What a person should know of it.
    """

    model_version_id: str
    project_name: str
    model_name: str
    metric: str
    predictions: int
    rows: int
    current: bool
    newest: tuple[Score, ...]
    all: tuple[Score, ...]
    periods: tuple[Period, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Score:
        """The score that decides."""
        return self.newest[0]


@dataclass(frozen=True, slots=True)
class Performance:
    """How the versions that predicted do.

    Attributes
    ----------
    versions : tuple of Version
        One of each version that is known here, the one that predicted last at the end.
    predictions, matched : int
        Of all versions: how many there are, and how many have an actual value.
    unknown : int
        Actual values that belong to no prediction.
    replaced : int
        Actual values that a later one stands for.
    """

    source: str
    versions: tuple[Version, ...]
    predictions: int
    matched: int
    unknown: int
    replaced: int
    notes: tuple[str, ...]

    @property
    def fallen(self) -> bool | None:
        """Whether a version in use has fallen; None where that cannot be told of any."""
        told = [v.verdict.fallen for v in self.versions if v.current]
        known = [fallen for fallen in told if fallen is not None]
        return any(known) if known else None


def performance(store: Store, asked: Asked) -> Performance:
    """Join predictions with actual values, and score each version by its own reference.

    Raises
    ------
    NotFoundError
        When there is no such log or file, or nothing here is known of the versions that predicted.
    DataError
        When nothing matches, or a file is not what it should be.
    UsageError
        When a key is needed, a metric is unknown or of another task.
    """
    names = tuple(_metric_name(text) for text in asked.metrics)
    known = {e.model_version_id: e for e in _eligible(store, asked)}
    found = joined(store, asked)
    mine = {version: known[version] for version in found.predictions if version in known}
    _check(found, mine, asked)
    _check_task([*mine.values()], names)
    last = _current(found, mine)
    order = sorted(mine, key=lambda version: (found.last[version], mine[version].created_datetime))
    scored = [v for v in order if found.pairs.get(v)]
    if not scored:
        named = ", ".join(order[:5])
        raise DataError(
            f"no prediction of {named} has an actual value, though others have",
            "name another version, or none",
        )
    told, failed = [], []
    for version in scored:
        try:
            told.append(_version(store, found, mine[version], version in last, names, asked))
        except (
            NotFoundError,
            DamagedError,
        ) as error:  # nothing held out is kept of it: the others are scored
            failed.append(error)
    if not told:
        raise failed[0]
    return Performance(
        found.source,
        tuple(told),
        sum(found.predictions[v] for v in mine),
        sum(v.rows for v in told),
        found.unknown,
        found.replaced,
        (*found.notes, *_others(found, mine), *(f"not scored: {error.message}" for error in failed)),
    )


def of_champion(store: Store, champion: Experiment, folder: Path, tolerance: float | None) -> Version:
    """Return how the champion does by the log of a server: what the trigger ``degraded`` goes by.

    Raises
    ------
    MlctlError
        When there is no log, no actual value in it, or none of a prediction of the champion's.
    """
    asked = Asked(folder, experiment=champion, tolerance=tolerance)
    return performance(store, asked).versions[0]


def _metric_name(text: str) -> str:
    metric = find_metric(text)
    if metric is None:
        raise UsageError(f"there is no metric {text!r}", "see `mlctl params schema` for the names")
    return metric.name


def _eligible(store: Store, asked: Asked) -> Sequence[Experiment]:
    if asked.experiment:
        return (asked.experiment,)
    found = store.experiments(asked.project).records
    return [e for e in found if asked.model in (None, e.model_name)]


def _check(joined: Joined, mine: dict[str, Experiment], asked: Asked) -> None:
    if mine:
        return
    made = ", ".join(list(joined.predictions)[:5])
    if asked.experiment or asked.model or asked.project:
        wanted = asked.experiment.model_version_id if asked.experiment else asked.model or asked.project
        raise NotFoundError(
            f"{joined.source!r} has no prediction of {wanted}: its predictions are those of {made}",
            "name another log, or leave the version or model out",
        )
    raise NotFoundError(
        f"nothing in this store is known of {made}, whose predictions {joined.source!r} holds",
        "name the store that they were trained in: --store DIR",
    )


def _check_task(found: Sequence[Experiment], names: Sequence[str]) -> None:
    tasks = {experiment.task for experiment in found}
    for name in names:
        if METRICS[name].task not in tasks:
            raise UsageError(
                f"{name} is a metric of {METRICS[name].task}, and the predictions are of {found[0].task}",
                "choose another one: --metric NAME",
            )


def _current(joined: Joined, mine: dict[str, Experiment]) -> set[str]:
    """Return the version of each model that predicted last; of files without times all of them."""
    newest: dict[tuple[str, str], str] = {}
    for version, experiment in mine.items():
        model = (experiment.project_name, experiment.model_name)
        newest[model] = max(newest.get(model, ""), joined.last[version])
    return {v for v, e in mine.items() if joined.last[v] == newest[e.project_name, e.model_name]}


def _others(joined: Joined, mine: dict[str, Experiment]) -> tuple[str, ...]:
    left = {version: count for version, count in joined.predictions.items() if version not in mine}
    if not left:
        return ()
    named = ", ".join(f"{version} ({count:,})" for version, count in list(left.items())[:5])
    return (f"left out are predictions of other versions, or of ones that are not in this store: {named}",)


def _version(
    store: Store, joined: Joined, experiment: Experiment, current: bool, names: Sequence[str], asked: Asked
) -> Version:
    known = held(store, experiment)
    pairs = joined.pairs[experiment.model_version_id]
    rows = answered(pairs, known, strict=joined.strict)
    metrics = metrics_for(experiment, names)

    def scores(some: Answered) -> tuple[Score, ...]:
        return tuple(score(m, some, known, asked.tolerance if m is metrics[0] else None) for m in metrics)

    return Version(
        experiment.model_version_id,
        experiment.project_name,
        experiment.model_name,
        experiment.metric,
        joined.predictions[experiment.model_version_id],
        len(pairs),
        current,
        scores(rows.take(np.arange(max(0, len(rows) - asked.last), len(rows)))),
        scores(rows),
        tuple(Period(name, one) for name, some in _periods(rows, asked.by) for one in scores(some)),
        _notes(rows, known),
    )


def _periods(rows: Answered, by: str) -> Iterator[tuple[str, Answered]]:
    if not all(rows.times):
        return
    names = np.array([period_of(time, by) for time in rows.times])
    for name in np.unique(names):
        yield str(name), rows.take(np.flatnonzero(names == name))


def _notes(rows: Answered, known: Held) -> tuple[str, ...]:
    version, said = known.experiment.model_version_id, []
    if rows.lost:
        what = "1 row is left out: its" if rows.lost == 1 else f"{rows.lost:,} rows are left out: their"
        said.append(f"{version}: {what} numbers are not finite")
    if rows.new:
        named = ", ".join(f"{label!r} ({count:,})" for label, count in rows.new[:5])
        said.append(f"{version} does not know the actual labels {named}: none of them can be right")
    if not all(rows.times):
        said.append(f"{version}: not by time, for the times of its predictions are not known")
    return tuple(said)
