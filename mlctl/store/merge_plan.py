"""What a merge would bring from another store, and under which names."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import MlctlError, UsageError
from mlctl.store.check_caches import last_number
from mlctl.store.check_known import Known, known
from mlctl.store.layout import ITEM, META
from mlctl.store.listing import DamagedRecord
from mlctl.store.record_files import read_record_tree
from mlctl.store.scan import Scan
from mlctl.store.site import Site
from mlctl.store.trash import listing


@dataclass(frozen=True, slots=True)
class Brought:
    """An experiment that is brought, and the version id that it gets."""

    experiment: Experiment
    becomes: str

    @property
    def is_renumbered(self) -> bool:
        """Whether its own version id is another experiment's here."""
        return self.becomes != self.experiment.model_version_id


@dataclass(frozen=True, slots=True)
class BroughtDataset:
    """A dataset that is brought, and its name here; ``is_here`` where equal content is here already."""

    dataset: Dataset
    becomes: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """What is brought of one project.

    Attributes
    ----------
    first, number : int
        The last number that either store has given out, and the last one once what is brought is renumbered.
    here : dict
        Experiments that are here already: the version id there, and here.
    """

    project: str
    models: tuple[str, ...]
    first: int
    number: int
    experiments: tuple[Brought, ...] = ()
    datasets: tuple[BroughtDataset, ...] = ()
    here: Mapping[str, str] = field(default_factory=dict)

    @property
    def versions(self) -> dict[str, str]:
        """Version id there to version id here, of all that is brought or here already."""
        return {**self.here, **{b.experiment.model_version_id: b.becomes for b in self.experiments}}

    @property
    def names(self) -> dict[str, str]:
        """Name there to name here, of the datasets."""
        return {b.dataset.dataset: b.becomes for b in self.datasets}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is brought, project by project, and what is not, with the reason."""

    projects: tuple[ProjectPlan, ...]
    skipped: tuple[DamagedRecord, ...] = ()


@dataclass(slots=True)
class _Here:
    """What the target has of a project, and gets while the plan is made."""

    ids: Mapping[str, str]
    versions: set[str]
    number: int
    datasets: list[Dataset]
    names: set[str] = field(default_factory=set)


def check_stores(target: Site, other: Site) -> None:
    """Refuse to merge a store with itself, or with one inside it.

    Raises
    ------
    UsageError
        Saying which.
    """
    one, two = target.layout.root.resolve(), other.layout.root.resolve()
    if one == two:
        raise UsageError(f"{other.layout.root} is this very store", "name another one")
    if one in two.parents or two in one.parents:
        raise UsageError(
            f"{other.layout.root} and {target.layout.root} lie one inside the other",
            "copy it elsewhere first",
        )


def plan(target: Site, other: Site) -> Plan:
    """Return what a merge would bring; neither store is changed."""
    check_stores(target, other)
    mine, theirs = known(target), known(other)
    skipped = list(theirs.damaged)
    ids = _identities(target, mine)
    plans = [_project(target, other, mine, theirs, project, ids, skipped) for project in theirs.projects]
    return Plan(tuple(plans), tuple(skipped))


def _identities(target: Site, mine: Known) -> dict[str, str]:
    """Return experiment_id to version id of all that is here, the trash included."""
    removed = {}
    for one in listing(target):
        try:
            tree = read_record_tree(Experiment, target.layout.trash / one.name / ITEM / META)
        except MlctlError:
            continue
        removed[str(tree["experiment_id"])] = one.experiment
    return removed | {e.experiment_id: e.model_version_id for e in mine.experiments}


def _project(
    target: Site,
    other: Site,
    mine: Known,
    theirs: Known,
    project: str,
    ids: Mapping[str, str],
    skipped: list[DamagedRecord],
) -> ProjectPlan:
    here = _Here(
        ids,
        _versions(target, project),
        max(last_number(target, project), last_number(other, project)),
        mine.datasets_of(project),
        {dataset.dataset for dataset in mine.datasets_of(project)},
    )
    first = here.number
    tried = [e for e in theirs.experiments if e.project_name == project]
    running = [e for e in tried if e.status == "running"]
    for e in running:
        path = other.layout.experiment(project, e.model_name, e.model_version_id)
        skipped.append(
            DamagedRecord(other.layout.shown(path), "it is still running: merge again when it has ended")
        )
    fresh = [e for e in tried if e.status != "running" and e.experiment_id not in ids]
    brought = tuple(Brought(e, _version(here, e)) for e in fresh)
    renames = {b.experiment.model_version_id: b.becomes for b in brought}
    datasets = tuple(_dataset(here, d, renames) for d in theirs.datasets_of(project))
    models = tuple(model for owner, model in theirs.models if owner == project)
    there = {e.model_version_id: ids[e.experiment_id] for e in tried if e.experiment_id in ids}
    return ProjectPlan(project, models, first, here.number, brought, datasets, there)


def _versions(site: Site, project: str) -> set[str]:
    names = {key.name for key, _ in Scan(site.layout).experiments(project)}
    return names | {one.experiment for one in listing(site) if one.project == project}


def _version(here: _Here, experiment: Experiment) -> str:
    version = experiment.model_version_id
    if version in here.versions:
        here.number += 1
        version = f"{version.rpartition('_')[0]}_{here.number}"
    here.versions.add(version)
    return version


def _dataset(here: _Here, dataset: Dataset, renames: Mapping[str, str]) -> BroughtDataset:
    equal = [
        d
        for d in here.datasets
        if d.fingerprint == dataset.fingerprint and (d.archive or not dataset.archive)
    ]
    if equal:
        same = [d for d in equal if d.dataset == dataset.dataset]
        return BroughtDataset(dataset, (same or equal)[0].dataset, True)
    wanted = renames.get(dataset.dataset, dataset.dataset)
    numbered = (f"{wanted}_{count}" for count in itertools.count(2))
    name = next(one for one in itertools.chain([wanted], numbered) if one not in here.names)
    here.names.add(name)
    return BroughtDataset(dataset, name, False)
