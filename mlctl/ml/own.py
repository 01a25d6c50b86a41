"""Names of a person's own code, as a parameters file writes them, to the code that they mean.

``src/modeling.py:build_knn`` is a function or class of a file; ``my_package.models.Model`` is one of a module
that lies beside the parameters file. Files travel in one mapping with those of hand-written rules; theirs
begin with :data:`CODE`, which is also the directory that keeps them in an experiment.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath

from mlctl.estimators.own_code import packed
from mlctl.params.ladder_form import CLASS_FORM, RULE_FORM

CODE = "code/"


def files_of(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a person's own code: path to text."""
    return {key.removeprefix(CODE): text for key, text in sources.items() if key.startswith(CODE)}


def kept_path(file: str) -> str:
    """Return where a file is kept: its path without ``..``, or its name alone where it is absolute."""
    path = PurePosixPath(file.replace("\\", "/"))
    if path.is_absolute():
        return path.name
    return PurePosixPath(*(part for part in path.parts if part != "..")).as_posix()


def module_file(name: str, known: Mapping[str, str]) -> str | None:
    """Return the file among those known that is a dotted module; None where there is none."""
    place = name.replace(".", "/")
    return next((file for file in (f"{place}.py", f"{place}/__init__.py") if file in known), None)


def own_code(reference: str, sources: Mapping[str, str]) -> tuple[str, str] | None:
    """Return source and ``module:attribute`` of a reference; None where it is no code of a person's own."""
    files = files_of(sources)
    if match := RULE_FORM.fullmatch(reference):
        path = PurePosixPath(kept_path(match["file"]))
        root = "" if path.parent == PurePosixPath() else path.parent.as_posix()
        return packed(files, root), f"{path.stem}:{match['function']}"
    module, _, attribute = reference.rpartition(".")
    if CLASS_FORM.fullmatch(reference) and module_file(module, files):
        return packed(files, ""), f"{module}:{attribute}"
    return None
