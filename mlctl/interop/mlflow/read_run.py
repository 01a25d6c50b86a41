"""One run of a file store, and one logged model: a directory in, a value out."""

from pathlib import Path
from typing import Any

from mlctl.interop.mlflow.entities import (
    CONTEXT,
    MODEL_STATUS,
    RUN_NAME,
    RUN_STATUS,
    SOURCE_NAME,
    USER,
    DatasetInput,
    LoggedModel,
    Run,
)
from mlctl.interop.mlflow.read_plain import (
    UnreadableError,
    folders,
    is_folder,
    is_there,
    mapping,
    number,
    points,
    required,
    texts,
    words,
)
from mlctl.interop.mlflow.run_content import missing

META = "meta.yaml"
DELETED = "deleted"


def read_run(folder: Path) -> Run:
    """Return a run; where its artifacts lie comes from the directory, never from its ``artifact_uri``.

    Raises
    ------
    UnreadableError
        When it is not as MLflow writes it.
    """
    meta = mapping(folder / META)
    run_id = required(meta, "run_id", "run_uuid")
    if run_id != folder.name:
        raise UnreadableError(f"meta.yaml says that it is the run {run_id!a}")
    tags = texts(folder / "tags")
    return Run(
        run_id=run_id,
        experiment_id=folder.parent.name,
        name=words(meta, "run_name") or tags.get(RUN_NAME, "") or words(meta, "name"),
        status=_status(meta, RUN_STATUS, 1),
        start_ms=number(meta, "start_time"),
        end_ms=number(meta, "end_time") if meta.get("end_time") is not None else None,
        user=words(meta, "user_id") or tags.get(USER, ""),
        source_name=tags.get(SOURCE_NAME, "") or words(meta, "source_name"),
        params=texts(folder / "params"),
        tags=tags,
        points=points(folder / "metrics"),
        inputs=_inputs(folder),
        model_ids=tuple(_outputs(folder)),
        artifacts=_existing(folder / "artifacts"),
        deleted=words(meta, "lifecycle_stage") == DELETED,
        missing=missing(folder),
    )


def read_model(folder: Path) -> LoggedModel | None:
    """Return a logged model; None for a deleted one.

    Raises
    ------
    UnreadableError
        When it is not as MLflow writes it.
    """
    meta = mapping(folder / META)
    if words(meta, "lifecycle_stage") == DELETED:
        return None
    model_id = required(meta, "model_id")
    if model_id != folder.name:
        raise UnreadableError(f"meta.yaml says that it is the model {model_id!a}")
    return LoggedModel(
        model_id=model_id,
        name=required(meta, "name"),
        experiment_id=folder.parent.parent.name,
        run_id=words(meta, "source_run_id"),
        created_ms=number(meta, "creation_timestamp"),
        updated_ms=number(meta, "last_updated_timestamp"),
        status=_status(meta, MODEL_STATUS, 0),
        model_type=words(meta, "model_type"),
        params=texts(folder / "params"),
        tags=texts(folder / "tags"),
        points=points(folder / "metrics"),
        artifacts=_existing(folder / "artifacts"),
    )


def _status(meta: dict[str, Any], known: Any, default: int) -> str:
    value = meta.get("status", default)
    name = value if value in known.values() else known.get(number(meta, "status", default))
    if name is None:
        raise UnreadableError(f"status: {value!a} is none that mlctl knows")
    return str(name)


def _existing(folder: Path) -> Path | None:
    return folder if is_folder(folder) else None


def _inputs(folder: Path) -> tuple[DatasetInput, ...]:
    found = [_input(folder, name) for name in folders(folder / "inputs")]
    return tuple(sorted((one for one in found if one), key=lambda one: (one.name, one.digest, one.context)))


def _input(folder: Path, name: str) -> DatasetInput | None:
    link = mapping(folder / "inputs" / name / META)
    dataset_id = words(link, "source_id")
    # A path component, as MLflow makes them: nothing may lead out of the store.
    if words(link, "source_type") != "DATASET" or not dataset_id.isalnum():
        return None
    file = folder.parent / "datasets" / dataset_id / META
    if not is_there(file) or not is_folder(file.parent) or not is_folder(file.parent.parent):
        return None
    meta, tags = mapping(file), link.get("tags")
    return DatasetInput(
        name=words(meta, "name"),
        digest=words(meta, "digest"),
        source_type=words(meta, "source_type"),
        source=words(meta, "source"),
        schema=words(meta, "schema"),
        profile=words(meta, "profile"),
        context=words(tags, CONTEXT) if isinstance(tags, dict) else "",
    )


def _outputs(folder: Path) -> list[str]:
    links = (mapping(folder / "outputs" / name / META) for name in folders(folder / "outputs"))
    found = {words(link, "destination_id") for link in links if words(link, "source_type") == "RUN_OUTPUT"}
    return sorted(found - {""})
