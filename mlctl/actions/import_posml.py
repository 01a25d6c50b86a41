"""``mlctl import posml``: the folder of a foreign template as a parameters file of our own that trains."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.actions.parameters import checked
from mlctl.errors import NotFoundError, UsageError
from mlctl.interop.posml.keys import is_foreign
from mlctl.interop.posml.sketch import look
from mlctl.interop.posml.translate import translate
from mlctl.params.words import did_you_mean
from mlctl.params.yaml_io import dump, read

NAMES = ("config.yaml", "config.yml", "config.json")


@dataclass(frozen=True, slots=True)
class Imported:
    """A parameters file.

    Attributes
    ----------
    text : str
        YAML.
    tree : mapping
        What it holds.
    notes : tuple of str
        What was decided, and what could not be carried.
    """

    text: str
    tree: Mapping[str, object]
    notes: tuple[str, ...]


def import_posml(folder: Path, base: Path, environ: Mapping[str, str]) -> Imported:
    """Read a template's folder; its Python files are looked at, and none is run.

    Parameters
    ----------
    folder : Path
        Holds ``config.yaml``, and ``src/load_data.py``, ``preprocess.py`` and ``modeling.py``.
    base : Path
        The directory in which the parameters file will stand: the paths in it start there.

    Raises
    ------
    NotFoundError
        When there is no such folder, or no file of keys in it.
    UsageError
        When anything in that file is wrong; every problem at once.
    """
    path = _config(folder)
    tree = read(path)
    if not is_foreign(tree):
        raise UsageError(
            f"{path} has no key of the foreign form, such as proj_name", "mlctl's own form needs no import"
        )
    where = os.path.relpath(folder.resolve(), base.resolve())
    sketch = look(folder, "" if where == "." else f"{Path(where).as_posix()}/")
    found = translate(tree, sketch, str(path), with_loader=True)
    checked(found, path, (), environ)
    return Imported(_head(path) + dump(found.tree), found.tree, (*found.notes, *sketch.notes))


def write(imported: Imported, path: Path) -> None:
    """Write the parameters file.

    Raises
    ------
    UsageError
        When there is a file of this name.
    """
    if path.exists():
        raise UsageError(f"{path} is there already", "name another file with --output")
    files.write_atomic(path, imported.text)


def _config(folder: Path) -> Path:
    if not folder.is_dir():
        raise NotFoundError(f"there is no folder {str(folder)!r}", "name the one that holds config.yaml")
    found = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if found is None:
        near = did_you_mean(NAMES[0], sorted(entry.name for entry in folder.iterdir()))
        raise NotFoundError(f"{folder} holds no {NAMES[0]}", near or "it is where proj_name stands")
    return found


def _head(path: Path) -> str:
    return f"# From {path.name} of the foreign form, by `mlctl import posml`.\n"
