"""The parameters file that retraining reads: a copy, and where it came from."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.errors import DamagedError, NotFoundError
from mlctl.store.record_files import read_tree, write_tree
from mlctl.store.site import Site
from mlctl.store.times import stamp

LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A parameters file as retraining reads it.

    Attributes
    ----------
    path : Path
        The copy: every default filled in, ``${NAME}`` as it was typed.
    base : Path
        What relative paths in it are relative to: the directory of the file that was copied.
    file : str
        That file, relative to the directory that holds the store.
    """

    path: Path
    base: Path
    file: str


def keep(site: Site, project: str, model: str, text: str, source: Path, now: datetime) -> bool:
    """Copy a parameters file; return whether that changed anything.

    Parameters
    ----------
    text : str
        What to write: the effective tree, never a value of the environment.
    source : Path
        The file that it is of, absolute.
    """
    path, note = _paths(site, project, model)
    shown = site.layout.shown(source)
    kept = read(site, project, model)
    if kept and kept.file == shown and _text(path) == text:
        return False
    files.make_folder(path.parent)
    with site.locked():
        write_tree(note, {"file": shown, "kept_datetime": stamp(now)})
        files.write_atomic(path, text)
    return True


def read(site: Site, project: str, model: str) -> Kept | None:
    """Return the copy that is kept of a model's parameters file; None where there is none."""
    path, note = _paths(site, project, model)
    if not path.is_file():
        return None
    holder = site.layout.root.parent
    try:
        file = read_tree(note).get("file")
    except (DamagedError, NotFoundError):
        file = None
    if not isinstance(file, str):
        return Kept(path, holder, site.layout.shown(path))
    return Kept(path, Path(os.path.normpath(holder / file)).parent, file)


def drop(site: Site, project: str, model: str) -> bool:
    """Remove the copy; return whether there was one."""
    path, note = _paths(site, project, model)
    there = [each for each in (path, note) if each.is_file()]
    with site.locked():
        for each in there:
            files.remove_file(each)
    return path in there


def _paths(site: Site, project: str, model: str) -> tuple[Path, Path]:
    layout = site.layout
    return (
        layout.unlinked(layout.retrain_params(project, model)),
        layout.unlinked(layout.retrain_origin(project, model)),
    )


def _text(path: Path) -> str:
    return files.read_bytes_limited(path, LARGEST).decode(errors="replace")
