"""``mlctl push mlflow``: experiments on a tracking server, as often as one likes."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlctl.actions.as_mlflow import AsMlflow, Chosen
from mlctl.actions.as_mlflow_artifacts import copy_artifacts, listed
from mlctl.actions.as_mlflow_model import Models
from mlctl.actions.as_mlflow_run import Carried
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.interop.mlflow.client_open import AGAIN, Api, check_url, opened
from mlctl.interop.mlflow.client_write import STAMP, RunWriter, State
from mlctl.interop.mlflow.client_write_models import FillModel, ModelWriter, SentModel
from mlctl.interop.mlflow.entities import LoggedModel
from mlctl.interop.mlflow.write_files import copied
from mlctl.store.store import Store

Told = Callable[[str, State], None]
Connect = Callable[[str], AbstractContextManager[Api]]


@dataclass(slots=True)
class Pushed:
    """What a push did; version ids by what became of them.

    Attributes
    ----------
    new, completed, there : list of str
        Runs that were made, that were there in part or had changed, and that were there as they are.
    experiments : dict
        Name to the server's id.
    versions : int
        Registered versions that are new.
    moved : list of str
        A line on each alias that was moved.
    """

    url: str
    new: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    experiments: dict[str, str] = field(default_factory=dict)
    versions: int = 0
    moved: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the server has anything that it had not before."""
        return bool(self.new or self.completed or self.versions or self.moved)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document."""
        names = ("url", "new", "completed", "there", "experiments", "versions", "moved", "warnings")
        return {name: getattr(self, name) for name in names}


def push(
    store: Store,
    chosen: Sequence[Chosen],
    url: str,
    *,
    user: str,
    trust: bool = False,
    told: Told = lambda _version, _state: None,
    connect: Connect = opened,
) -> Pushed:
    """Send experiments to a tracking server: what it lacks.

    Parameters
    ----------
    url : str
        ``http://HOST:PORT``; credentials are read from ``MLFLOW_TRACKING_*``.
    user : str
        What MLflow shows as the user of the runs.
    trust : bool, default=False
        Also load models whose types mlctl does not know.
    told : callable
        Called after each run.
    connect : callable
        Gives the client of a server for the length of a block.

    Raises
    ------
    UsageError
        When the address is none.
    MlctlError
        When the server does not answer, refuses, or fails half-way; what it took stays, and the same push
        goes on.
    """
    done = Pushed(check_url(url))
    try:
        with connect(done.url) as api:
            runs = RunWriter(api, store.scratch_for_reading, done.warnings)
            work = _Work(store, AsMlflow(store, user), Models(store, trust=trust), runs, done)
            for one in chosen:
                work.model(one, told)
    except MlctlError as error:
        if AGAIN not in error.hint or not done.experiments:
            raise
        total = sum(len(one.experiments) for one in chosen)
        sent = len(done.new) + len(done.completed) + len(done.there)
        message = f"{error.message}; {sent:,} of {total:,} runs are there in full"
        raise MlctlError(message, error.hint, may_pass=error.may_pass) from error
    return done


@dataclass(slots=True)
class _Work:
    """One push, while it lasts."""

    store: Store
    translate: AsMlflow
    models: Models
    runs: RunWriter
    done: Pushed

    def model(self, one: Chosen, told: Told) -> None:
        """Send the runs of a model, and its place in the registry."""
        head = self.translate.experiment(one.model)
        experiment_id = self.runs.experiment(head)
        self.done.experiments[head.name] = experiment_id
        there = self.runs.there(experiment_id)
        sent: dict[str, _Sending] = {}
        for experiment in one.experiments:
            key = experiment.experiment_id
            carried = self.translate.carried(one.model, experiment)
            sent[key] = _Sending(self, experiment, carried, experiment_id, there.get(key))
            state = sent[key].send()
            getattr(self.done, state).append(experiment.model_version_id)
            told(experiment.model_version_id, state)
        ids = {key: sending.carried.model_id for key, sending in sent.items()}
        registered = self.translate.registered(one.model, one.experiments, ids)
        if registered:
            writer = ModelWriter(self.runs)
            count, moved = writer.registered(registered, lambda run_id: sent[run_id].model())
            self.done.versions += count
            self.done.moved += [moved] if moved else []


@dataclass(slots=True)
class _Sending:
    """One run on its way; ``there`` is what the server has of it."""

    work: _Work
    experiment: Experiment
    carried: Carried
    experiment_id: str
    there: Any
    run_id: str = ""
    sent: SentModel | None = None

    def send(self) -> State:
        """Send what the server lacks."""
        work, experiment, run = self.work, self.experiment, self.carried.run
        stamp = _stamp(work.store, experiment)
        before = self.there.data.tags.get(STAMP) if self.there else None
        if before == stamp:
            self.run_id = self.there.info.run_id
            return "there"
        self.run_id = work.runs.run(self.experiment_id, run, self.there)
        self.model()
        work.runs.artifacts(
            self.run_id,
            lambda folder: copy_artifacts(work.store, experiment, folder, carried=self.carried),
            fresh=self.there is None or before is not None,
        )
        work.runs.end(self.run_id, run, stamp)
        return "completed" if self.there else "new"

    def model(self) -> SentModel | None:
        """Send its models, once; return the one that a promotion means, None where it has none."""
        if self.sent is None:
            found = [self._send(model, _copied) for model in self.carried.kept]
            found += self._own()
            self.sent = found[0] if found else None
        return self.sent

    def _own(self) -> list[SentModel]:
        model = self.carried.made
        if model is None:
            return []
        try:
            made = self.work.models.make(self.experiment)
        except MlctlError as error:
            line = f"{self.experiment.model_version_id}: its model stays behind: {error.message}"
            self.work.done.warnings.append(line)
            self.carried = replace(self.carried, made=None)
            return []
        return [self._send(model, made.write)]

    def _send(self, model: LoggedModel, fill: FillModel) -> SentModel:
        return ModelWriter(self.work.runs).model(
            self.experiment_id, self.run_id, model, fill, fresh=self.there is None
        )


def _copied(model: LoggedModel, folder: Path) -> None:
    copied(model, folder)


def _stamp(store: Store, experiment: Experiment) -> str:
    """Return what is equal while an experiment and its files are as they were, in any copy of the store."""
    seen = [experiment.to_dict(), [one[:2] for one in listed(store.experiment_directory(experiment))]]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()[:32]
