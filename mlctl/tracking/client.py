"""MLflow's ``MlflowClient``, for the subset that scripts use: runs, and versions of registered models.

A registered version is an experiment with the tag ``registered=NAME``; its version is the experiment's
number. Registering promotes nothing: the champion changes by `mlctl promote` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.actions.logging_place import usable
from mlctl.domain.records import Experiment
from mlctl.domain.refs import latest_first
from mlctl.domain.version_id import VersionId
from mlctl.store.store import Store
from mlctl.tracking import active, opening
from mlctl.tracking.context import now
from mlctl.tracking.runs import Run, record_of, stored_run

_LONGEST = 48
"""Characters: a tag has 64, with ``registered=``."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A name for versions."""

    name: str


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of a registered model; ``current_stage`` is ``Production`` for the champion."""

    name: str
    version: str
    run_id: str
    current_stage: str = "None"
    source: str = ""
    status: str = "READY"


class MlflowClient:
    """What a script asks about runs and models.

    Parameters
    ----------
    tracking_uri : str, optional
        As MLflow has it; the store is the one that ``set_tracking_uri`` chose.
    """

    def __init__(self, tracking_uri: str | None = None, **_: Any) -> None:
        self.tracking_uri = tracking_uri

    def __getattr__(self, name: str) -> object:
        raise AttributeError(
            f"this MlflowClient has no {name!r}: it reads runs and registers versions; a script logs with "
            "mlctl.tracking.start_run() and log_param, log_metric, …"
        )

    def get_run(self, run_id: str) -> Run:
        """Return a run; NotFoundError when there is none."""
        return stored_run(opening.store(now), run_id)

    def create_registered_model(self, name: str, **_: Any) -> RegisteredModel:
        """Return the registered model of that name; one that is there is welcome."""
        return RegisteredModel(name)

    def create_model_version(
        self, name: str, source: str = "", run_id: str | None = None, **_: Any
    ) -> ModelVersion:
        """Register a run's model under a name.

        Raises
        ------
        NotFoundError
            When there is no such run.
        """
        word = _word(name)
        running = active.current()
        if running is not None and (not run_id or running.experiment_id == run_id):
            running.set_tag(word)
            running.do(lambda log: log.save())
            return ModelVersion(name, _number(running.name), running.experiment_id, source=source)
        store = opening.store(now)
        found = store.tag(record_of(store, run_id or ""), [word])
        return _version(store, name, found)

    def get_latest_versions(self, name: str, stages: Sequence[str] | None = None) -> list[ModelVersion]:
        """Return the newest version in each stage; none where the name has no version."""
        store = opening.store(now)
        named = [one for one in latest_first(store.experiments().records) if _word(name) in one.tags]
        newest: dict[str, ModelVersion] = {}
        for record in named:
            version = _version(store, name, record)
            newest.setdefault(version.current_stage, version)
        return [one for stage, one in newest.items() if not stages or stage in stages]


def _word(name: str) -> str:
    return f"registered={usable(name, 'model')[:_LONGEST]}"


def _version(store: Store, name: str, record: Experiment) -> ModelVersion:
    owner = store.model(record.project_name, record.model_name)
    stage = "Production" if store.champion(owner) == record.model_version_id else "None"
    number = _number(record.model_version_id)
    return ModelVersion(name, number, record.experiment_id, stage, f"runs:/{record.experiment_id}/model")


def _number(version: str) -> str:
    found = VersionId.parse(version)
    return str(found.number) if found else ""
