"""What can be asked of a store without changing it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mlctl.domain.records import Dataset, Experiment, Model, Project
from mlctl.store import catalogue, lookup
from mlctl.store.layout import REPORTS
from mlctl.store.listing import DamagedRecord, Listing
from mlctl.store.site import Site

if TYPE_CHECKING:
    from mlctl.store.index_view import View

T = TypeVar("T")


class Readable:
    """The records of a store, and the files that they stand for.

    Parameters
    ----------
    site : Site
        Where the store is, and who works in it.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def root(self) -> Path:
        """The store's directory, absolute."""
        return self._site.layout.root

    @property
    def site(self) -> Site:
        """What looks after a store as a whole works on: check, repair, gc, merge."""
        return self._site

    # Records in lists

    def projects(self) -> Listing[Project]:
        """Return the projects by name."""
        return catalogue.projects(self._site)

    def models(self, project: str | None = None) -> Listing[Model]:
        """Return the models by project and name; of one project, where it is given."""
        return catalogue.models(self._site, project)

    def experiments(self, project: str | None = None, model: str | None = None) -> Listing[Experiment]:
        """Return the experiments by project and number; one whose process died reads as interrupted."""
        return catalogue.experiments(self._site, project, model)

    def ask(
        self,
        question: "Callable[[View, tuple[DamagedRecord, ...]], T]",
        project: str | None = None,
        model: str | None = None,
    ) -> T:
        """Ask the index something about the experiments; see ``catalogue.asked``."""
        return catalogue.asked(self._site, question, project, model)

    def datasets(self, project: str) -> Listing[Dataset]:
        """Return a project's datasets by name."""
        return catalogue.datasets(self._site, project)

    # Records by name; NotFoundError with the nearest one

    def project(self, name: str) -> Project:
        """Return a project."""
        return lookup.project(self._site, name)

    def model(self, project: str, name: str) -> Model:
        """Return a model of a project."""
        return lookup.model(self._site, project, name)

    def dataset(self, project: str, name: str) -> Dataset:
        """Return a dataset of a project."""
        return lookup.dataset(self._site, project, name)

    def dataset_by_fingerprint(
        self, project: str, fingerprint: str, *, described: bool = False
    ) -> Dataset | None:
        """Return a project's dataset of equal content, or None; see ``datasets.by_fingerprint``."""
        from mlctl.store import datasets

        return datasets.by_fingerprint(self._site, project, fingerprint, described=described)

    # What a record stands for on disk

    def experiment_directory(self, experiment: Experiment) -> Path:
        """Return the directory of an experiment; DamagedError where a file that it names is behind a link."""
        layout, names = self._site.layout, (experiment.project_name, experiment.model_name)
        directory = layout.unlinked(layout.experiment(*names, experiment.model_version_id))
        for path in experiment.artifact_file_paths.values():
            layout.unlinked(directory / path, above=directory)
        return directory

    def dataset_archive(self, dataset: Dataset) -> Path:
        """Return the path of a dataset's archive; DamagedError where it is gone."""
        from mlctl.store import datasets

        return datasets.archive(self._site, dataset)

    def verify(self, experiment: Experiment) -> None:
        """Check every file of a finished experiment; DamagedError naming what is not as it was."""
        from mlctl.store import sums

        directory = self.experiment_directory(experiment)
        named = experiment.artifact_file_paths.items()
        # What came after the end has no checksum; a model never comes then.
        kept = [path for name, path in named if name == "model" or not path.startswith(f"{REPORTS}/")]
        sums.verify(directory, experiment.model_version_id, kept)

    def read_yaml(self, path: Path) -> dict[str, Any]:
        """Return the mapping in a YAML file of the store; DamagedError where it holds none."""
        from mlctl.store import record_files

        return record_files.read_tree(self._site.layout.unlinked(path))

    def relative(self, path: Path) -> str:
        """Return a path as records and people are told it: relative to the directory that holds the store."""
        return self._site.layout.shown(path)
