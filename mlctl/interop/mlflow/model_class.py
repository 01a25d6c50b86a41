"""The class of a saved estimator, read off its file without running any of it."""

import json
import pickletools
import zipfile
from pathlib import Path
from typing import Any

from mlctl.interop.mlflow.read_plain import is_there

_HEAD = 65_536
_LARGEST_SCHEMA = 50_000_000
_TEXTS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_OWN = 2


def model_class(file: Path) -> str:
    """Return the name of the class of the estimator in a skops file or a pickle; empty where it is not seen.

    In both it is the first class that is named.
    """
    if not is_there(file):
        return ""
    try:
        return _of_skops(file) if zipfile.is_zipfile(file) else _of_pickle(file)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        zipfile.BadZipFile,
        RecursionError,
        NotImplementedError,
    ):
        return ""


def _of_skops(file: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        if archive.getinfo("schema.json").file_size > _LARGEST_SCHEMA:
            return ""
        found = json.loads(archive.read("schema.json")).get("__class__")
    return found if isinstance(found, str) and found.isidentifier() else ""


def _of_pickle(file: Path) -> str:
    with file.open("rb") as stream:
        head = stream.read(_HEAD)
    texts: list[str] = []
    for code, argument, _ in pickletools.genops(head):
        if code.name == "GLOBAL":
            return _named(str(argument).split(" "))
        if code.name == "STACK_GLOBAL":
            return _named(texts[-_OWN:])
        if code.name in _TEXTS:
            texts.append(str(argument))
    return ""


def _named(words: list[Any]) -> str:
    name = words[-1] if len(words) == _OWN else ""
    return name if name.isidentifier() else ""
