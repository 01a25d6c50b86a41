"""Runs as MLflow's scripts read them: ``run.info.run_id``, ``run.data.metrics``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mlctl.actions.locate import experiment as located
from mlctl.actions.logging import ARTIFACTS, read_tags
from mlctl.domain.logged import logged_name
from mlctl.domain.records import Experiment as Record
from mlctl.errors import NotFoundError
from mlctl.store.store import Store
from mlctl.tracking import active
from mlctl.tracking.context import Experiment

_STATUS = {"running": "RUNNING", "finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is.

    Attributes
    ----------
    run_id : str
        32 hexadecimal digits.
    experiment_id : str
        The model's id.
    start_time, end_time : int or None
        Milliseconds since the epoch.
    artifact_uri : str
        A ``file://`` address.
    version : str
        The model version id, which `mlctl show` takes.
    """

    run_id: str = ""
    experiment_id: str = ""
    run_name: str = ""
    status: str = "RUNNING"
    start_time: int | None = None
    end_time: int | None = None
    artifact_uri: str = ""
    version: str = ""

    @property
    def run_uuid(self) -> str:
        """The run's id, under its name of before 3.0."""
        return self.run_id


@dataclass(frozen=True, slots=True)
class RunData:
    """What was logged: the last value of each metric; parameters and tags are texts, as in MLflow."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Run:
    """A run.

    Attributes
    ----------
    info : RunInfo
        What it is.
    data : RunData
        What was logged.
    """

    def __init__(self, info: RunInfo, data: RunData) -> None:
        self.info, self.data = info, data


def active_as_run(target: Experiment) -> Run:
    """Return what an open experiment holds so far."""
    log = target.log
    if log is None:
        return Run(RunInfo(), RunData())
    said = log.said
    data = RunData(dict(said.last), {k: str(v) for k, v in said.parameters.items()}, dict(said.tags))
    return Run(_info(log.experiment, log.directory), data)


def stored_run(store: Store, run_id: str) -> Run:
    """Return a run of a store, by its id or its model version id.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    is_open = active.current()
    if is_open is not None and run_id in (is_open.experiment_id, is_open.name):
        return active_as_run(is_open)
    record = record_of(store, run_id)
    directory = store.experiment_directory(record)
    params = {name: str(value) for name, value in record.parameters.items()}
    return Run(_info(record, directory), RunData(_metrics(record), params, _tags(record, directory)))


def record_of(store: Store, run_id: str) -> Record:
    """Return an experiment by its id, or by its model version id.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    listing = store.experiments()
    found = next((one for one in listing.records if one.experiment_id == run_id), None)
    if found is None and not run_id:
        raise NotFoundError("a run without an id: it could not be logged", "see the warning before")
    return found or located(store, run_id)


def _info(record: Record, directory: Path) -> RunInfo:
    begun = int(datetime.fromisoformat(record.created_datetime).timestamp() * 1000)
    total = record.timings.get("total_s")
    ended = None if total is None else begun + int(total * 1000)
    address = (directory / ARTIFACTS).as_uri()
    name = record.description or record.model_version_id
    return RunInfo(
        record.experiment_id,
        record.model_id,
        name,
        _STATUS[record.status],
        begun,
        ended,
        address,
        record.model_version_id,
    )


def _metrics(record: Record) -> dict[str, float]:
    found: dict[str, float] = {}
    for part, scores in record.evaluations.items():
        for name in scores:
            metric, value = logged_name(part, name), record.score(part, name)
            if metric is not None and value is not None:
                found[metric] = value
    return found


def _tags(record: Record, directory: Path) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in record.tags) | read_tags(directory)
