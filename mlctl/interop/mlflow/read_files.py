"""MLflow's file store, 1.x to 3.x, read without MLflow: experiments, then a run at a time.

Every path is derived from the directories; the absolute URIs in ``meta.yaml`` often mean another machine.
What cannot be read is yielded as :class:`Skipped`, and the rest comes all the same. Links are never followed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mlctl import files
from mlctl.errors import MlctlError
from mlctl.interop.mlflow.entities import (
    LoggedModel,
    MlflowExperiment,
    RegisteredModel,
    Run,
    Skipped,
    Tracking,
)
from mlctl.interop.mlflow.find_store import REGISTRY, TRASH, find_store
from mlctl.interop.mlflow.read_plain import (
    LARGEST_META,
    UnreadableError,
    folders,
    is_folder,
    is_there,
    mapping,
    number,
    required,
    texts,
    words,
)
from mlctl.interop.mlflow.read_registry import read_registered
from mlctl.interop.mlflow.read_run import DELETED, META, read_model, read_run
from mlctl.interop.mlflow.run_content import content
from mlctl.interop.mlflow.source import read_all

# What an experiment's directory holds beside its runs.
_NO_RUNS = {"tags", "datasets", "traces", "models"}
_STARTED = re.compile(rb"^start_time: ['\"]?(\d+)", re.MULTILINE)
_EXPERIMENT = re.compile(r"[A-Za-z0-9][\w-]{0,63}")


class FileStore:
    """A file store, read as it is asked for: one run at a time is held.

    Parameters
    ----------
    root : Path
        The directory that holds the experiments, as :func:`find_store` returns it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = root.name

    def experiments(self) -> Iterator[MlflowExperiment | Skipped]:
        """Yield the experiments without their runs, by id; deleted ones come from ``.trash``."""
        found = ((name, self.root / name, False) for name in folders(self.root) if name != REGISTRY)
        gone = ((name, self.root / TRASH / name, True) for name in folders(self.root / TRASH))
        for name, folder, deleted in sorted([*found, *gone]):
            if not _EXPERIMENT.fullmatch(name):
                continue
            if not is_there(folder / META):
                if name.isdecimal():
                    yield Skipped(self._shown(folder), "it has no meta.yaml")
                continue
            try:
                yield _experiment(folder, deleted=deleted)
            except UnreadableError as error:
                yield Skipped(self._shown(folder), str(error))

    def run_ids(self, experiment: MlflowExperiment) -> list[str]:
        """Return the ids of the runs, by the time when they started and then by id."""
        place = self._place(experiment)
        names = (name for name in folders(place) if name not in _NO_RUNS and not name.startswith("."))
        return [name for _, name in sorted((_started(place / name), name) for name in names)]

    def run(self, experiment: MlflowExperiment, run_id: str) -> Run | Skipped:
        """Return a run with the whole history of its metrics, or why it cannot be read."""
        folder = self._place(experiment) / run_id
        try:
            run = read_run(folder)
        except UnreadableError as error:
            return Skipped(self._shown(folder), str(error))
        return replace(run, deleted=run.deleted or experiment.deleted)

    def content(self, experiment: MlflowExperiment, run_id: str) -> str:
        """Return how much there is of a run: a later import of a whole copy is told from it."""
        return content(self._place(experiment) / run_id)

    def logged_models(self, experiment: MlflowExperiment) -> Iterator[LoggedModel | Skipped]:
        """Yield the models that were logged on their own, by id."""
        place = self._place(experiment) / "models"
        for name in folders(place):
            try:
                model = read_model(place / name)
            except UnreadableError as error:
                yield Skipped(self._shown(place / name), str(error))
                continue
            if model:
                yield model

    def registered_models(self) -> Iterator[RegisteredModel | Skipped]:
        """Yield the registered models, by name."""
        return read_registered(self.root)

    def fetch(self, thing: Run | LoggedModel, folder: Path) -> tuple[str, ...]:
        """Copy the artifacts of a run or a model into a folder; return what was left out, links above all."""
        return files.gather_folder(thing.artifacts, folder) if thing.artifacts else ()

    def _place(self, experiment: MlflowExperiment) -> Path:
        return (
            self.root / TRASH / experiment.experiment_id
            if experiment.deleted and is_folder(self.root / TRASH / experiment.experiment_id)
            else self.root / experiment.experiment_id
        )

    def _shown(self, folder: Path) -> str:
        return ascii(folder.relative_to(self.root).as_posix())[1:-1]


def _experiment(folder: Path, *, deleted: bool) -> MlflowExperiment:
    meta = mapping(folder / META)
    experiment_id = required(meta, "experiment_id")
    if experiment_id != folder.name:
        raise UnreadableError(f"meta.yaml says that it is the experiment {experiment_id!a}")
    return MlflowExperiment(
        experiment_id=experiment_id,
        name=required(meta, "name"),
        created_ms=number(meta, "creation_time"),
        updated_ms=number(meta, "last_update_time"),
        tags=texts(folder / "tags"),
        deleted=deleted or words(meta, "lifecycle_stage") == DELETED,
    )


def _started(folder: Path) -> int:
    """Return when a run started, for its place among others: the file is read in full only once."""
    try:
        found = _STARTED.search(files.read_bytes_limited(folder / META, LARGEST_META))
    except MlctlError:
        return 0
    return int(found[1]) if found else 0


def read_files(root: Path) -> Tracking:
    """Return a whole store at once: for small ones; :class:`FileStore` reads a run at a time.

    Raises
    ------
    NotFoundError, UsageError, DamagedError
        As :func:`find_store` raises them.
    """
    return read_all(FileStore(find_store(root)))
