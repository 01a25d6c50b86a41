"""Everything that the page of one experiment tells, gathered from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlctl.actions.checks import checked
from mlctl.actions.plots import Figures
from mlctl.actions.show import Shown, describe
from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import MlctlError
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Report:
    """One experiment in full.

    Attributes
    ----------
    figures : Figures
        What can be drawn, and what is missing.
    dataset : Dataset or None
        What it was trained on, where the store still has it.
    target : str
        The column that it predicts.
    packages : mapping
        Package to version.
    directory : str
        Where its files are, relative to the directory that holds the store.
    """

    shown: Shown
    figures: Figures
    dataset: Dataset | None
    target: str
    packages: Mapping[str, str]
    directory: str


def gather(store: Store, figures: Figures, peers: Sequence[Experiment], champion: str | None) -> Report:
    """Gather what the page tells.

    Parameters
    ----------
    figures : Figures
        Of the experiment; what was measured for them is heeded by the checks.
    peers : sequence of Experiment
        All of its model.
    champion : str or None
        The version id in use.
    """
    experiment = figures.experiment
    said = describe(experiment, peers, champion, checked(store, experiment, peers))
    model = store.model(experiment.project_name, experiment.model_name)
    directory = store.relative(store.experiment_directory(experiment))
    return Report(
        said, figures, _dataset(store, experiment), model.target, _packages(store, experiment), directory
    )


def _dataset(store: Store, experiment: Experiment) -> Dataset | None:
    name = experiment.training_dataset.get("dataset")
    try:
        return store.dataset(experiment.project_name, str(name)) if name else None
    except MlctlError:
        return None


def _packages(store: Store, experiment: Experiment) -> dict[str, str]:
    name = experiment.artifact_file_paths.get("packages")
    if not name:
        return {}
    try:
        found = store.read_yaml(store.experiment_directory(experiment) / name).get("packages", {})
    except MlctlError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
