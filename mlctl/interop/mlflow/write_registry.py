"""The registry in MLflow's file store: names, versions, aliases."""

from collections.abc import Mapping
from pathlib import Path

from mlctl import files
from mlctl.interop.mlflow.entities import RegisteredModel
from mlctl.interop.mlflow.write_meta import registered_meta, version_meta
from mlctl.interop.mlflow.write_run import write_meta, write_texts

REGISTRY = "models"


def version_folder(version: int) -> str:
    """Return the name of a version's directory."""
    return f"version-{version}"


def write_registered(model: RegisteredModel, folder: Path, lying: Mapping[str, Path]) -> None:
    """Write a registered model.

    Parameters
    ----------
    folder : Path
        Where to write it: not there yet.
    lying : mapping
        Id of a logged model to where its files will lie, absolute.
    """
    write_meta(folder, registered_meta(model))
    write_texts(folder / "tags", model.tags)
    files.make_staged(folder / "aliases")
    for alias, number in model.aliases.items():
        # The files are what MLflow goes by; an alias that only meta.yaml tells is not found.
        files.write_staged(folder / "aliases" / alias, str(number))
    for version in model.versions:
        place = folder / version_folder(version.version)
        write_meta(place, version_meta(model, version, lying.get(version.model_id)))
        write_texts(place / "tags", version.tags)
