"""Which files a parameters file's ``data`` section means."""

import difflib
import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mlctl.data.sklearn_sets import materialise
from mlctl.errors import NotFoundError
from mlctl.params.model import Data

Kind = Literal["files", "sklearn"]


@dataclass(frozen=True, slots=True)
class Source:
    """The files to read and to keep.

    Attributes
    ----------
    kind : {"files", "sklearn"}
        Whether they were there, or were written out from one of scikit-learn's sets.
    members : tuple of (str, Path)
        Name and place of each file. Names are relative to the files' common directory, with ``/``, and
        sorted: the order in which rows are read does not depend on the order in which paths were typed.
    described : dict
        What the dataset's record says of the source, as typed: ``{"path": …}``, or ``{"source": …}`` with
        the class names that the integer codes of the target stand for.
    """

    kind: Kind
    members: tuple[tuple[str, Path], ...]
    described: dict[str, Any]


def resolve(data: Data, base: Path, scratch: Path | None = None) -> Source:
    """Return the files that the data section means.

    Parameters
    ----------
    data : Data
        The section; ``path`` may hold ``*``, ``?``, ``[…]`` and ``**``.
    base : Path
        The directory that relative paths start from: that of the parameters file.
    scratch : Path, optional
        A directory that exists, in which the file of one of scikit-learn's sets is written; files need none.

    Raises
    ------
    NotFoundError
        When nothing matches, naming the directory and the nearest file names.
    """
    if data.source is not None:
        if scratch is None:
            raise ValueError("a built-in set is written out, and needs a scratch directory")
        path, described = materialise(data.source, scratch)
        return Source("sklearn", ((path.name, path),), {"source": data.source, **described})
    patterns = (data.path,) if isinstance(data.path, str) else tuple(data.path or ())
    found = sorted({path for pattern in patterns for path in _matches(pattern, base)})
    return Source(
        "files", _named(found), {"path": data.path if isinstance(data.path, str) else list(patterns)}
    )


def _matches(pattern: str, base: Path) -> list[str]:
    literal = base / pattern
    if literal.is_dir():
        raise NotFoundError(
            f"data.path: {pattern!r} is a directory, not a file",
            f"name its files: {pattern.rstrip('/')}/*.csv",
        )
    # A file whose name holds a bracket or a star is meant as it stands.
    # Path.glob takes no absolute pattern and matches hidden files.
    names = [pattern] if literal.exists() else glob.glob(pattern, root_dir=base, recursive=True)  # noqa: PTH207
    files = [os.path.normpath(base.absolute() / name) for name in names if (base / name).is_file()]
    if not files:
        raise _nothing(pattern, base)
    return files


def _nothing(pattern: str, base: Path) -> NotFoundError:
    folder = (base / pattern).parent
    while glob.has_magic(str(folder.relative_to(base) if folder.is_relative_to(base) else folder)):
        folder = folder.parent
    if not folder.is_dir():
        return NotFoundError(
            f"data.path: {pattern!r}: there is no directory {folder}",
            f"relative paths start from the parameters file's directory, {base}",
        )
    names = [entry.name for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith(".")]
    near = difflib.get_close_matches(Path(pattern).name, names, n=3) or sorted(names)[:3]
    hint = f"there are {', '.join(near)}" if near else "that directory has no files"
    return NotFoundError(f"data.path: no file matches {pattern!r} in {folder}", hint)


def _named(files: list[str]) -> tuple[tuple[str, Path], ...]:
    root = os.path.commonpath([Path(file).parent for file in files])
    return tuple(sorted((Path(os.path.relpath(file, root)).as_posix(), Path(file)) for file in files))
