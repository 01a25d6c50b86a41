"""What stands in each ``meta.yaml`` of MLflow's file store, as 2.22 to 3.x read it.

Status and source type are numbers; ``end_time`` is there even where it is null; ids are texts, and equal to
the names of their directories.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from mlctl.interop.mlflow.entities import (
    CONTEXT,
    MODEL_STATUS,
    RUN_STATUS,
    DatasetInput,
    LoggedModel,
    MlflowExperiment,
    ModelVersion,
    RegisteredModel,
    Run,
)

Meta = dict[str, Any]

_RUN_NUMBER: Mapping[str, int] = MappingProxyType({name: number for number, name in RUN_STATUS.items()})
_MODEL_NUMBER: Mapping[str, int] = MappingProxyType({name: number for number, name in MODEL_STATUS.items()})
_LOCAL = 4
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def dumped(meta: Meta) -> str:
    """Return the text of a ``meta.yaml``: block style, keys sorted, as MLflow writes it."""
    text: str = yaml.dump(meta, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, sort_keys=True)
    return text


def stage(deleted: bool) -> str:
    """Return MLflow's word for whether something was deleted."""
    return "deleted" if deleted else "active"


def experiment_meta(experiment: MlflowExperiment, home: Path) -> Meta:
    """Return the meta of an experiment that lies in ``home``."""
    return {
        "artifact_location": home.as_uri(),
        "creation_time": experiment.created_ms,
        "experiment_id": experiment.experiment_id,
        "last_update_time": experiment.updated_ms,
        "lifecycle_stage": stage(experiment.deleted),
        "name": experiment.name,
    }


def run_meta(run: Run, home: Path) -> Meta:
    """Return the meta of a run that lies in ``home``."""
    return {
        "artifact_uri": (home / "artifacts").as_uri(),
        "deleted_time": (run.end_ms or run.start_ms) if run.deleted else None,
        "end_time": run.end_ms,
        "entry_point_name": "",
        "experiment_id": run.experiment_id,
        "lifecycle_stage": stage(run.deleted),
        "run_id": run.run_id,
        "run_name": run.name,
        "run_uuid": run.run_id,
        "source_name": run.source_name,
        "source_type": _LOCAL,
        "source_version": "",
        "start_time": run.start_ms,
        "status": _RUN_NUMBER[run.status],
        "tags": [],
        "user_id": run.user,
    }


def dataset_id(used: DatasetInput) -> str:
    """Return the id that MLflow gives a dataset."""
    return _md5(used.name + used.digest)


def dataset_meta(used: DatasetInput) -> Meta:
    """Return the meta of a dataset."""
    return {
        "digest": used.digest,
        "name": used.name,
        "profile": used.profile or None,
        "schema": used.schema or None,
        "source": used.source,
        "source_type": used.source_type,
    }


def input_id(used: DatasetInput, run_id: str) -> str:
    """Return the id of the link from a run to a dataset."""
    return _md5(dataset_id(used) + run_id)


def input_meta(used: DatasetInput) -> Meta:
    """Return the link from a run to a dataset; the destination is what MLflow itself writes there."""
    name = dataset_id(used)
    return {
        "destination_id": name,
        "destination_type": "RUN",
        "source_id": name,
        "source_type": "DATASET",
        "tags": {CONTEXT: used.context} if used.context else {},
    }


def output_meta(model_id: str) -> Meta:
    """Return the link from a run to a model that it made."""
    return {
        "destination_id": model_id,
        "destination_type": "MODEL_OUTPUT",
        "source_id": model_id,
        "source_type": "RUN_OUTPUT",
        "step": 0,
        "tags": {},
    }


def model_meta(model: LoggedModel, home: Path) -> Meta:
    """Return the meta of a logged model that lies in ``home``."""
    return {
        "artifact_location": (home / "artifacts").as_uri(),
        "creation_timestamp": model.created_ms,
        "experiment_id": model.experiment_id,
        "last_updated_timestamp": model.updated_ms,
        "model_id": model.model_id,
        "model_type": model.model_type,
        "name": model.name,
        "source_run_id": model.run_id,
        "status": _MODEL_NUMBER[model.status],
        "status_message": None,
    }


def registered_meta(model: RegisteredModel) -> Meta:
    """Return the meta of a registered model; the files beside it are the truth about its aliases."""
    return {
        "aliases": dict(model.aliases),
        "creation_timestamp": model.created_ms,
        "description": model.description,
        "last_updated_timestamp": model.updated_ms,
        "name": model.name,
    }


def version_meta(model: RegisteredModel, version: ModelVersion, artifacts: Path | None) -> Meta:
    """Return the meta of a version whose model's files lie in ``artifacts``."""
    return {
        "creation_timestamp": version.created_ms,
        "current_stage": version.stage,
        "description": version.description,
        "last_updated_timestamp": version.updated_ms,
        "model_id": version.model_id or None,
        "name": model.name,
        "run_id": version.run_id,
        "run_link": "",
        "source": version.source,
        "status": "READY",
        "status_message": "",
        "storage_location": artifacts.as_uri() if artifacts else version.source,
        "user_id": "",
        "version": version.version,
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
