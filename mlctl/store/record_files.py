"""Records out of files and into them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from mlctl import files
from mlctl.domain.records import Record
from mlctl.errors import DamagedError, UsageError
from mlctl.store.shapes import misfit

R = TypeVar("R", bound=Record)
Tree = dict[str, Any]

LARGEST = 4_000_000
"""Bytes: a thousand times what a record usually has."""


def read_tree(path: Path) -> Tree:
    """Return the mapping that a YAML file of the store holds.

    Raises
    ------
    NotFoundError
        When it is missing.
    DamagedError
        When it holds anything else; the reason is the whole message.
    """
    # Imported here, like the dump below: PyYAML takes 12 ms to import, and a warm index makes do without it.
    from mlctl.params.yaml_io import parse  # noqa: PLC0415

    try:
        text = files.read_bytes_limited(path, LARGEST).decode()
    except UnicodeDecodeError as error:
        raise DamagedError(f"byte {error.start} is not UTF-8") from None
    try:
        tree = parse(text, path.name)
    except UsageError as error:
        raise DamagedError(error.message) from None
    if not isinstance(tree, dict):
        raise DamagedError(f"{path.name} holds no mapping")
    return tree


def read_record_tree(kind: type[Record], path: Path) -> Tree:
    """Return the tree of a record, every field of which is of its type.

    Raises
    ------
    NotFoundError
        When it is missing.
    DamagedError
        When it is no record; the reason is the whole message.
    """
    tree = read_tree(path)
    if wrong := misfit(kind, tree):
        raise DamagedError(wrong)
    return tree


def record_tree(kind: type[Record], values: Mapping[str, Any]) -> Tree:
    """Return the tree to write for a record: plain values, each of the type of its field.

    Raises
    ------
    UsageError
        When a value is of another type.
    """
    tree: Tree = plain(values)
    if wrong := misfit(kind, tree):
        raise UsageError(f"the record cannot hold this: {wrong}")
    return tree


def plain(value: Any) -> Any:
    """Return a value as YAML and JSON hold it alike: keys are text, tuples lists, subclasses their base.

    Raises
    ------
    TypeError
        When the value is none that a record may hold.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # an enumeration's own str() is its name
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"a record cannot hold {value!r}, which is a {type(value).__name__}")


def write_tree(path: Path, tree: Mapping[str, Any]) -> None:
    """Write a record's tree in place of the file.

    Raises
    ------
    UsageError
        When a text in it is no Unicode text.
    """
    files.write_atomic(path, _bytes(tree))


def write_staged_tree(path: Path, tree: Mapping[str, Any]) -> None:
    """Write a record's tree into a directory that is built aside, and synced as a whole.

    Raises
    ------
    UsageError
        When a text in it is no Unicode text.
    """
    files.write_staged(path, _bytes(tree))


def _bytes(tree: Mapping[str, Any]) -> bytes:
    from mlctl.params.yaml_io import dump  # noqa: PLC0415  # see above

    try:
        return dump(tree).encode()
    except UnicodeEncodeError:
        raise UsageError(
            "the record cannot hold this: a text with half a character (a lone surrogate)"
        ) from None
