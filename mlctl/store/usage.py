"""How much room a store takes, and where."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlctl.store.layout import Layout
from mlctl.store.site import Site

Kind = Literal["experiments", "datasets", "trash", "damaged", "tmp", "index", "other"]


@dataclass(frozen=True, slots=True)
class Room:
    """What one part of a store takes.

    Attributes
    ----------
    kind : str
        ``experiments`` of one model, ``datasets`` of one project, ``trash``, ``damaged``, ``tmp``, ``index``;
        ``other`` is records, events, journals and logs.
    project, model : str
        Whose; empty where it is nobody's.
    count : int
        Things in it: experiments, archives, removed things, files.
    bytes : int
        Sum of the sizes of its files.
    """

    kind: Kind
    project: str
    model: str
    count: int
    bytes: int


def usage(site: Site) -> tuple[Room, ...]:
    """Return what each part of a store takes, the largest first; what cannot be read counts as nothing."""
    layout = site.layout
    parts = [*_of_projects(layout)]
    for kind, path in (("trash", layout.trash), ("damaged", layout.damaged), ("tmp", layout.tmp)):
        parts.append(Room(kind, "", "", len(_entries(path)), size_of(path)))  # type: ignore[arg-type]  # one of them
    caches = [entry for entry in _entries(layout.root) if entry.name.startswith(layout.index.name)]
    parts.append(Room("index", "", "", len(caches), sum(map(size_of, caches))))
    whole = size_of(layout.root)
    rest = whole - sum(part.bytes for part in parts)
    parts.append(Room("other", "", "", 0, rest))
    return tuple(sorted(parts, key=lambda part: (-part.bytes, part.kind, part.project, part.model)))


def _of_projects(layout: Layout) -> Iterator[Room]:
    for project in _folders(layout.projects):
        datasets = layout.datasets(project.name)
        archives = [entry for entry in _entries(datasets) if entry.suffix != ".yaml"]
        yield Room("datasets", project.name, "", len(archives), size_of(datasets))
        for model in _folders(layout.models(project.name)):
            folder = layout.experiments(project.name, model.name)
            yield Room("experiments", project.name, model.name, len(_folders(folder)), size_of(folder))


def _folders(path: Path) -> list[Path]:
    return [entry for entry in _entries(path) if entry.is_dir() and not entry.is_symlink()]


def _entries(path: Path) -> list[Path]:
    try:
        return [] if path.is_symlink() else sorted(path.iterdir())
    except OSError:
        return []


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; links are not followed."""
    try:
        found = path.lstat()
    except OSError:
        return 0
    if not stat.S_ISDIR(found.st_mode):
        return found.st_size if stat.S_ISREG(found.st_mode) else 0
    return sum(size_of(Path(folder, name)) for folder, _, names in os.walk(path) for name in names)
