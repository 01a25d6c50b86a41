"""The records of a store as their files have them now, whatever the index says, and those that are none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from mlctl.domain.findings import Finding, Remedy
from mlctl.domain.records import Dataset, Experiment, Model, Project, Record
from mlctl.domain.version_id import VersionId
from mlctl.errors import MlctlError, NotFoundError
from mlctl.store.champion import champion
from mlctl.store.index import Key
from mlctl.store.index_tables import packed
from mlctl.store.layout import DATASET_SUFFIX, META
from mlctl.store.listing import DamagedRecord
from mlctl.store.liveness import is_alive
from mlctl.store.record_files import read_record_tree
from mlctl.store.scan import Scan
from mlctl.store.site import Site

R = TypeVar("R", bound=Record)

_OWN_NAME = {Project: "project_name", Model: "model_name", Experiment: "model_version_id", Dataset: "dataset"}


@dataclass(frozen=True, slots=True)
class Known:
    """What a store's records say.

    Attributes
    ----------
    projects : tuple of str
        By name: those whose directory is there, also where the record cannot be read.
    models : tuple of (str, str)
        Project and model, likewise.
    experiments : tuple of Experiment
        Those that can be read, by project and number.
    datasets : dict
        Project and name to the dataset.
    damaged : tuple of DamagedRecord
        What stands in the place of a record and is none.
    champions : dict
        Project and model to the champion; what has none is left out.
    """

    projects: tuple[str, ...] = ()
    models: tuple[tuple[str, str], ...] = ()
    experiments: tuple[Experiment, ...] = ()
    datasets: dict[tuple[str, str], Dataset] = field(default_factory=dict)
    damaged: tuple[DamagedRecord, ...] = ()
    champions: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[Key, tuple[str, int | None]] = field(default_factory=dict)
    """Of each record: its file, absolute, and the sum of what that holds; None where it holds no record."""
    used: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Project and dataset to the version ids of the experiments that name it."""

    def datasets_of(self, project: str) -> list[Dataset]:
        """Return a project's datasets by name."""
        return [dataset for (owner, _), dataset in sorted(self.datasets.items()) if owner == project]

    def dataset_of(self, experiment: Experiment) -> Dataset | None:
        """Return what an experiment was trained on, where its record is there."""
        return self.datasets.get((experiment.project_name, str(experiment.training_dataset.get("dataset"))))

    def is_champion(self, experiment: Experiment) -> bool:
        """Tell whether an experiment is the one in use."""
        model = (experiment.project_name, experiment.model_name)
        return self.champions.get(model) == experiment.model_version_id

    def users(self, project: str, dataset: str) -> list[str]:
        """Return the version ids of the experiments that name a dataset."""
        return self.used.get((project, dataset), [])

    def findings(self, site: Site) -> Iterator[Finding]:
        """Yield a finding for each record that cannot be read, and for each identity that two share."""
        for one in self.damaged:
            if place(one.path, site).is_symlink():
                continue  # named among the links
            yield Finding("record", one.path, f"cannot be read: {one.reason}", self._remedy(site, one))
        owners: dict[str, str] = {}
        for e in self.experiments:
            first = owners.setdefault(e.experiment_id, e.model_version_id)
            if first != e.model_version_id:
                path = site.layout.experiment(e.project_name, e.model_name, e.model_version_id) / META
                said = f"has the experiment_id of {first}: one is a copy of the other"
                yield Finding("double", site.layout.shown(path), said, "person")

    def _remedy(self, site: Site, damaged: DamagedRecord) -> Remedy:
        path = place(damaged.path, site)
        parts = path.relative_to(site.layout.root).parts
        if not path.name.endswith(DATASET_SUFFIX):
            return "person"  # a folder that cannot be looked into, or whose name is to be mended
        if parts[2:3] == (site.layout.datasets("").name,):
            return "person" if self.users(parts[1], path.name.removesuffix(DATASET_SUFFIX)) else "repair"
        version = path.parent.name
        if VersionId.parse(version) and len(parts) == 7 and version in self.champions.values():
            return "person"
        return "repair"


def named(experiment: Experiment) -> set[str]:
    """Return the names of the datasets that an experiment's record gives."""
    parts = (experiment.training_dataset, experiment.validation_dataset, experiment.test_dataset)
    return {str(part["dataset"]) for part in parts if part.get("dataset")}


def known(site: Site) -> Known:
    """Read every record from its file."""
    read = _Reader(site)
    projects, models, datasets = [], [], {}
    for key, path in read.scan.projects():
        read.record(Project, key, path)
        projects.append(key.project)
    for key, path in read.scan.models():
        read.record(Model, key, path)
        models.append((key.project, key.model))
    for project in projects:
        for key, path in read.scan.datasets(project):
            if dataset := read.record(Dataset, key, path):
                datasets[project, key.name] = dataset
    experiments = [e for key, path in read.scan.experiments() if (e := read.record(Experiment, key, path))]
    champions = {place: version for place in models if (version := _champion(site, *place))}
    return Known(
        tuple(sorted(projects)),
        tuple(sorted(models)),
        tuple(sorted(experiments, key=_place)),
        datasets,
        tuple(read.scan.damaged),
        champions,
        read.files,
        _used(experiments),
    )


def _used(experiments: Iterable[Experiment]) -> dict[tuple[str, str], list[str]]:
    used: dict[tuple[str, str], list[str]] = {}
    for experiment in experiments:
        for name in named(experiment):
            used.setdefault((experiment.project_name, name), []).append(experiment.model_version_id)
    return used


class _Reader:
    """Reads records, and keeps what is wrong with those that are none."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.scan = Scan(site.layout)
        self.files: dict[Key, tuple[str, int | None]] = {}

    def record(self, kind: type[R], key: Key, path: str) -> R | None:
        """Return a record, or None where there is none."""
        self.files[key] = path, None
        try:
            tree = read_record_tree(kind, self.site.layout.unlinked(Path(path)))
        except NotFoundError:
            if Path(path).parent.is_dir():  # else the whole was removed while this looked
                self.scan.note(path, "it is missing")
            return None
        except MlctlError as error:
            self.scan.note(path, error.message)
            return None
        if wrong := misplaced(kind, key, tree):
            self.scan.note(path, wrong)
            return None
        self.files[key] = path, packed(tree)[1]
        placed = {"project_name": key.project, "model_name": key.model}
        record = kind.from_dict(tree, **{name: placed[name] for name in kind.PLACED})
        if isinstance(record, Experiment) and record.status == "running":
            alive = is_alive(self.site, tree, Path(path).parent)
            return record if alive else replace(record, status="interrupted")
        return record


def misplaced(kind: type[Record], key: Key, tree: Mapping[str, Any]) -> str:
    """Say that a record is not the one that belongs where it is, or return the empty string."""
    name = key.name or key.model or key.project
    field_name = _OWN_NAME[kind]
    if tree[field_name] != name:
        return f"{field_name} is {tree[field_name]!a}, and its place says {name!a}"
    version = VersionId.parse(key.name) if kind is Experiment else None
    if version and version.project != key.project:
        return f"it belongs to the project {version.project!a}"
    return ""


def _place(experiment: Experiment) -> tuple[str, int, str]:
    version = experiment.model_version_id
    return experiment.project_name, int(version.rpartition("_")[2]), version


def _champion(site: Site, project: str, model: str) -> str | None:
    try:
        return champion(site, project, model)
    except MlctlError:  # check_logs says so
        return None


def place(path: str, site: Site) -> Path:
    """Return the path that a finding names."""
    return site.layout.root.parent / path
