"""Climb a ladder and keep every rung."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from mlctl.actions.acquire import Fetched, fetch, fingerprint_of, keep, record
from mlctl.actions.git import GitState
from mlctl.actions.kept import keep_after_training
from mlctl.actions.named_dataset import settled
from mlctl.actions.own_sources import rule_sources
from mlctl.actions.own_steps import doubts, stepped
from mlctl.actions.prepare import Prepared, prepare
from mlctl.actions.recommend import recommend_from
from mlctl.actions.rung import Climber, ended, record_failure, record_result, summary_of
from mlctl.actions.since import since_last
from mlctl.domain.choice import Recommendation
from mlctl.domain.records import Dataset, Experiment, Model
from mlctl.domain.refs import latest_first
from mlctl.errors import BusyError, UsageError
from mlctl.ml.climb import Climb
from mlctl.ml.outcome import Progress, RungFailure
from mlctl.ml.pool import start_server
from mlctl.ml.rungs import PlannedRung
from mlctl.params.load import Loaded
from mlctl.params.yaml_io import dump
from mlctl.store.store import OpenExperiment, Store


@dataclass(frozen=True, slots=True)
class Order:
    """What a training is asked to do.

    Attributes
    ----------
    loaded : Loaded
        The parameters file, checked.
    base : Path
        What relative paths in it are relative to.
    resume : bool
        Go on with a climb that was cut off.
    now : callable
        Gives the time, aware and in UTC.
    clock : callable
        Gives seconds that never go back.
    description : str
        What this try is for; the file's description is the model's.
    fetched : Fetched or None
        The data, where it was fetched before.
    """

    loaded: Loaded
    base: Path
    git: GitState
    now: Callable[[], datetime]
    clock: Callable[[], float]
    resume: bool = False
    description: str = ""
    fetched: Fetched | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known before the first rung."""

    model: Model
    prepared: Prepared
    dataset: Dataset
    data_is_new: bool
    resumed: tuple[Experiment, ...]
    nothing_to_resume: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """What a climb left.

    Attributes
    ----------
    rungs : tuple of Experiment
        In climbing order; failed ones too.
    skipped : tuple of (str, str)
        Rungs that were not climbed, and why.
    """

    model: Model
    rungs: tuple[Experiment, ...]
    recommendation: Recommendation
    skipped: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


class Listener(Protocol):
    """Who is told how a climb goes on."""

    def began(self, beginning: Beginning) -> None:
        """Take note of the data, the split and the plan."""

    def rung_began(self, rung: PlannedRung) -> None:
        """Take note that a rung is being climbed."""

    def progressed(self, rung: PlannedRung, progress: Progress) -> None:
        """Take note of the fits that are done."""

    def rung_ended(self, experiment: Experiment) -> None:
        """Take note of a rung that is on disk."""


def train(store: Store, order: Order, listener: Listener) -> Trained:
    """Fetch the data, keep it, and climb the ladder, baseline first.

    Raises
    ------
    DataError
        When the data cannot be trained on.
    UsageError
        When the parameters do not fit the data.
    """
    start_server()
    order = replace(order, loaded=settled(store, order.loaded))
    parameters = order.loaded.parameters
    with store.scratch() as scratch:
        rules = rule_sources(parameters, order.base)
        fetched = order.fetched or fetch(order.loaded, order.base, scratch, store)
        table = stepped(parameters, fetched.table, rules)
        prepared = prepare(parameters, table, rules)
        changed = since_last(store, parameters, fetched.table.frame, order.now())
        said = (*order.loaded.notes, *doubts(parameters, fetched.table, rules), *fetched.source.notes)
        prepared = replace(prepared, warnings=(*said, *prepared.warnings, *changed))
        # What an estimator refuses is refused here, before anything is stored.
        climb = Climb(prepared.problem, prepared.rungs, scratch=scratch, clock=order.clock)
        kept = keep(fetched, parameters.data, scratch=scratch, threads=prepared.problem.jobs or 1)
        model = _model(store, prepared, order)
        if order.fetched is None:  # retraining reads the file that was kept
            keep_after_training(store, model, order.loaded, order.now())
        key = ladder_key(order.loaded.effective, fingerprint_of(kept))
        ladder_id, done = _earlier(store, model, key) if order.resume else (uuid4().hex, ())
        climber = Climber(
            store, model, prepared, order.git, ladder_id, key, _effective(order, prepared), order.description
        )
        opened = climber.open(prepared.rungs[0], order.now()) if not done else None
        first = opened.experiment if opened else done[0]
        with ended(opened):
            dataset, is_new = record(
                store, first.model_version_id, kept, order.loaded, order.base, order.now()
            )
            listener.began(Beginning(model, prepared, dataset, is_new, done, order.resume and not done))
            with climb:
                rungs = _climb(climber, climb, dataset, order, listener, done, opened)
    return Trained(model, rungs, recommend_from(rungs), tuple(climb.skipped), prepared.warnings)


def _model(store: Store, prepared: Prepared, order: Order) -> Model:
    parameters, now = prepared.parameters, order.now()
    store.add_project(parameters.project, "", now)
    # As it was typed: what the environment gave is never written.
    description = str(order.loaded.effective["description"])
    model, _ = store.add_model(parameters.project, parameters.model, description, now)
    settled = {"task": parameters.task, "target": parameters.data.target, "metric": parameters.metric}
    if model.task and model.task != parameters.task:
        raise UsageError(
            f"model {parameters.project}/{parameters.model} is for {model.task}, this training for "
            f"{parameters.task}",
            "give the other task a model of its own: model: NAME",
        )
    changed = {k: v for k, v in settled.items() if getattr(model, k) != v}
    return store.update(model, **changed) if changed else model


def ladder_key(effective: Mapping[str, Any], fingerprint: str) -> str:
    """Return 12 hex digits that are equal for climbs that one can go on with the other.

    Budgets and cores may differ: more time is the usual reason to resume.
    """
    free = {"stop", "limits", "jobs", "description", "promote", "retrain", "checks"}
    told = {name: value for name, value in effective.items() if name not in free}
    text = json.dumps([told, fingerprint], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _earlier(store: Store, model: Model, key: str) -> tuple[str, tuple[Experiment, ...]]:
    """Return the ladder to go on with, and its finished rungs; a new ladder where there is none."""
    all_of_it = store.experiments(model.project_name, model.model_name).records
    same = [e for e in latest_first(all_of_it) if e.ladder_key == key]
    if not same:
        return uuid4().hex, ()
    ladder_id = same[0].ladder_id
    for rung in same:
        if rung.ladder_id == ladder_id and rung.status == "running":
            raise BusyError(
                f"the climb to go on with is still running: {rung.model_version_id} ({rung.rung})",
                "wait for it to end, then try again; without --resume a new climb begins",
            )
    return ladder_id, tuple(e for e in reversed(same) if e.ladder_id == ladder_id and e.status == "finished")


def _effective(order: Order, prepared: Prepared) -> str:
    """Return the effective parameters file, with what the data settled filled in."""
    tree = dict(order.loaded.effective)
    settled = prepared.parameters
    tree["task"], tree["metric"] = settled.task, settled.metric
    tree["split"] = dict(tree["split"]) | {"method": settled.split.method}
    tree["cross_validation"] = dict(tree["cross_validation"]) | {"repeats": settled.cross_validation.repeats}
    return dump(tree)


def _climb(
    climber: Climber,
    climb: Climb,
    dataset: Dataset,
    order: Order,
    listener: Listener,
    done: Sequence[Experiment],
    opened: OpenExperiment | None,
) -> tuple[Experiment, ...]:
    finished = {e.rung_index: e for e in done}
    rungs: list[Experiment] = []
    for rung in climb.rungs():
        if rung.index in finished:
            climb.record(rung, summary_of(finished[rung.index]))
            experiment = finished[rung.index]
        else:
            target = opened or climber.open(rung, order.now())
            opened = None
            experiment = _one(climber, climb, rung, target, dataset, listener)
        listener.rung_ended(experiment)
        rungs.append(experiment)
    return tuple(rungs)


def _one(
    climber: Climber,
    climb: Climb,
    rung: PlannedRung,
    opened: OpenExperiment,
    dataset: Dataset,
    listener: Listener,
) -> Experiment:
    """Climb one rung and put it on disk, whatever becomes of it."""
    listener.rung_began(rung)
    with ended(opened):
        result = climb.run(
            rung, opened.directory, lambda progress: _progressed(rung, progress, opened, listener)
        )
        if isinstance(result, RungFailure):
            experiment = record_failure(opened, climber, rung, result)
        else:
            experiment = record_result(opened, climber, rung, result, dataset)
        climb.record(rung, summary_of(experiment))
        return experiment


def _progressed(rung: PlannedRung, progress: Progress, opened: OpenExperiment, listener: Listener) -> None:
    opened.beat()  # other machines see that it still runs
    listener.progressed(rung, progress)
