"""Which files a parameters file's ``data`` section means."""

import difflib
import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mlctl.data.function import call_function
from mlctl.data.query import RESULT, run_query
from mlctl.data.remote import download, is_remote
from mlctl.data.sklearn_sets import materialise
from mlctl.domain.secrets import hide_secrets
from mlctl.errors import DataError, NotFoundError, UsageError
from mlctl.files.trouble import explained
from mlctl.params.model import Data, Sql

Kind = Literal["files", "sklearn", "remote", "sql", "function"]


@dataclass(frozen=True, slots=True)
class Source:
    """The files to read and to keep.

    Attributes
    ----------
    kind : {"files", "sklearn", "remote", "sql", "function"}
        Whether they were there, or were written out from one of scikit-learn's sets, fetched from an address,
        from a database, or from a function of the user's.
    members : tuple of (str, Path)
        Name and place of each file. Names are relative to the files' common directory, with ``/``, and
        sorted: the order in which rows are read does not depend on the order in which paths were typed.
    described : dict
        What the dataset's record says of the source, as typed: ``{"path": …}``, or ``{"source": …}`` with
        the class names that the integer codes of the target stand for; for ``sql`` and ``function`` see
        :class:`mlctl.data.query.Result` and :class:`mlctl.data.function.Called`. It holds no value of the
        environment.
    notes : tuple of str
        What a person should know of how the data came.
    """

    kind: Kind
    members: tuple[tuple[str, Path], ...]
    described: dict[str, Any]
    notes: tuple[str, ...] = ()


def resolve(
    data: Data, base: Path, scratch: Path | None = None, typed: Mapping[str, Any] | None = None
) -> Source:
    """Return the files that the data section means, fetching what is not a file yet.

    Parameters
    ----------
    data : Data
        The section; ``path`` may hold ``*``, ``?``, ``[…]`` and ``**``.
    base : Path
        The directory that relative paths start from: that of the parameters file.
    scratch : Path, optional
        A directory that exists, in which is written what is fetched; local files need none.
    typed : mapping, optional
        The section as it was typed, which is what is described and shown: ``Loaded.effective["data"]``.
        Default: the section itself, where the environment had no say.

    Raises
    ------
    NotFoundError
        When nothing matches, naming the directory and the nearest file names; when there is no such database,
        table, column or function.
    DataError
        When there is no row, a column holds two kinds of values, or data changed while it was fetched.
    UsageError
        When a query is none, or lacks a parameter.
    MlctlError
        When something cannot be reached.
    """
    typed = data.model_dump() if typed is None else typed
    if data.path is not None:
        return _from_paths(data.path, base, scratch, typed["path"])
    if scratch is None:
        raise ValueError("what is fetched is written out, and needs a scratch directory")
    if data.sql is not None:
        return _from_query(data.sql, base, scratch, typed["sql"])
    if data.function is not None:
        return _from_function(data.function, base, scratch, data.target)
    if data.dataset is not None:
        raise UsageError(
            f"data.dataset: {data.dataset} is a dataset of a store, and can only be trained on",
            "write its files out: mlctl data export NAME",
        )
    path, described = materialise(str(data.source), scratch)
    return Source("sklearn", ((path.name, path),), {"source": typed["source"], **described})


def _from_paths(path: str | tuple[str, ...], base: Path, scratch: Path | None, typed: Any) -> Source:
    patterns = (path,) if isinstance(path, str) else path
    remote = [is_remote(pattern) for pattern in patterns]
    if not any(remote):
        shown = (typed,) if isinstance(typed, str) else tuple(typed)
        told = {"path": typed if isinstance(typed, str) else [*typed]}
        return Source("files", _local(patterns, base, shown), told)
    if not all(remote):
        raise UsageError("data.path: holds both files and addresses", "name one kind; copy the others first")
    if scratch is None:
        raise ValueError("what is fetched is written out, and needs a scratch directory")
    shown = (typed,) if isinstance(typed, str) else tuple(typed)
    hidden = [hide_secrets(text, is_path=True) for text in shown]
    members = download(patterns, shown, scratch)
    return Source("remote", members, {"path": hidden[0] if isinstance(typed, str) else hidden})


def _from_query(sql: Sql, base: Path, scratch: Path, typed: Mapping[str, Any]) -> Source:
    result = run_query(sql, base, scratch, typed)
    return Source("sql", ((RESULT, result.path),), result.described, result.notes)


def _from_function(reference: str, base: Path, scratch: Path, target: str) -> Source:
    called = call_function(reference, base, scratch, target)
    if called.rows:
        return Source("function", ((RESULT, called.rows),), called.described)
    named = _from_paths(called.paths, base, scratch, called.paths)
    return Source("function", named.members, called.described)


def _local(
    patterns: Sequence[str], base: Path, shown: Sequence[str] | None = None
) -> tuple[tuple[str, Path], ...]:
    """Return the files that the patterns match; errors name a pattern as it was typed."""
    found: set[str] = set()
    for pattern, typed in zip(patterns, shown or patterns, strict=True):
        with explained("read", base / typed):
            found.update(_matches(pattern, base, typed))
    for file in found:
        _check_text(file)
    return _named(sorted(found))


def _check_text(file: str) -> None:
    try:
        file.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"data.path: {file!r} is no UTF-8 text, and no record can name it",
            "rename the file, or the directory that it is in",
        ) from None


def _matches(pattern: str, base: Path, typed: str) -> list[str]:
    literal = base / pattern
    if literal.is_dir():
        raise NotFoundError(
            f"data.path: {typed!r} is a directory, not a file",
            f"name its files: {typed.rstrip('/')}/*.csv",
        )
    if literal.exists() and not literal.is_file():
        raise DataError(f"data.path: {typed!r} is no regular file", "write the data to a file first")
    # A file whose name holds a bracket or a star is meant as it stands.
    # Path.glob takes no absolute pattern and matches hidden files.
    names = [pattern] if literal.exists() else glob.glob(pattern, root_dir=base, recursive=True)  # noqa: PTH207
    files = [os.path.normpath(base.absolute() / name) for name in names if (base / name).is_file()]
    if not files:
        raise _nothing(pattern, base) if typed == pattern else _nothing_there(typed)
    return files


def _nothing_there(typed: str) -> NotFoundError:
    # What the environment gave is never shown: neither the pattern nor the folder that it leads to.
    return NotFoundError(f"data.path: no file matches {typed!r}", "look at what the variable in it is set to")


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
