"""Which files a command wrote: what is new or changed under a directory."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.errors import MlctlError

PASSED_OVER = {".git", "__pycache__", "node_modules", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache"}
ENVIRONMENT = "pyvenv.cfg"
MOST = 100_000
"""Files that are looked at: a directory with more is no place where results are written one by one."""

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that the command wrote; ``kept`` is its path within the experiment, or empty."""

    path: str
    bytes: int
    sha256: str
    kept: str = ""


def stamps(directory: Path, *, without: Path) -> dict[str, Stamp]:
    """Return the time, size and inode of every file, by its path in the directory.

    Links, and what other tools keep for themselves (:data:`PASSED_OVER`, virtual environments), are passed
    over. After :data:`MOST` files it stops.

    Parameters
    ----------
    without : Path
        The store.
    """
    found: dict[str, Stamp] = {}
    for entry in _walk(directory, os.path.realpath(without)):
        try:
            seen = entry.stat(follow_symlinks=False)
        except OSError:  # gone meanwhile
            continue
        found[os.path.relpath(entry.path, directory)] = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        if len(found) >= MOST:
            break
    return found


def _walk(directory: str | Path, store: str) -> Iterator[os.DirEntry[str]]:
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:  # no right to look into it
        return
    if any(entry.name == ENVIRONMENT for entry in entries):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in PASSED_OVER and os.path.realpath(entry.path) != store:
                yield from _walk(entry.path, store)
        elif entry.is_file(follow_symlinks=False):
            yield entry


def changed(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> list[str]:
    """Return the paths that are new or not as they were."""
    return [path for path, stamp in after.items() if before.get(path) != stamp]


def described(directory: Path, paths: Iterable[str]) -> list[Written]:
    """Return files with their size and checksum; one that is gone or may not be read is left out."""
    found = []
    for path in paths:
        try:
            digest = files.sha256(directory / path)
            found.append(Written(Path(path).as_posix(), (directory / path).stat().st_size, digest))
        except (MlctlError, OSError):
            continue
    return found
