"""Read the data that a parameters file names, and keep what was read, or the way to fetch it again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions.named_dataset import source_of
from mlctl.data.read import ReadTable, read
from mlctl.data.schema import infer
from mlctl.data.sources import Source, resolve
from mlctl.domain.records import Dataset
from mlctl.errors import DataError
from mlctl.params.load import Loaded
from mlctl.params.model import Data
from mlctl.store.store import Store
from mlctl.store.times import stamp


@dataclass(frozen=True, slots=True)
class Fetched:
    """A table as it was read, and the files that it was read from."""

    source: Source
    table: ReadTable
    stamps: tuple[tuple[int, int], ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the data came."""
        return (*self.source.notes, *self.table.notes)


def fetch(loaded: Loaded, base: Path, scratch: Path, store: Store | None = None) -> Fetched:
    """Read the data.

    Parameters
    ----------
    loaded : Loaded
        The parameters file.
    base : Path
        What relative paths are relative to.
    scratch : Path
        Where what is no file yet is written.
    store : Store, optional
        Where ``data.dataset`` is looked for.
    """
    data = loaded.parameters.data
    if store is not None and data.dataset is not None:
        source = source_of(store, loaded, scratch)
    else:
        source = resolve(data, base, scratch, loaded.effective["data"])
    stamps = _stamps(source)
    return Fetched(source, read(source.members, data), stamps)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read, packed into one archive that is not yet in its place.

    Attributes
    ----------
    archive : Path or None
        None where only the way to fetch the data again is kept.
    """

    fetched: Fetched
    members: tuple[files.Member, ...]
    fingerprint: str
    archive: Path | None
    archive_told: dict[str, Any]


def keep(fetched: Fetched, data: Data, *, scratch: Path, threads: int) -> Kept:
    """Pack what was read, or only take its checksum where the file says ``keep: query``.

    Raises
    ------
    DataError
        When a file changed while it was read: what was trained on and what was kept would differ.
    """
    source = fetched.source
    if data.keep == "query":
        members = tuple(files.Member(n, p.stat().st_size, files.sha256(p)) for n, p in source.members)
        kept = Kept(fetched, members, files.fingerprint(m.sha256 for m in members), None, {})
    else:
        archive = scratch / "data.tar.zst"
        packed = files.pack(source.members, archive, threads=threads)
        told = {"sha256": packed.archive_sha256, "bytes": packed.archive_bytes}
        kept = Kept(fetched, packed.members, packed.fingerprint, archive, told)
    if _stamps(source) != fetched.stamps:
        raise DataError(
            f"the data changed while it was read: {', '.join(name for name, _ in source.members)}",
            "train again when what writes it is done",
        )
    return kept


def fingerprint_of(kept: Kept) -> str:
    """Return what is equal for equal content: that of a query's rows, or else that of the files."""
    return str(kept.fetched.source.described.get("fingerprint") or kept.fingerprint)


def record(
    store: Store, name: str, kept: Kept, loaded: Loaded, base: Path, now: datetime
) -> tuple[Dataset, bool]:
    """Return the dataset's record, and whether its content is new to the project.

    Parameters
    ----------
    name : str
        The version name: that of the first experiment that is trained on it.
    base : Path
        What relative paths in the parameters file are relative to.
    """
    project, data = loaded.parameters.project, loaded.parameters.data
    fingerprint = fingerprint_of(kept)
    known = store.dataset_by_fingerprint(project, fingerprint, described=kept.archive is None)
    if known is not None:
        return known, False
    frame = kept.fetched.table.frame
    made = Dataset(
        dataset=name,
        created_datetime=stamp(now),
        source=placed(kept.fetched.source.described, base, store.root.parent),
        fingerprint=fingerprint,
        archive=kept.archive_told,
        members=[{"name": m.name, "bytes": m.bytes, "sha256": m.sha256} for m in kept.members],
        rows=len(frame),
        columns=len(frame.columns),
        schema=infer(frame, roles(data)),
        read=reading(data),
        project_name=project,
    )
    return store.add_dataset(project, made, kept.archive), True


def placed(described: Mapping[str, Any], base: Path, home: Path) -> dict[str, Any]:
    """Return a source with its relative paths as the store keeps them: from the directory that holds it."""
    told = dict(described)
    path = told.get("path")
    if path and any("${" in one for one in ([path] if isinstance(path, str) else path)):
        told["relative_to"] = os.path.relpath(base, home)  # what a variable holds may be relative
    elif isinstance(path, str):
        told["path"] = _moved(path, base, home)
    elif path:
        told["path"] = [_moved(one, base, home) for one in path]
    if {"sql", "function"} & set(told):
        told["relative_to"] = os.path.relpath(base, home)
    return told


def _moved(path: str, base: Path, home: Path) -> str:
    """Return a path relative to another directory; what is absolute or remote stays."""
    if path.startswith("/") or "://" in path:
        return path
    return os.path.relpath(base / path, home)


def roles(data: Data) -> dict[str, str]:
    """Return the role of each column that is no plain feature."""
    named = {"time": data.time, "group": data.group, "key": data.key, "target": data.target}
    dropped = dict.fromkeys(data.drop, "dropped")
    return dropped | {column: role for role, column in named.items() if column}


def reading(data: Data) -> dict[str, Any]:
    """Return what is needed to read the snapshot again in the same way."""
    return {
        "delimiter": data.delimiter,
        "encoding": data.encoding,
        "missing": list(data.missing),
        "dates": dict(data.dates),
        "types": dict(data.types),
    }


def _stamps(source: Source) -> tuple[tuple[int, int], ...]:
    stats = [path.stat() for _, path in source.members]
    return tuple((stat.st_size, stat.st_mtime_ns) for stat in stats)
