"""The files of an MLflow store as they lie there: texts, mappings, metric lines. Links are never followed."""

import math
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from mlctl import files
from mlctl.errors import MlctlError
from mlctl.interop.mlflow.entities import Point

LARGEST_META = 24_000_000
"""Bytes: MLflow allows a dataset's profile 16 MB."""

LARGEST_TEXT = 4_000_000
LARGEST_METRIC = 1 << 30
# What systems leave lying about; MLflow would take it for a parameter, or stop.
_LITTER = {".gitkeep", ".gitignore", ".DS_Store", "Thumbs.db"}
_KEY = re.compile(r"[/\w.\- :]{1,250}")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIME_VALUE, _STEP = 2, 3


class UnreadableError(Exception):
    """Something in the store is not as MLflow writes it; the text says what, and where."""


def is_folder(path: Path) -> bool:
    """Tell whether a directory stands there, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Tell whether a plain file stands there, and no link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def folders(path: Path) -> list[str]:
    """Return the names of the directories in a directory, sorted; none where it is missing or a link."""
    if not is_folder(path):
        return []
    with os.scandir(path) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))


def text(path: Path, largest: int = LARGEST_TEXT) -> str:
    """Return a file's text.

    Raises
    ------
    UnreadableError
        When it is missing, a link, too large or no UTF-8.
    """
    try:
        return files.read_bytes_limited(path, largest).decode()
    except UnicodeDecodeError:
        raise UnreadableError(f"{path.name} is no UTF-8 text") from None
    except MlctlError as error:
        raise UnreadableError(error.message.replace(f"{path.parent}{os.sep}", "")) from None


def mapping(path: Path) -> dict[str, Any]:
    """Return what a ``meta.yaml`` holds, read by the rules that MLflow writes it with (YAML 1.1).

    Raises
    ------
    UnreadableError
        When it is missing, empty, torn, or anything but a mapping.
    """
    found = text(path, LARGEST_META)
    if not found.strip():
        raise UnreadableError(f"{path.name} is empty")
    try:
        tree = yaml.load(found, Loader=_Loader)  # noqa: S506 - it is a safe loader, in C where there is one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        at = f", line {line + 1}" if line is not None else ""
        raise UnreadableError(f"{path.name}{at} is torn or no YAML") from None
    if not isinstance(tree, dict):
        raise UnreadableError(f"{path.name} is torn: it holds no mapping")
    return tree


def keys(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the key and the file of every metric, parameter or tag, sorted; a ``/`` in a key is a directory.

    Raises
    ------
    UnreadableError
        For a name that MLflow does not allow, and for a link.
    """
    yield from _keys(folder, "")


def _keys(folder: Path, before: str) -> Iterator[tuple[str, Path]]:
    if not is_folder(folder):
        return
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        key = before + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _keys(folder / entry.name, f"{key}/")
        elif entry.name not in _LITTER:
            yield _checked(key, entry, folder), folder / entry.name


def _checked(key: str, entry: Any, folder: Path) -> str:
    if entry.is_symlink():
        raise UnreadableError(f"{folder.name}/{key} is a link, which is not followed")
    if not _KEY.fullmatch(key):
        raise UnreadableError(f"{folder.name}/{key!a} is a file name that MLflow refuses")
    return key


def texts(folder: Path) -> dict[str, str]:
    """Return the values of the parameters or tags in a directory."""
    return {key: text(path) for key, path in keys(folder)}


def points(folder: Path) -> tuple[Point, ...]:
    """Return the history of the metrics in a directory, by key, each in the order of its file."""
    return tuple(point for key, path in keys(folder) for point in history(key, text(path, LARGEST_METRIC)))


def history(key: str, lines: str) -> Iterator[Point]:
    """Yield the points of one metric's file.

    A line is ``time value``, with a step since 1.0, and since 3.0 with the name and digest of a dataset (a
    name may hold spaces) or the id of a run behind it. A last line that was torn, and an empty one, are left
    out.

    Raises
    ------
    UnreadableError
        For any other line.
    """
    whole = lines.split("\n")
    for number, line in enumerate(whole, 1):
        if not line.strip():
            continue
        try:
            yield _point(key, line.split())
        except (ValueError, OverflowError):
            if number == len(whole):
                return
            raise UnreadableError(f"metrics/{key}, line {number}: {line[:60]!r} is no metric") from None


def _point(key: str, words: list[str]) -> Point:
    time, value = words[:_TIME_VALUE]
    return Point(key, float(value), int(time), int(words[_STEP - 1]) if len(words) >= _STEP else 0)


def infinite(value: float) -> float:
    """Give infinity back: MLflow's databases keep the largest float in its place."""
    return math.copysign(math.inf, value) if abs(value) == sys.float_info.max else value


def number(tree: dict[str, Any], key: str, default: int = 0) -> int:
    """Return a whole number out of a mapping; the default where it is missing or null.

    Raises
    ------
    UnreadableError
        When it is anything else.
    """
    value = tree.get(key)
    if value is None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"{key}: {value!a} is no whole number") from None


def words(tree: dict[str, Any], key: str) -> str:
    """Return a text out of a mapping; empty where it is missing or null."""
    value = tree.get(key)
    return "" if value is None else str(value)


def required(tree: dict[str, Any], *names: str) -> str:
    """Return the first of some texts that a mapping has.

    Raises
    ------
    UnreadableError
        When it has none of them.
    """
    found = next((words(tree, name) for name in names if words(tree, name)), "")
    if not found:
        raise UnreadableError(f"meta.yaml has no {names[0]}: it is torn")
    return found
