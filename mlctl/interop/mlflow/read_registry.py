"""The registry of a file store: names, versions, aliases, and the stages that came before aliases."""

from collections.abc import Iterator
from pathlib import Path

from mlctl.interop.mlflow.entities import NO_STAGE, ModelVersion, RegisteredModel, Skipped
from mlctl.interop.mlflow.find_store import REGISTRY
from mlctl.interop.mlflow.read_plain import (
    UnreadableError,
    folders,
    is_there,
    keys,
    mapping,
    number,
    required,
    text,
    texts,
    words,
)
from mlctl.interop.mlflow.read_run import META

_VERSION = "version-"


def read_registered(root: Path) -> Iterator[RegisteredModel | Skipped]:
    """Yield the registered models by name; what cannot be read is named, and the rest is yielded."""
    place = root / REGISTRY
    for name in folders(place):
        if not is_there(place / name / META):
            continue  # MLflow's own listing stops there
        skipped: list[Skipped] = []
        try:
            yield _registered(place / name, skipped)
        except UnreadableError as error:
            yield Skipped(f"{REGISTRY}/{name}", str(error))
        yield from skipped


def _registered(folder: Path, skipped: list[Skipped]) -> RegisteredModel:
    meta = mapping(folder / META)
    return RegisteredModel(
        name=required(meta, "name"),
        created_ms=number(meta, "creation_timestamp"),
        updated_ms=number(meta, "last_updated_timestamp"),
        description=words(meta, "description"),
        tags=texts(folder / "tags"),
        aliases=_aliases(folder),
        versions=tuple(sorted(_versions(folder, skipped), key=lambda one: one.version)),
    )


def _aliases(folder: Path) -> dict[str, int]:
    """Return the aliases: the files are the truth, the copy in ``meta.yaml`` is not."""
    found = ((alias, text(path).strip()) for alias, path in keys(folder / "aliases"))
    return {alias: int(version) for alias, version in found if version.isdecimal()}


def _versions(folder: Path, skipped: list[Skipped]) -> Iterator[ModelVersion]:
    for name in folders(folder):
        if not name.startswith(_VERSION):
            continue
        try:
            yield _version(folder / name)
        except UnreadableError as error:
            skipped.append(Skipped(f"{REGISTRY}/{folder.name}/{name}", str(error)))


def _version(folder: Path) -> ModelVersion:
    meta = mapping(folder / META)
    return ModelVersion(
        version=int(required(meta, "version")) if words(meta, "version").isdecimal() else _numbered(folder),
        run_id=words(meta, "run_id"),
        model_id=words(meta, "model_id"),
        created_ms=number(meta, "creation_timestamp"),
        updated_ms=number(meta, "last_updated_timestamp"),
        stage=words(meta, "current_stage") or NO_STAGE,
        description=words(meta, "description"),
        tags=texts(folder / "tags"),
        source=words(meta, "source"),
    )


def _numbered(folder: Path) -> int:
    number_text = folder.name.removeprefix(_VERSION)
    if not number_text.isdecimal():
        raise UnreadableError("meta.yaml has no version: it is torn")
    return int(number_text)
