"""Where an MLflow store is, and what else may have been named in its stead."""

from pathlib import Path

from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.interop.mlflow.read_plain import UnreadableError, folders, is_folder, is_there, mapping, text

REGISTRY = "models"
TRASH = ".trash"
DEFAULT_NAME = "mlruns"
DATABASE = "mlflow.db"
_META = "meta.yaml"
_OURS = "mlctl-store"
_LONGEST_HEAD = 100


def find_store(path: Path) -> Path:
    """Return the directory of a file store: the one named, or the ``mlruns`` in it.

    Parameters
    ----------
    path : Path
        As it was typed. It may itself be a link; nothing in it is followed.

    Raises
    ------
    NotFoundError
        When there is no such directory.
    UsageError
        When it is something else: an mlctl store, a database, a directory without experiments.
    DamagedError
        When it is no store any more: no experiment in it can be read.
    """
    if path.is_file():
        raise UsageError(f"{path} is a file, and a file store is a directory", _hint_for_file(path))
    if not path.is_dir():
        raise NotFoundError(f"there is no directory {path}", "name the directory that MLflow wrote: mlruns/")
    _refuse_ours(path)
    start = path.resolve() if path.is_symlink() else path
    for place in (start, start / DEFAULT_NAME):
        if is_store(place):
            return place
    raise _no_store(path)


def is_store(path: Path) -> bool:
    """Tell whether a directory holds MLflow experiments, registered models, or deleted ones."""
    inner = [path / name for name in folders(path)]
    deep = [path / part / name for part in (TRASH, REGISTRY) for name in folders(path / part)]
    return any(is_there(folder / _META) and _is_mlflow(folder / _META) for folder in (*inner, *deep))


def noticed(directory: Path) -> str:
    """Return how to name the MLflow store in a directory to ``mlctl import mlflow``; empty without one."""
    if is_folder(directory / DEFAULT_NAME) and is_store(directory / DEFAULT_NAME):
        return DEFAULT_NAME
    return f"sqlite:///{DATABASE}" if is_there(directory / DATABASE) else ""


def _is_mlflow(file: Path) -> bool:
    try:
        found = mapping(file)
    except UnreadableError:
        return False
    return (
        "artifact_location" in found
        or {"name", "creation_timestamp"} <= found.keys()
        or ({"name", "experiment_id"} <= found.keys())
    )


def _refuse_ours(path: Path) -> None:
    try:
        head = text(path / "FORMAT", _LONGEST_HEAD)
    except UnreadableError:
        return
    if head.startswith(_OURS):
        raise UsageError(f"{path} is a store of mlctl, not of MLflow", f"mlctl store merge {path}")


def _hint_for_file(path: Path) -> str:
    if path.suffix in {".db", ".sqlite", ".sqlite3"}:
        return f"a database is named by its address: mlctl import mlflow sqlite:///{path}"
    return "name the directory that MLflow wrote: mlruns/"


def _no_store(path: Path) -> UsageError | DamagedError:
    for holder in (path, path.parent):
        if is_there(holder / DATABASE):
            return UsageError(
                f"{path} holds no runs of MLflow: they are in {holder / DATABASE}",
                f"mlctl import mlflow sqlite:///{holder / DATABASE}",
            )
    candidates = [name for name in folders(path) if name.isdecimal() and is_there(path / name / _META)]
    if candidates:
        return DamagedError(
            f"{path} was a store of MLflow, and none of its {len(candidates)} experiments can be read",
            f"restore it from a copy; see {path / candidates[0] / _META}",
        )
    return UsageError(
        f"{path} is no store of MLflow: no directory in it has the meta.yaml of an experiment",
        "name the directory that MLflow wrote, mlruns/ where nobody chose another, or a server: http://…",
    )
