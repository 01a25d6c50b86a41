"""What MLflow keeps, as plain values: readers give them, writers take them.

Pure Python on purpose: neither side needs MLflow to be installed. Times are whole milliseconds since
the epoch (UTC), as MLflow has them. Where the artifacts of something lie on this machine is no part of
its identity: two values that differ in that alone are equal, so that a round trip can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

#: MLflow's words for how a run stands, by the number its file store writes.
RUN_STATUS: Mapping[int, str] = MappingProxyType(
    {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
)
#: The same for a logged model.
MODEL_STATUS: Mapping[int, str] = MappingProxyType({0: "UNSPECIFIED", 1: "PENDING", 2: "READY", 3: "FAILED"})
#: The stage of a version that has none, as MLflow writes it.
NO_STAGE = "None"
#: Tags that MLflow's own client and screens use, and mlctl too.
RUN_NAME = "mlflow.runName"
USER = "mlflow.user"
SOURCE_NAME = "mlflow.source.name"
SOURCE_TYPE = "mlflow.source.type"
GIT_COMMIT = "mlflow.source.git.commit"
GIT_BRANCH = "mlflow.source.git.branch"
NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
#: The tag of a dataset input that says what it was used for (``training``, ``eval``).
CONTEXT = "mlflow.data.context"


def nothing() -> Mapping[str, str]:
    """Give an empty, unchangeable mapping of texts."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric. Two points whose values are both NaN are equal."""

    key: str
    value: float
    time_ms: int
    step: int = 0

    def __eq__(self, other: object) -> bool:
        """Compare field by field, NaN being equal to NaN."""
        if not isinstance(other, Point):
            return NotImplemented
        same = self.value == other.value or (math.isnan(self.value) and math.isnan(other.value))
        return same and (self.key, self.time_ms, self.step) == (
            other.key,
            other.time_ms,
            other.step,
        )

    def __hash__(self) -> int:
        """Hash what is compared, the value aside since NaN has no hash to rely on."""
        return hash((self.key, self.time_ms, self.step))


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """A dataset that a run used; ``source``, ``schema`` and ``profile`` are JSON texts or empty."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str = ""
    profile: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    ``points`` is the whole history of its metrics: by key, each in the order in which it was logged.
    """

    run_id: str
    experiment_id: str
    name: str
    status: str
    """FINISHED, FAILED, KILLED, RUNNING or SCHEDULED."""
    start_ms: int
    end_ms: int | None
    user: str = ""
    source_name: str = ""
    params: Mapping[str, str] = field(default_factory=nothing)
    tags: Mapping[str, str] = field(default_factory=nothing)
    points: tuple[Point, ...] = ()
    inputs: tuple[DatasetInput, ...] = ()
    """By name, digest and context."""
    model_ids: tuple[str, ...] = ()
    """The logged models that the run made (its ``outputs``), sorted."""
    artifacts: Path | None = field(default=None, compare=False)
    """The directory of its artifacts on this machine, where there is one."""
    deleted: bool = False
    missing: tuple[str, ...] = field(default=(), compare=False)
    """Directories that a run of a file store has and this one lacks."""


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A model logged on its own, as MLflow does since 3.0."""

    model_id: str
    name: str
    experiment_id: str
    run_id: str
    created_ms: int
    updated_ms: int
    status: str = "READY"
    """READY, PENDING, FAILED or UNSPECIFIED."""
    model_type: str = ""
    params: Mapping[str, str] = field(default_factory=nothing)
    tags: Mapping[str, str] = field(default_factory=nothing)
    points: tuple[Point, ...] = ()
    artifacts: Path | None = field(default=None, compare=False)
    """The directory that holds ``MLmodel``, on this machine."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a registered model; ``source`` is a URI such as ``models:/m-…`` or ``runs:/…/model``."""

    version: int
    run_id: str
    model_id: str
    created_ms: int
    updated_ms: int
    stage: str = NO_STAGE
    """None, Staging, Production or Archived."""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=nothing)
    source: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A name in the registry; ``aliases`` gives the version that each alias stands for."""

    name: str
    created_ms: int
    updated_ms: int
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=nothing)
    aliases: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()
    """By their number, the first one first."""


@dataclass(frozen=True, slots=True)
class MlflowExperiment:
    """An MLflow experiment, which is a model's worth of runs."""

    experiment_id: str
    name: str
    created_ms: int
    updated_ms: int
    tags: Mapping[str, str] = field(default_factory=nothing)
    deleted: bool = False
    runs: tuple[Run, ...] = ()
    """By start time, then by run id."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be read, by its place in the store, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tracking:
    """A whole tracking store. Experiments, models and names are sorted by their ids (names)."""

    experiments: tuple[MlflowExperiment, ...] = ()
    logged_models: tuple[LoggedModel, ...] = ()
    registered_models: tuple[RegisteredModel, ...] = ()
    skipped: tuple[Skipped, ...] = ()
