"""Whether what a file holds is a record: every field of its type, so that no later reader can stumble."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import PurePosixPath
from typing import Any, Literal, get_args, get_origin

from mlctl.domain.records import Record
from mlctl.store.times import is_stamp

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_LARGEST_FLOAT = int(sys.float_info.max)
_MOST_DIGITS = 399
"""Of a whole number: YAML is read with more than 400 characters as text, see :mod:`mlctl.params.scalars`."""
_LARGEST = 10**_MOST_DIGITS


def misfit(kind: type[Record], tree: Any) -> str:
    """Say which key of a tree cannot stand in a record, or return the empty string.

    Parameters
    ----------
    kind : type
        The record's class; its fields' types are the rule.
    tree : any
        What was read.
    """
    if not isinstance(tree, dict):
        return "it holds no mapping"
    for field in fields(kind):
        if field.name in kind.PLACED:
            continue
        if field.name in tree:
            if wrong := _of_type(tree[field.name], field.type, field.name) or _special(tree, field.name):
                return wrong
        elif _is_required(field):
            return f"{field.name} is missing"
    return ""


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _of_type(value: Any, kind: Any, where: str) -> str:
    origin = get_origin(kind)
    if kind is Any:
        return _plain(value, where)
    if origin is dict:
        return _mapping(value, get_args(kind)[1], where)
    if origin is list:
        return _sequence(value, get_args(kind)[0], where)
    if origin is Literal:
        wanted = get_args(kind)
        return "" if value in wanted else f"{where}: {_shown(value)} is none of {', '.join(wanted)}"
    return "" if _is_a(value, kind) else f"{where}: {_shown(value)} is not {_WORDS[kind]}"


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if isinstance(value, int):
        return kind in {int, float} and abs(value) <= (_LARGEST if kind is int else _LARGEST_FLOAT)
    return isinstance(value, kind)


def _plain(value: Any, where: str) -> str:
    if isinstance(value, dict):
        return _mapping(value, Any, where)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"{where}: a whole number of more than {_MOST_DIGITS} digits"
    return _sequence(value, Any, where) if isinstance(value, list) else ""


def _mapping(value: Any, kind: Any, where: str) -> str:
    if not isinstance(value, dict):
        return f"{where}: {_shown(value)} is no mapping"
    for key, inner in value.items():
        if not isinstance(key, str):
            return f"{where}: the key {_shown(key)} is not text; quote it"
        if wrong := _of_type(inner, kind, f"{where}.{key}"):
            return wrong
    return ""


def _sequence(value: Any, kind: Any, where: str) -> str:
    if not isinstance(value, list):
        return f"{where}: {_shown(value)} is no list"
    return next((wrong for inner in value if (wrong := _of_type(inner, kind, where))), "")


def _shown(value: Any) -> str:
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "a very large number"  # Python refuses to spell one of more than 4,300 digits
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _special(tree: Mapping[str, Any], name: str) -> str:
    check = _SPECIAL.get(name)
    return check(tree[name]) if check else ""


def _created(text: str) -> str:
    return "" if is_stamp(text) else f"created_datetime: {_shown(text)} is no time with a time zone"


def _evaluations(parts: Mapping[str, Any]) -> str:
    for part, scores in parts.items():
        where = f"evaluations.{part}"
        if wrong := _mapping(scores, Any, where):
            return wrong
        for metric, score in scores.items():
            if not (_is_score(score) or (part == "cross_validation" and _is_folds(score))):
                return f"{where}.{metric}: {_shown(score)} is no score"
    return ""


def _is_score(value: Any) -> bool:
    return value is None or _is_a(value, float)


def _is_folds(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("folds"), list):
        return False
    return _is_score(value.get("mean")) and all(_is_a(score, float) for score in value["folds"])


def _eligible(value: Mapping[str, Any]) -> str:
    reasons = value.get("reasons", [])
    return _of_type(value.get("ok", True), bool, "eligible.ok") or _sequence(reasons, str, "eligible.reasons")


def _artifacts(paths: Mapping[str, str]) -> str:
    for name, text in paths.items():
        path = PurePosixPath(text)
        if path.is_absolute() or ".." in path.parts or "\0" in text or not path.parts:
            return (
                f"artifact_file_paths.{name}: {_shown(text)} does not lie within the experiment's directory"
            )
    return ""


def _dataset_part(value: Mapping[str, Any]) -> str:
    return _of_type(value.get("dataset", ""), str, "dataset") or _of_type(value.get("rows", 0), int, "rows")


def _archive(value: Mapping[str, Any]) -> str:
    if not value:
        return ""  # only the way to fetch it again was kept
    for key, kind in (("file", str), ("sha256", str), ("bytes", int)):
        if wrong := _of_type(value.get(key), kind, f"archive.{key}"):
            return wrong
    file = value["file"]
    plain = PurePosixPath(file).name == file and "\0" not in file and file not in {"", ".."}
    return "" if plain else f"archive.file: {_shown(file)} is no plain file name"


def _members(value: list[Mapping[str, Any]]) -> str:
    for member in value:
        for key, kind in (("name", str), ("sha256", str), ("bytes", int)):
            if wrong := _of_type(member.get(key), kind, f"members.{key}"):
                return wrong
    return ""


_SPECIAL: dict[str, Callable[[Any], str]] = {
    "created_datetime": _created,
    "evaluations": _evaluations,
    "eligible": _eligible,
    "artifact_file_paths": _artifacts,
    "training_dataset": _dataset_part,
    "validation_dataset": _dataset_part,
    "test_dataset": _dataset_part,
    "archive": _archive,
    "members": _members,
}
"""What a field's type leaves open, and other code relies on."""
