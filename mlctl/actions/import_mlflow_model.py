"""The model of an imported run: which one it is, and what `predict`, `build` and `serve` need of it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions import example
from mlctl.domain.columns import Column
from mlctl.errors import MlctlError, RefusedError
from mlctl.interop.mlflow.mlmodel import SKLEARN, SavedModel, find_models, read_mlmodel
from mlctl.interop.mlflow.model_class import model_class
from mlctl.interop.mlflow.read_plain import UnreadableError
from mlctl.ml.model_file import load
from mlctl.params.yaml_io import dump

LOADABLE = ("skops", "pickle", "cloudpickle")
MADE = 64
"""Rows that are made up where MLflow kept none."""

_STEP = (math.sqrt(5) - 1) / 2  # multiples of it modulo 1 fill the interval evenly (Weyl)
_LOW, _SPAN = -3.0, 12.0
_SIGNATURE_FIX = "log it with signature=infer_signature(X, model.predict(X)), or with input_example=X[:5]"


@dataclass(frozen=True, slots=True)
class Found:
    """What a run's models come to.

    Attributes
    ----------
    fields : dict
        Of the record.
    paths : dict
        For ``artifact_file_paths``.
    warnings : tuple of str
        What is missing, and how it is mended.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def take_model(directory: Path, folders: Iterable[str], wanted: Iterable[str], *, trust: bool) -> Found:
    """Choose the model of an experiment among those that its run saved; write what is to be known of it.

    Parameters
    ----------
    directory : Path
        The experiment's, its artifacts in place; gets ``example.json`` and ``environment.yaml``.
    folders : iterable of str
        Where models may lie in it, those that count most last.
    wanted : iterable of str
        Names of directories that the registry names: a model there comes before all others.
    trust : bool
        A model whose columns nothing tells may be loaded, which runs its code, and asked.
    """
    saved, warnings = _saved(directory, folders)
    if not saved:
        return Found(warnings=tuple(warnings))
    usable = [one for one in saved if one.file and one.form in LOADABLE]
    if not usable:
        return Found(warnings=(*warnings, *(_unusable(one, directory) for one in saved)))
    named = [one for one in usable if one.folder.name in set(wanted)]
    chosen = (named or usable)[-1]
    others = [_place(one.folder, directory) for one in saved if one is not chosen]
    if others:
        warnings.append(f"its model is {_place(chosen.folder, directory)}; also kept: {', '.join(others)}")
    return _taken(chosen, directory, warnings, trust=trust)


def _saved(directory: Path, folders: Iterable[str]) -> tuple[list[SavedModel], list[str]]:
    found: list[SavedModel] = []
    warnings: list[str] = []
    for folder in (one for name in folders for one in find_models(directory / name)):
        try:
            found.append(read_mlmodel(folder))
        except UnreadableError as error:
            warnings.append(f"the model in {_place(folder, directory)} cannot be used: {error}")
    return found, warnings


def _place(folder: Path, directory: Path) -> str:
    return folder.relative_to(directory).as_posix()


def _unusable(saved: SavedModel, directory: Path) -> str:
    place = _place(saved.folder, directory)
    if SKLEARN not in saved.flavours:
        flavours = (
            ", ".join(name for name in saved.flavours if name != "python_function") or "python_function"
        )
        return (
            f"the model in {place} is kept, and mlctl cannot run it: it is of {flavours}, not of scikit-learn"
        )
    if not saved.file:
        return f"the model in {place} is kept, and mlctl cannot run it: its file is not there"
    return f"the model in {place} is kept, and mlctl cannot run it: it is saved as {saved.form}"


def _taken(saved: SavedModel, directory: Path, warnings: list[str], *, trust: bool) -> Found:
    file = saved.folder / saved.file
    packages = dict(sorted(saved.packages.items(), key=lambda item: item[0].lower()))
    files.write_staged(directory / "environment.yaml", dump({"packages": packages}))
    versions = {"python": saved.python, "scikit-learn": packages.get("scikit-learn", "")}
    paths = {"model": _place(file, directory), "packages": "environment.yaml"}
    fields = {
        "environment": {key: value for key, value in versions.items() if value},
        "rung": model_class(file),
        "task": saved.task,
        "size": file.stat().st_size,
    }
    shown, said = _example(saved) if saved.columns else _asked(saved, file, trust=trust)
    if shown:
        files.write_staged(directory / example.FILE, shown.to_json())
        paths[example.NAME] = example.FILE
    return Found(fields, paths, (*warnings, said) if said else tuple(warnings))


def _example(saved: SavedModel) -> tuple[example.Example, str]:
    """Return the input example that MLflow kept, else made-up rows; the labels are known to the model."""
    columns = tuple(Column(name, kind, 0, 0) for name, kind in saved.columns)  # type: ignore[arg-type]  # of KINDS
    rows = saved.rows[: example.MOST]
    said = "" if rows else f"it has no input example: a bundle is proved on {MADE} made-up rows"
    return example.Example(columns, rows or _made(columns), "", (), saved.named, saved.target), said


def _asked(saved: SavedModel, file: Path, *, trust: bool) -> tuple[example.Example | None, str]:
    """Return an example for a model without a signature: the estimator knows how many columns it takes."""
    why = f"predict, build and serve do not know its columns: {saved.odd or 'its MLmodel has no signature'}"
    if saved.odd:
        return None, f"{why}; {_SIGNATURE_FIX}"
    try:
        found = _of_estimator(load(file, trust=trust))
    except RefusedError:
        return None, f"{why}; import it again with --trust, which loads it, or {_SIGNATURE_FIX}"
    except (MlctlError, ValueError, TypeError) as error:
        reason = str(error).strip().partition("\n")[0]
        return None, f"{why}, and it takes no row of numbers ({reason}); {_SIGNATURE_FIX}"
    return found, f"it has no signature: its {len(found.columns)} columns are taken for numbers"


def _of_estimator(model: Any) -> example.Example:
    """Return made-up rows for an estimator that answers them; ValueError or TypeError where it does not."""
    names = getattr(model, "feature_names_in_", None)
    width = getattr(model, "n_features_in_", 0)
    if not width:
        raise ValueError("it does not say how many columns it takes")
    told = [f"x{place}" for place in range(width)] if names is None else [str(name) for name in names]
    columns = tuple(Column(name, "number", 0, 0) for name in told)
    shown = example.Example(columns, _made(columns), "", (), names is not None)
    model.predict(shown.input())
    return shown


def _made(columns: tuple[Column, ...]) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        tuple(
            _cell(column.kind, (row * _STEP + place * _STEP * _STEP) % 1)
            for place, column in enumerate(columns)
        )
        for row in range(MADE)
    )


def _cell(kind: str, share: float) -> Any:
    if kind == "number":
        return round(_LOW + _SPAN * share, 3)
    if kind == "boolean":
        return share < 0.5
    return f"2026-01-{1 + int(28 * share):02d}T00:00:00" if kind == "date" else "abcd"[int(4 * share)]
