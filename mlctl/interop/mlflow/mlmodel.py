"""``MLmodel``: what MLflow says of a model that it saved, read without loading the model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl.domain.json_text import parsed
from mlctl.interop.mlflow.read_plain import UnreadableError, is_folder, is_there, mapping, text, words

FILE = "MLmodel"
SKLEARN = "sklearn"
REQUIREMENTS = "requirements.txt"
LARGEST_EXAMPLE = 100_000_000
#: MLflow's column types as mlctl's kinds.
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("integer", "long", "float", "double"), "number"),
    "boolean": "boolean",
    "string": "category",
    "datetime": "date",
}
# Whole numbers may be labels or amounts.
_TASKS = {
    **dict.fromkeys(("string", "str", "object", "bool"), "classification"),
    **dict.fromkeys(("double", "float"), "regression"),
}
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;,]+)")
_DEEPEST = 4
_TABLE = 2


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A directory with an ``MLmodel``.

    Attributes
    ----------
    folder : Path
        The directory.
    flavours : tuple of str
        What it may be loaded as.
    file : str
        The estimator's file within the directory; empty where it has no flavour of scikit-learn.
    form : str
        ``pickle``, ``cloudpickle``, ``skops`` or another serialization.
    columns : tuple of (str, str)
        Name and kind of what it takes, from the signature; empty without one.
    named : bool
        Whether the columns have names of their own.
    odd : str
        What of the signature mlctl cannot take; empty otherwise.
    target : str
        The name of what it answers, where the signature has one.
    task : str
        ``classification`` or ``regression`` where the type of its answers tells; empty otherwise.
    rows : tuple of tuple
        The input example, in the order of ``columns``; cells as JSON holds them.
    packages : mapping
        Version by name, from ``requirements.txt`` and the flavour.
    python : str
        The version that saved it.
    """

    folder: Path
    flavours: tuple[str, ...]
    file: str = ""
    form: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    named: bool = True
    odd: str = ""
    target: str = ""
    task: str = ""
    rows: tuple[tuple[Any, ...], ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    python: str = ""


def find_models(folder: Path) -> list[Path]:
    """Return the directories below one that hold an ``MLmodel``, itself included; no link is followed."""
    return sorted(_models(folder, _DEEPEST)) if is_folder(folder) else []


def _models(folder: Path, deeper: int) -> list[Path]:
    if is_there(folder / FILE):
        return [folder]
    inner = [one for one in folder.iterdir() if is_folder(one)] if deeper else []
    return [found for one in inner for found in _models(one, deeper - 1)]


def read_mlmodel(folder: Path) -> SavedModel:
    """Return what a model's directory says of it.

    Raises
    ------
    UnreadableError
        When ``MLmodel`` is not as MLflow writes it.
    """
    tree = mapping(folder / FILE)
    flavours = _mapping(tree.get("flavors"))
    sklearn, pyfunc = _mapping(flavours.get(SKLEARN)), _mapping(flavours.get("python_function"))
    columns, named, odd = _inputs(_mapping(tree.get("signature")).get("inputs"))
    version, outputs = words(sklearn, "sklearn_version"), _mapping(tree.get("signature")).get("outputs")
    packages = _pinned(folder) | ({"scikit-learn": version} if version else {})
    return SavedModel(
        folder=folder,
        flavours=tuple(sorted(map(str, flavours))),
        file=_file(folder, words(sklearn, "pickled_model")),
        form=words(sklearn, "serialization_format") or "pickle",
        columns=columns,
        named=named,
        odd=odd,
        target=_target(outputs),
        task=_task(outputs),
        rows=_rows(folder, tree, [name for name, _ in columns], named=named),
        packages=packages,
        python=words(pyfunc, "python_version"),
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _file(folder: Path, name: str) -> str:
    """Return the estimator's file, if it lies in the directory itself: its name is anybody's text."""
    return name if name and Path(name).name == name and is_there(folder / name) else ""


def _listed(value: Any) -> list[dict[str, Any]]:
    """Return the columns of a signature, which is a JSON text within the YAML."""
    try:
        found = parsed(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _inputs(value: Any) -> tuple[tuple[tuple[str, str], ...], bool, str]:
    listed = _listed(value)
    if len(listed) == 1 and isinstance(listed[0].get("tensor-spec"), dict):
        return _tensor(listed[0])
    named = all(isinstance(one.get("name"), str) for one in listed)
    odd = sorted({str(one.get("type")) for one in listed} - KINDS.keys())
    if odd:
        return (), True, f"its signature has columns of type {', '.join(odd)}, which no table has"
    columns = tuple(
        (str(one["name"]) if named else f"x{place}", KINDS[str(one["type"])])
        for place, one in enumerate(listed)
    )
    if len({name for name, _ in columns}) < len(columns):
        return (), True, "its signature names a column twice"
    return columns, named, ""


def _tensor(one: dict[str, Any]) -> tuple[tuple[tuple[str, str], ...], bool, str]:
    """Return the columns of an array: scikit-learn itself calls them x0, x1 and so on."""
    shape = one["tensor-spec"].get("shape")
    if not (isinstance(shape, list) and len(shape) == _TABLE and isinstance(shape[1], int) and shape[1] > 0):
        return (), False, f"its signature is a tensor of shape {shape}, and not a table"
    return tuple((f"x{place}", "number") for place in range(min(shape[1], 1 << 16))), False, ""


def _target(value: Any) -> str:
    names = [one.get("name") for one in _listed(value)]
    return names[0] if len(names) == 1 and isinstance(names[0], str) else ""


def _task(value: Any) -> str:
    listed = _listed(value)
    if len(listed) != 1:
        return ""
    kind = str(_mapping(listed[0].get("tensor-spec")).get("dtype") or listed[0].get("type"))
    return next((task for start, task in _TASKS.items() if kind.startswith(start)), "")


def _rows(
    folder: Path, tree: Mapping[str, Any], columns: list[str], *, named: bool
) -> tuple[tuple[Any, ...], ...]:
    """Return the input example as rows; nothing where there is none, or none that fits the signature."""
    file = _file(folder, words(_mapping(tree.get("saved_input_example_info")), "artifact_path"))
    try:
        found = parsed(text(folder / file, LARGEST_EXAMPLE)) if file and columns else None
    except (ValueError, UnreadableError):
        return ()
    if isinstance(found, dict) and isinstance(found.get("columns"), list):
        return _split(found, columns)
    data = found.get("inputs") if isinstance(found, dict) else found
    return _fitting(data, len(columns)) if not named else ()


def _split(found: dict[str, Any], columns: list[str]) -> tuple[tuple[Any, ...], ...]:
    places = {str(name): place for place, name in enumerate(found["columns"])}
    rows = _fitting(found.get("data"), len(places))
    if not places.keys() >= set(columns):
        return rows if len(places) == len(columns) else ()
    return tuple(tuple(row[places[name]] for name in columns) for row in rows)


def _fitting(data: Any, width: int) -> tuple[tuple[Any, ...], ...]:
    if not isinstance(data, list):
        return ()
    return tuple(tuple(row) for row in data if isinstance(row, list) and len(row) == width and _flat(row))


def _flat(row: list[Any]) -> bool:
    return not any(isinstance(cell, list | dict) for cell in row)


def _pinned(folder: Path) -> dict[str, str]:
    if not is_there(folder / REQUIREMENTS):
        return {}
    try:
        lines = text(folder / REQUIREMENTS).splitlines()
    except UnreadableError:
        return {}
    return {found[1]: found[2] for line in lines if (found := _PIN.match(line.strip()))}
