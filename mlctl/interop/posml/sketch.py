"""What the folder's Python files offer, seen in their syntax alone: none of them is run."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl.interop.posml.estimators import Calls

SOURCE = "src"
NOT_CARRIED = {
    "model_evaluate.py": "mlctl scores every rung itself: `mlctl evaluate`, `mlctl compare`",
    "train.py": "`mlctl train` takes its place",
}
_MAKERS = ("", "build_", "make_", "get_", "create_")
"""What may stand before a model's name in the name of the function that makes it."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a function or class of ``modeling.py`` becomes.

    Attributes
    ----------
    rungs : tuple
        As a ladder holds them: its path where it can be called as it stands, else the estimators in it.
    why_not : str
        Why it becomes none; empty where it does.
    """

    rungs: tuple[Any, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a folder offers; paths are relative to it.

    Attributes
    ----------
    load_data, preprocess : str or None
        ``src/load_data.py:load_data``.
    models : mapping
        By the name of the function or class, in the file's order.
    notes : tuple of str
        What could not be carried, and why.
    """

    load_data: str | None = None
    preprocess: str | None = None
    models: Mapping[str, Model] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def rungs(self, names: Sequence[str]) -> tuple[list[Any], list[str]]:
        """Return the rungs of these models, in their order, and what to say of those that have none.

        Where no name is found, every model of the file is taken.
        """
        found = {name: of for name in names if (of := self._find(name))}
        missing = [name for name in names if name not in found] if self.models else []
        chosen = list(found.values()) if found else list(self.models)
        notes = [f"model_name: modeling.py has no function {name!r}" for name in missing]
        notes += [f"modeling.py: {of}: {self.models[of].why_not}" for of in chosen if self.models[of].why_not]
        return [rung for of in chosen for rung in self.models[of].rungs], notes

    def _find(self, name: str) -> str | None:
        return next((maker + name for maker in _MAKERS if maker + name in self.models), None)


def look(folder: Path, prefix: str = "") -> Sketch:
    """Look at the Python files of a folder: those under ``src``, or beside the parameters file.

    Parameters
    ----------
    prefix : str, default=""
        What stands before each path, where paths are to start elsewhere; with ``/`` at its end.
    """
    place = SOURCE if (folder / SOURCE).is_dir() else "."
    files = _Files(folder / place, prefix + ("" if place == "." else f"{place}/"))
    load_data = files.step("load_data", most=0, is_class=False)
    preprocess = files.step("preprocess", most=1, is_class=True)
    models = files.models()
    for name, instead in NOT_CARRIED.items():
        if (folder / place / name).is_file():
            files.notes.append(f"{name}: not carried; {instead}")
    return Sketch(load_data, preprocess, models, tuple(files.notes))


class _Files:
    """The files of one directory, and what was found to say of them."""

    def __init__(self, directory: Path, prefix: str) -> None:
        self._directory = directory
        self._prefix = prefix
        self.notes: list[str] = []

    def step(self, name: str, *, most: int, is_class: bool) -> str | None:
        """Return the function of a step that can be called with at most so many arguments."""
        tree = self._parsed(f"{name}.py")
        public: list[Any] = [node for node in tree.body if _is_public(node)] if tree else []
        named = [node for node in public if node.name == name] or [
            n for n in public if is_class or _is_def(n)
        ]
        named = [node for node in named if is_class or _is_def(node)]
        fits = [node for node in named if _fits(node, most, is_class=is_class)]
        if fits:
            if not any(node.name == name for node in fits) and len(fits) > 1:
                self.notes.append(f"{name}.py: {fits[0].name} was taken for {name}; there are others")
            return f"{self._prefix}{name}.py:{fits[0].name}"
        if tree is not None:
            told = f"{named[0].name} needs {_told(named[0])}" if named else f"has no function {name}"
            self.notes.append(f"{name}.py: not carried; {told}")
        return None

    def models(self) -> dict[str, Model]:
        """Return what each function and class of ``modeling.py`` becomes."""
        tree = self._parsed("modeling.py")
        if tree is None:
            return {}
        calls = Calls(tree)
        public: list[Any] = [node for node in tree.body if _is_public(node)]
        return {node.name: self._model(node, calls) for node in public}

    def _model(self, node: Any, calls: Calls) -> Model:
        reference = f"{self._prefix}modeling.py:{node.name}"
        if isinstance(node, ast.ClassDef):
            is_one = {"fit", "predict"} <= _methods(node) or bool(node.bases)
            return Model((reference,)) if is_one else Model((), "a class without fit and predict")
        if not _needed(node):
            gives = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node))
            return Model((reference,)) if gives else Model((), "returns nothing")
        rungs, why_not = calls.rungs(node)
        asks = f"needs {', '.join(_needed(node))}"
        return Model(rungs, why_not and f"not carried; it {asks}, and {why_not}")

    def _parsed(self, name: str) -> ast.Module | None:
        try:
            return ast.parse((self._directory / name).read_bytes())
        except FileNotFoundError:
            return None
        except SyntaxError as error:
            self.notes.append(f"{name}: not carried; line {error.lineno}: {error.msg}")
        except (OSError, ValueError) as error:
            self.notes.append(f"{name}: not carried; {error}")
        return None


def _is_public(node: Any) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def _is_def(node: Any) -> bool:
    return isinstance(node, ast.FunctionDef)


def _methods(node: ast.ClassDef) -> set[str]:
    return {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}


def _needed(node: ast.FunctionDef) -> list[str]:
    """Return the arguments without which a function cannot be called."""
    given = node.args
    plain = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return plain[: len(plain) - len(given.defaults)] + [a.arg for a, default in named if default is None]


def _fits(node: Any, most: int, *, is_class: bool) -> bool:
    if isinstance(node, ast.ClassDef):
        return is_class and {"fit", "transform"} <= _methods(node)
    return len(_needed(node)) <= most


def _told(node: Any) -> str:
    return ", ".join(_needed(node)) if _is_def(node) else "fit and transform"
