"""Find a store, and make one."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.store.layout import DEFAULT_NAME, FORMAT, FORMAT_WORD, Layout
from mlctl.store.pages import GITIGNORE, README
from mlctl.store.times import stamp

_LONGEST = 1000
_MOST_DIGITS = 9
_MLFLOW = "mlruns"


def find_root(start: Path, *, explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the directory of the store that a command works in.

    Parameters
    ----------
    start : Path
        Where the walk upward begins.
    explicit : Path or None
        What ``--store`` named; comes first.
    environ : mapping
        ``MLCTL_STORE`` in it comes second.

    Raises
    ------
    NotFoundError
        When there is none.
    DamagedError
        When its format is none that this version reads.
    """
    named = explicit or (Path(environ["MLCTL_STORE"]) if environ.get("MLCTL_STORE") else None)
    if named is not None:
        root = _absolute(named)
        if not _is_store(root):
            raise NotFoundError(f"{named} is no store", f"make it one: mlctl init {named}")
        return root
    here = _absolute(start)
    for directory in (here, *here.parents):
        for root in (directory, directory / DEFAULT_NAME):
            if _is_store(root):
                return root
    raise NotFoundError(
        f"no store in {start} or above it", "make one here: mlctl init; or name one: --store DIR"
    )


def make_root(path: Path, now: datetime) -> tuple[Path, bool]:
    """Return the directory of a store, and whether it was made.

    Raises
    ------
    UsageError
        When something else is there, or the name is one that MLflow would take for its own.
    DamagedError
        When a store is there whose format this version does not read.
    """
    layout = Layout(_absolute(path))
    if _is_store(layout.root):
        return layout.root, False
    _check_place(path, layout)
    files.make_folder(layout.root)
    for folder in _folders(layout):
        files.make_folder(folder)
    files.write_atomic(layout.readme, README.format(made=stamp(now)))
    files.write_atomic(layout.gitignore, GITIGNORE)
    files.write_atomic(layout.format, f"{FORMAT_WORD} {FORMAT}\n")
    return layout.root, True


def _absolute(path: Path) -> Path:
    # Links are kept: what holds the store is the directory that the user sees it in.
    return Path(os.path.normpath(path.absolute()))


def _check_place(path: Path, layout: Layout) -> None:
    if layout.root.name == _MLFLOW:
        raise UsageError(f"{path}: MLflow would take it for its own store", "choose another name")
    if any(_is_store(parent) for parent in layout.root.parents):
        raise UsageError(f"{path} lies inside a store", "make the new one outside it")
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file", "name a directory that is empty, or not there yet")
    ours = {place.name for place in (layout.readme, layout.gitignore, *_folders(layout))}
    foreign = (
        sorted(entry.name for entry in path.iterdir() if entry.name not in ours) if path.exists() else []
    )
    if foreign:
        raise UsageError(
            f"{path} is not empty: it holds {foreign[0]}", "name a directory that is empty, or not there yet"
        )


def _folders(layout: Layout) -> tuple[Path, ...]:
    return layout.tmp, layout.trash, layout.damaged, layout.projects


def _is_store(root: Path) -> bool:
    layout = Layout(root)
    try:
        found = files.read_bytes_limited(layout.format, _LONGEST)
    except NotFoundError:
        return False
    except DamagedError:  # a link, a folder, far too large
        found = b""
    except MlctlError:
        # No right to read it. On the way up that says nothing, unless the directory shows that it is ours.
        ours = root if root.name == DEFAULT_NAME else layout.projects
        if os.path.isdir(ours):  # noqa: PTH112 - Path's own raises where there is no right to look
            raise
        return False
    text = found.decode(errors="replace")
    # Somebody else's file may bear this name; beside projects/ it is ours, whatever became of it.
    if not text.startswith(FORMAT_WORD) and not layout.projects.is_dir():
        return False
    _check_format(text, layout.format)
    return True


def _check_format(text: str, path: Path) -> None:
    number = text.removeprefix(FORMAT_WORD).strip()
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise DamagedError(
            f"{path} does not say which format the store has", f"it should hold: {FORMAT_WORD} {FORMAT}"
        )
    if int(number) > FORMAT:
        raise DamagedError(
            f"the store {path.parent} has format {number}, this mlctl reads formats up to {FORMAT}",
            "upgrade mlctl: pip install --upgrade mlctl",
        )
