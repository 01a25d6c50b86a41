"""MLflow's file store, written without MLflow: 2.22 to 3.x read it, ``mlflow migrate-filestore`` carries it.

Ids are the names of directories, and those of experiments are digits. Nothing at the top begins with ``.`` or
``_`` but MLflow's own ``.trash``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.interop.mlflow.entities import LoggedModel, MlflowExperiment, Run, Tracking
from mlctl.interop.mlflow.write_meta import dataset_id, dataset_meta, experiment_meta
from mlctl.interop.mlflow.write_registry import REGISTRY, write_registered
from mlctl.interop.mlflow.write_run import write_meta, write_model, write_run, write_texts

TRASH = ".trash"
Fill = Callable[[Run | LoggedModel, Path], None]
"""Puts the artifacts of something into its folder, which is empty."""


def copied(thing: Run | LoggedModel, folder: Path) -> None:
    """Copy the files that lie in ``thing.artifacts``; links are left out."""
    place = thing.artifacts
    if place is None:
        return
    for source in sorted(place.rglob("*")):
        if source.is_file() and not source.is_symlink():
            target = folder / source.relative_to(place)
            files.make_staged(target.parent)
            files.copy_staged(source, target)


@dataclass(frozen=True, slots=True)
class FileWriter:
    """Writes the parts of a file store, each on its own.

    Parameters
    ----------
    root : Path
        Where to write: a folder that is put in place later, or the store itself while nobody reads it.
    home : Path
        Where the store will lie, absolute: what its URIs say.
    fill : callable
        Puts artifacts into their folder; copies them where it is not given.
    """

    root: Path
    home: Path
    fill: Fill = copied

    def head(self, experiment: MlflowExperiment) -> Path:
        """Write what an experiment has beside its runs; return its directory, relative to the root."""
        place = experiment_place(experiment)
        write_meta(self.root / place, experiment_meta(experiment, self.home / place))
        write_texts(self.root / place / "tags", experiment.tags)
        return place

    def run(self, experiment: MlflowExperiment, run: Run) -> Path:
        """Write a run with its artifacts and the datasets that it names; return its directory."""
        place = experiment_place(experiment) / run.run_id
        write_run(run, self.root / place, self.home / place)
        self.fill(run, self.root / place / "artifacts")
        for used in run.inputs:
            write_meta(self.root / place.parent / "datasets" / dataset_id(used), dataset_meta(used))
        return place

    def model(self, experiment: MlflowExperiment, model: LoggedModel) -> Path:
        """Write a logged model with its files; return its directory."""
        place = model_place(experiment, model)
        write_model(model, self.root / place, self.home / place)
        self.fill(model, self.root / place / "artifacts")
        return place

    def registry(self, tracking: Tracking) -> None:
        """Write the registered models; the directory is there even where there are none."""
        files.make_staged(self.root / REGISTRY)
        lying = {
            model.model_id: self.home / model_place(experiment, model) / "artifacts"
            for experiment, model in logged_models(tracking)
        }
        for registered in tracking.registered_models:
            write_registered(registered, self.root / REGISTRY / registered.name, lying)


def experiment_place(experiment: MlflowExperiment) -> Path:
    """Return the directory of an experiment, relative to the store."""
    name = Path(experiment.experiment_id)
    return TRASH / name if experiment.deleted else name


def model_place(experiment: MlflowExperiment, model: LoggedModel) -> Path:
    """Return the directory of a logged model, relative to the store."""
    return experiment_place(experiment) / "models" / model.model_id


def logged_models(tracking: Tracking) -> Iterator[tuple[MlflowExperiment, LoggedModel]]:
    """Yield every logged model with its experiment."""
    experiments: Mapping[str, MlflowExperiment] = {one.experiment_id: one for one in tracking.experiments}
    for model in tracking.logged_models:
        yield experiments[model.experiment_id], model


def write_files(tracking: Tracking, root: Path, *, home: Path | None = None, fill: Fill = copied) -> None:
    """Write a whole file store.

    Parameters
    ----------
    tracking : Tracking
        What to write; its keys and names are legal ones.
    root : Path
        A folder that is empty, or not there yet.
    home : Path, optional
        Where the store will lie, absolute, when ``root`` is to be moved.
    fill : callable, optional
        Puts artifacts into their folder; copies them where it is not given.

    Raises
    ------
    UsageError
        When a key is none that MLflow takes.
    MlctlError
        When it cannot be written.
    """
    writer = FileWriter(root, home or root.absolute(), fill)
    files.make_staged(root / TRASH)
    for experiment in tracking.experiments:
        writer.head(experiment)
        for run in experiment.runs:
            writer.run(experiment, run)
    for experiment, model in logged_models(tracking):
        writer.model(experiment, model)
    writer.registry(tracking)
