"""Bring what another store has into this one: experiments, their data, their events."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.domain.records import Experiment, Model, Project
from mlctl.errors import BusyError, MlctlError, UsageError
from mlctl.files.copying import copy_folder
from mlctl.store import catalogue, merge_datasets, sums
from mlctl.store.adding import check_case
from mlctl.store.check_caches import last_number
from mlctl.store.layout import META
from mlctl.store.listing import DamagedRecord
from mlctl.store.merge_events import merge_events
from mlctl.store.merge_names import renamed
from mlctl.store.merge_plan import Brought, BroughtDataset, Plan, ProjectPlan, plan
from mlctl.store.record_files import Tree, read_record_tree, record_tree, write_tree
from mlctl.store.repair import raise_number
from mlctl.store.site import Site
from mlctl.store.times import stamp

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Merged:
    """What was brought.

    Attributes
    ----------
    projects, models : tuple of str
        Those that are new here; models as ``PROJECT/MODEL``.
    experiments : tuple of (str, str)
        The version id there, and here.
    datasets : tuple of (str, str)
        Likewise; only those that were not here.
    events : int
        How many were brought.
    here : int
        Experiments that were here already.
    skipped : tuple of DamagedRecord
        What was not brought, with the reason.
    """

    projects: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    experiments: tuple[tuple[str, str], ...] = ()
    datasets: tuple[tuple[str, str], ...] = ()
    events: int = 0
    here: int = 0
    skipped: tuple[DamagedRecord, ...] = ()

    @property
    def renumbered(self) -> tuple[tuple[str, str], ...]:
        """The experiments whose version id is another one here."""
        return tuple((was, becomes) for was, becomes in self.experiments if was != becomes)

    @property
    def brings_something(self) -> bool:
        """Tell whether anything is new here."""
        return bool(self.projects or self.models or self.experiments or self.datasets or self.events)


def merge(
    target: Site, other: Site, now: datetime, *, dry_run: bool = False, told: Told = lambda _: None
) -> Merged:
    """Bring what another store has; it is only read, and merging twice is merging once.

    Each thing appears whole: experiments after the data that they were trained on, events last. A merge
    that is cut off is finished by the same command. Schedules and journals of retraining stay where they are.

    Parameters
    ----------
    told : callable
        Is told of each experiment before it is brought.

    Raises
    ------
    UsageError
        When both are one store, or one lies in the other.
    BusyError
        When somebody else holds the store's lock for too long.
    MlctlError
        When the disk refuses.
    """
    wanted = plan(target, other)
    work = _Merge(target, other, now, wanted, told, dry_run=dry_run)
    for project in wanted.projects:
        work.project(project)
    if not dry_run:
        catalogue.experiments(target)  # the index learns of them now rather than later
    return work.result()


class _Merge:
    """A merge under way."""

    def __init__(
        self, target: Site, other: Site, now: datetime, wanted: Plan, told: Told, *, dry_run: bool
    ) -> None:
        self.target, self.other, self.now, self.told, self.dry_run = target, other, now, told, dry_run
        self.projects: list[str] = []
        self.models: list[str] = []
        self.experiments: list[tuple[str, str]] = []
        self.datasets: list[tuple[str, str]] = []
        self.events = 0
        self.here = sum(len(one.here) for one in wanted.projects)
        self.skipped = list(wanted.skipped)

    def result(self) -> Merged:
        """Return what was brought."""
        return Merged(
            tuple(self.projects),
            tuple(self.models),
            tuple(self.experiments),
            tuple(self.datasets),
            self.events,
            self.here,
            tuple(self.skipped),
        )

    def skip(self, path: Path, reason: str) -> None:
        """Note what is not brought."""
        self.skipped.append(DamagedRecord(self.other.layout.shown(path), reason))

    def project(self, wanted: ProjectPlan) -> None:
        """Bring one project."""
        name = wanted.project
        if not self._record(Project, name, ""):
            return
        self._reserve(wanted)
        lost: set[str] = set()
        for dataset in wanted.datasets:
            if not dataset.is_here and not self._dataset(dataset):
                lost.add(dataset.dataset.dataset)
        for model in wanted.models:
            if self._record(Model, name, model):
                for one in wanted.experiments:
                    if one.experiment.model_name == model:
                        self._experiment(one, wanted, lost)
                self._events(name, model, wanted.versions)

    def _reserve(self, wanted: ProjectPlan) -> None:
        """Have the numbers of the plan given to nobody else."""
        if self.dry_run:
            return
        with self.target.locked():
            renumbers = any(one.is_renumbered for one in wanted.experiments)
            if renumbers and last_number(self.target, wanted.project) > wanted.first:
                raise BusyError(f"{wanted.project} has a new experiment since this began", "merge again")
            raise_number(self.target, wanted.project, wanted.number)

    def _record(self, kind: type[Project | Model], project: str, model: str) -> bool:
        """Have a project or a model here; return whether what is in it can be brought."""
        there, here = (_home(site, project, model) for site in (self.other, self.target))
        if (here / META).is_file():
            return True
        try:
            tree = read_record_tree(kind, self.other.layout.unlinked(there / META))
            check_case("model" if model else "project", here.name, here.parent)
        except UsageError as error:
            self.skip(there, error.message)
            return False
        except MlctlError:  # the plan has named it
            return False
        (self.models if model else self.projects).append("/".join(filter(None, (project, model))))
        if not self.dry_run:
            self._make(kind, here, tree, ("experiments",) if model else ("datasets", "models"))
        return True

    def _make(self, kind: type[Project | Model], here: Path, tree: Tree, inner: tuple[str, ...]) -> None:
        site = self.target
        if kind is Model:
            owner = read_record_tree(Project, here.parent.parent / META)
            tree = tree | {"project_id": owner["project_id"]}
        with site.locked():
            site.layout.unlinked(here)
            if here.is_dir():  # a removed project left its number here
                for name in inner:
                    files.make_folder(here / name)
                write_tree(here / META, tree)
                return
            with files.new_folder(here, aside=site.tmp) as made:
                for name in inner:
                    files.make_folder(made / name)
                write_tree(made / META, tree)

    # Data

    def _dataset(self, wanted: BroughtDataset) -> bool:
        dataset = wanted.dataset
        source = self.other.layout.dataset(dataset.project_name, dataset.dataset)
        try:
            if self.dry_run:
                merge_datasets.check(self.other, dataset)
            else:
                merge_datasets.bring(self.target, self.other, wanted)
        except MlctlError as error:
            self.skip(source, error.message)
            return False
        self.datasets.append((dataset.dataset, wanted.becomes))
        return True

    # Experiments

    def _experiment(self, wanted: Brought, project: ProjectPlan, lost: set[str]) -> None:
        experiment = wanted.experiment
        layout = self.other.layout
        place = (experiment.project_name, experiment.model_name, experiment.model_version_id)
        source = layout.experiment(*place)
        self.told(layout.shown(source))
        data = str(experiment.training_dataset.get("dataset", ""))
        try:
            if data in lost:
                raise MlctlError(f"its data {data} could not be brought")
            if self.dry_run:
                _verify(experiment, layout.unlinked(source))
            else:
                self._copy(wanted, layout.unlinked(source), project)
        except MlctlError as error:
            self.skip(source, error.message)
            return
        self.experiments.append((experiment.model_version_id, wanted.becomes))

    def _copy(self, wanted: Brought, source: Path, project: ProjectPlan) -> None:
        site, experiment = self.target, wanted.experiment
        parent = site.layout.unlinked(site.layout.experiments(project.project, experiment.model_name))
        with files.new_folder(parent / wanted.becomes, aside=site.tmp) as folder:
            copy_folder(source, folder)
            _verify(experiment, folder)
            write_tree(folder / META, record_tree(Experiment, self._tree(wanted, folder, project)))

    def _tree(self, wanted: Brought, folder: Path, project: ProjectPlan) -> Tree:
        experiment = wanted.experiment
        tree = read_record_tree(Experiment, folder / META)
        model = read_record_tree(
            Model, _home(self.target, experiment.project_name, experiment.model_name) / META
        )
        data = {key: renamed(tree.get(key, {}), project.names) for key in _DATA}
        gates = renamed(tree.get("gates", []), project.versions)
        tree |= data | {"gates": gates, "model_id": model["model_id"], "model_version_id": wanted.becomes}
        if experiment.status == "interrupted":
            tree["status"] = "interrupted"
            tree.pop("process", None)
        if wanted.is_renumbered:
            text = f"was {experiment.model_version_id} in the store that it was merged from"
            tree["notes"] = [*tree.get("notes", []), {"time": stamp(self.now), "text": text}]
        return tree

    def _events(self, project: str, model: str, names: dict[str, str]) -> None:
        path = self.other.layout.events(project, model)
        try:
            with nullcontext() if self.dry_run else self.target.locked():
                self.events += merge_events(
                    self.target, self.other, project, model, names, dry_run=self.dry_run
                )
        except MlctlError as error:
            self.skip(path, error.message)


_DATA = ("training_dataset", "validation_dataset", "test_dataset")


def _home(site: Site, project: str, model: str) -> Path:
    return site.layout.model(project, model) if model else site.layout.project(project)


def _verify(experiment: Experiment, directory: Path) -> None:
    if experiment.status == "finished":
        sums.verify(directory, experiment.model_version_id)
