"""Find out which columns a model needs and whether more rows would help, once, and keep it in its reports."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mlctl.actions.insight_files import CURVE, IMPORTANCE, Insight, is_wanting, kept
from mlctl.actions.prepare import Prepared, prepare
from mlctl.actions.recorded import Recorded, recorded
from mlctl.domain.insight import Importance, LearningCurve
from mlctl.domain.method_checks import dummy_of, tolerated_by
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.ml import handover, learning_curve, memory, permutation
from mlctl.ml.learning_curve import Part
from mlctl.ml.pool import Call, Done, Failure, Pool
from mlctl.ml.rungs import PlannedRung
from mlctl.store.store import Store

GRACE = 15.0
"""Seconds beyond its share that a worker may take to load a model and to stop between two columns."""


def find_out(
    store: Store,
    experiment: Experiment,
    peers: tuple[Experiment, ...],
    *,
    clock: Callable[[], float],
    seconds: float,
    trust: bool = False,
) -> tuple[Experiment, Insight]:
    """Measure what was not measured before, and keep it.

    Parameters
    ----------
    peers : tuple of Experiment
        All of its model; the dummy among them says what is too small to matter.
    clock : callable
        Seconds that never go back.
    seconds : float
        For all of it: half for the columns, and what is left for the learning curve.
    trust : bool, default=False
        Also load a model whose types mlctl does not know.

    Returns
    -------
    Experiment
        The record, which names what was kept.
    Insight
        What is whole is kept; what the time cut short is shown and measured again next time.
    """
    had = kept(store, experiment)
    if not is_wanting(experiment, had):
        return experiment, had
    try:
        with recorded(store, experiment, trust=trust) as record:
            found = _measure(record, peers, had, clock=clock, until=clock() + seconds, trust=trust)
    except MlctlError as error:
        return experiment, replace(had, notes=(error.message,))
    if found.importance and not had.importance and not found.importance.left_out:
        experiment = _keep(store, experiment, IMPORTANCE, found.importance.to_dict())
    if found.curve and not had.curve and not found.curve.missing:
        experiment = _keep(store, experiment, CURVE, found.curve.to_dict())
    return experiment, found


def _keep(store: Store, experiment: Experiment, name: str, found: dict[str, Any]) -> Experiment:
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    return store.add_report(experiment, name, f"{name}.json", text)


def _measure(
    record: Recorded,
    peers: tuple[Experiment, ...],
    had: Insight,
    *,
    clock: Callable[[], float],
    until: float,
    trust: bool,
) -> Insight:
    store, experiment = record.store, record.experiment
    store.verify(experiment)
    prepared = prepare(record.parameters, record.table, record.rules)
    if prepared.comparison_key != experiment.comparison_key:
        told = "the rows are no longer dealt out as they were in training, so nothing new was measured"
        return replace(had, notes=(told,))
    with store.scratch() as scratch:
        shared = scratch / "problem"
        handover.write(prepared.problem, shared)
        with Pool(
            partial(handover.read, shared),
            workers=1,
            scratch=scratch,
            clock=clock,
            memory=memory.share(prepared.problem.limits.memory_gb, 1),
        ) as pool:
            work = _Work(record, prepared, pool, clock, until)
            importance, told = (had.importance, "") if had.importance else work.importance(peers, trust)
            curve, said = (had.curve, "") if had.curve else work.curve()
    return Insight(importance, curve, tuple(note for note in (told, said) if note))


@dataclass(frozen=True, slots=True)
class _Work:
    """The measuring, and the time there is for it."""

    record: Recorded
    prepared: Prepared
    pool: Pool
    clock: Callable[[], float]
    until: float

    def importance(self, peers: tuple[Experiment, ...], trust: bool) -> tuple[Importance | None, str]:
        """Return what each column is worth, and why something is missing."""
        experiment = self.record.experiment
        path: Path = self.record.directory / experiment.artifact_file_paths["model"]
        seconds = max(0.0, (self.until - self.clock()) / 2)
        tolerated = tolerated_by(experiment, dummy_of(experiment, peers))
        self.pool.submit([Call(IMPORTANCE, permutation.measure, (path, trust, seconds, tolerated))])
        (outcome,) = self.pool.results(self.clock() + seconds + GRACE)
        if isinstance(outcome, Failure):
            return None, f"the importance of the columns is missing: {outcome.message}"
        found: Importance = outcome.value
        late = len(found.left_out)
        return found, f"there was no time for the importance of {late:,} columns" if late else ""

    def curve(self) -> tuple[LearningCurve | None, str]:
        """Return the learning curve, and why something is missing."""
        problem = self.prepared.problem
        groups, times = self._groups(), self._times()
        planned = learning_curve.parts(problem, groups, latest=times)
        rung = learning_curve.of_one_point(self._rung(), dict(self.record.experiment.parameters))
        calls = [Call(at, learning_curve.fit_part, (rung, part.rows)) for at, part in enumerate(planned)]
        # The whole first: without it the parts tell nothing of what more rows would bring.
        self.pool.submit([calls[-1], *calls[:-1]])
        outcomes = {one.key: one for one in self.pool.results(self.until)}
        scored = [one.value if isinstance(one := outcomes[at], Done) else None for at in range(len(planned))]
        found = learning_curve.curve(problem, planned, scored, latest=times is not None)
        return (found if found.steps else None), _missing(planned, outcomes)

    def _rung(self) -> PlannedRung:
        wanted = self.record.experiment.rung_index
        return next(rung for rung in self.prepared.rungs if rung.index == wanted)

    def _groups(self) -> Any:
        group = self.prepared.examination.aside.get("group")
        return None if group is None else group.to_numpy()[self.prepared.split.train].astype(str)

    def _times(self) -> Any:
        if self.prepared.parameters.split.method != "time":
            return None
        return self.prepared.examination.aside["time"].to_numpy()[self.prepared.split.train]


def _missing(planned: list[Part], outcomes: dict[Any, Any]) -> str:
    failed = [(at, one) for at, one in outcomes.items() if isinstance(one, Failure)]
    if not failed:
        return ""
    sizes = sorted({len(planned[at].rows) for at, _ in failed})
    listed = ", ".join(f"{size:,}" for size in sizes)
    return f"the learning curve lacks {listed} training rows: {failed[0][1].message}"
