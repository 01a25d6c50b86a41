"""Read the data that a parameters file names, and keep what was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
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


def fetch(data: Data, base: Path, scratch: Path) -> Fetched:
    """Read the data.

    Parameters
    ----------
    data : Data
        The parameters file's section.
    base : Path
        What relative paths are relative to.
    scratch : Path
        Where a built-in set is written out.
    """
    source = resolve(data, base, scratch)
    stamps = _stamps(source)
    return Fetched(source, read(source.members, data), stamps)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read, packed into one archive that is not yet in its place."""

    fetched: Fetched
    packed: files.Packed
    archive: Path


def keep(fetched: Fetched, *, scratch: Path, threads: int) -> Kept:
    """Pack what was read.

    Raises
    ------
    DataError
        When a file changed while it was read: what was trained on and what was kept would differ.
    """
    archive = scratch / "data.tar.zst"
    packed = files.pack(fetched.source.members, archive, threads=threads)
    if _stamps(fetched.source) != fetched.stamps:
        raise DataError(
            f"the data changed while it was read: {', '.join(name for name, _ in fetched.source.members)}",
            "train again when what writes it is done",
        )
    return Kept(fetched, packed, archive)


def record(store: Store, name: str, kept: Kept, loaded: Loaded, now: datetime) -> tuple[Dataset, bool]:
    """Return the dataset's record, and whether its content is new to the project."""
    project, data = loaded.parameters.project, loaded.parameters.data
    effective = loaded.effective["data"]
    known = store.dataset_by_fingerprint(project, kept.packed.fingerprint)
    if known is not None:
        return known, False
    frame = kept.fetched.table.frame
    made = Dataset(
        dataset=name,
        created_datetime=stamp(now),
        source=described(kept.fetched.source, effective),
        fingerprint=kept.packed.fingerprint,
        archive={"sha256": kept.packed.archive_sha256, "bytes": kept.packed.archive_bytes},
        members=[{"name": m.name, "bytes": m.bytes, "sha256": m.sha256} for m in kept.packed.members],
        rows=len(frame),
        columns=len(frame.columns),
        schema=infer(frame, roles(data)),
        read=reading(data),
        project_name=project,
    )
    return store.add_dataset(project, made, kept.archive), True


def described(source: Source, effective: Mapping[str, Any]) -> dict[str, Any]:
    """Return where data came from, as it was typed: what the environment gave stays unexpanded."""
    typed = {name: effective[name] for name in ("source", "path") if effective.get(name)}
    return dict(source.described) | typed


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
    }


def _stamps(source: Source) -> tuple[tuple[int, int], ...]:
    stats = [path.stat() for _, path in source.members]
    return tuple((stat.st_size, stat.st_mtime_ns) for stat in stats)
