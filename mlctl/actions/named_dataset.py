"""``data.dataset``: a dataset of the project as the source of a training."""

import os
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.data.again import fetch_again
from mlctl.data.sources import Source
from mlctl.domain.records import Dataset
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.load import Loaded
from mlctl.store.store import Store


def settled(store: Store, loaded: Loaded) -> Loaded:
    """Return a parameters file with what its dataset's record says: the target, and how the files are read.

    What the file itself says stands.

    Raises
    ------
    NotFoundError
        When the project has no such dataset.
    UsageError
        When neither names the column to predict.
    """
    data = loaded.parameters.data
    if data.dataset is None:
        return loaded
    dataset = _dataset(store, loaded)
    told: dict[str, Any] = {
        key: value for key, value in dataset.read.items() if value and _silent(data, key, value)
    }
    if not data.target:
        told["target"] = _target(dataset)
    if not told:
        return loaded
    changed = loaded.parameters.data.model_validate({**data.model_dump(), **told})
    effective = deepcopy(loaded.effective)
    effective["data"] |= {key: _plain(value) for key, value in told.items()}
    return replace(
        loaded, parameters=loaded.parameters.model_copy(update={"data": changed}), effective=effective
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _silent(data: Any, key: str, value: Any) -> bool:
    if value == getattr(data, key, None):
        return False
    return key in type(data).model_fields and getattr(data, key) == type(data).model_fields[key].default


def _target(dataset: Dataset) -> str:
    named = [str(column["column"]) for column in dataset.schema if column.get("role") == "target"]
    if not named:
        raise UsageError(
            f"data.dataset: the record of {dataset.dataset} names no column to predict",
            "name it: --set data.target=COLUMN",
        )
    return named[0]


def _dataset(store: Store, loaded: Loaded) -> Dataset:
    name, project = str(loaded.parameters.data.dataset), loaded.parameters.project
    try:
        return store.dataset(project, name)
    except NotFoundError as error:
        raise NotFoundError(
            f"data.dataset: {error.message}",
            f"{error.hint + '; ' if error.hint else ''}keep one under this name: "
            f"mlctl data add FILE --project {project} --name {name} --target COLUMN",
        ) from None


def source_of(store: Store, loaded: Loaded, scratch: Path) -> Source:
    """Return a dataset's files: unpacked, or fetched anew where only the way to them was kept.

    Raises
    ------
    DamagedError
        When its archive is not as it was.
    """
    dataset = _dataset(store, loaded)
    told = {"dataset": dataset.dataset}
    if dataset.archive:
        archive = store.dataset_archive(dataset)
        members = files.unpack(archive, scratch, expect_sha256=dataset.archive["sha256"])
        known = {key: dataset.source[key] for key in ("fingerprint",) if key in dataset.source}
        return Source("files", tuple(members), {**told, **known})
    base = store.root.parent / dataset.source.get("relative_to", ".")
    found = fetch_again(dataset.source, loaded.parameters.data, os.environ, base, scratch)
    known = {key: found.described[key] for key in ("rows", "fingerprint") if key in found.described}
    return Source(found.kind, found.members, {**told, **known}, found.notes)
