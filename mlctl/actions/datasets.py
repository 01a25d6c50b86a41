"""The datasets of a store: add one, find one, say what it is used by, take it out, remove it."""

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.actions import locate
from mlctl.actions.acquire import fetch, keep, record
from mlctl.actions.named_dataset import settled
from mlctl.domain.names import check_name
from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.params.load import Loaded, from_dict
from mlctl.params.words import did_you_mean
from mlctl.store.store import Store

NO_TARGET = "(no target)"
"""Stands for the target of data that was added without one; no column is called so."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset, and the experiments that were trained on it."""

    dataset: Dataset
    used_by: tuple[str, ...]


def listing(store: Store, project: str | None = None) -> tuple[Listed, ...]:
    """Return the datasets with what uses them; of one project, where it is given.

    Raises
    ------
    NotFoundError
        When there is no such project.
    """
    found = [store.project(project)] if project else store.projects().records
    return tuple(
        Listed(dataset, used_by(dataset, store.experiments(name).records))
        for name in [p.project_name for p in found]
        for dataset in store.datasets(name).records
    )


def used_by(dataset: Dataset, experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """Return the version ids of the experiments that were trained on a dataset."""
    return tuple(
        e.model_version_id
        for e in experiments
        if e.project_name == dataset.project_name and e.training_dataset.get("dataset") == dataset.dataset
    )


def find(store: Store, ref: str, project: str | None = None) -> Dataset:
    """Return the dataset that a reference means.

    Parameters
    ----------
    ref : str
        A dataset's name, as ``PROJECT:NAME`` where it is not unique; or a reference to an experiment, which
        means the data that it was trained on.

    Raises
    ------
    NotFoundError
        When nothing answers, or several do.
    """
    head, colon, name = ref.partition(":")
    if colon and "/" not in head:
        return store.dataset(head, name)
    known = [listed.dataset for listed in listing(store, project)]
    found = [d for d in known if d.dataset == ref]
    if len(found) > 1:
        names = ", ".join(f"{d.project_name}:{d.dataset}" for d in found)
        raise NotFoundError(f"{ref!r} is ambiguous: {names}", "write PROJECT:NAME")
    if found:
        return found[0]
    try:
        experiment = locate.experiment(store, ref, project)
    except NotFoundError as error:
        near = did_you_mean(ref, [d.dataset for d in known])
        raise NotFoundError(f"no dataset {ref!r}; {error.message}", near or error.hint) from None
    return _trained_on(store, experiment)


def _trained_on(store: Store, experiment: Experiment) -> Dataset:
    """Return an experiment's dataset, with the roles that the columns had there.

    Equal content is stored once: its record may come from a training with another target, or from none.
    """
    name = experiment.training_dataset.get("dataset")
    if not name:
        raise NotFoundError(
            f"{experiment.model_version_id} keeps no data: it is {experiment.status}",
            "name a finished experiment; see `mlctl compare`",
        )
    dataset = store.dataset(experiment.project_name, name)
    path = store.experiment_directory(experiment) / "params.yaml"
    had = store.read_yaml(path).get("data", {})
    if not isinstance(had, Mapping):
        raise DamagedError(f"{store.relative(path)}: data is no mapping", "see `mlctl show` for the record")
    named = {had.get(role): role for role in ("target", "time", "group", "key")}
    roles = dict.fromkeys(had.get("drop", ()), "dropped") | named
    schema = [{**column, "role": roles.get(column["column"], "feature")} for column in dataset.schema]
    return replace(dataset, schema=schema)


def loaded_for(path: str, project: str, target: str | None) -> Loaded:
    """Return the parameters with which a file is read that no parameters file names."""
    where = {"source": path} if path.startswith("sklearn:") else {"path": path}
    tree = {"project": project, "model": "data", "data": {**where, "target": target or NO_TARGET}}
    return from_dict(tree, {})


def add(store: Store, loaded: Loaded, base: Path, name: str | None, now: datetime) -> tuple[Dataset, bool]:
    """Fetch data and keep it; content that the project has already is named, not stored again.

    Parameters
    ----------
    name : str or None
        Its name in the project; from the source when None.
    """
    project = loaded.parameters.project
    with store.scratch() as scratch:
        loaded = settled(store, loaded)
        fetched = fetch(loaded, base, scratch, store)
        chosen = check_name("dataset", name or _name(fetched.source.members[0][0]))
        kept = keep(fetched, loaded.parameters.data, scratch=scratch, threads=os.cpu_count() or 1)
        store.add_project(project, "", now)
        return record(store, chosen, kept, loaded, base, now)


def _name(member: str) -> str:
    stem = Path(member).name.partition(".")[0]
    return f"data_{stem}" if stem.isdigit() or not stem else stem


def export(store: Store, dataset: Dataset, folder: Path) -> tuple[Path, ...]:
    """Write a dataset's files as they came into a new folder; return their paths.

    Raises
    ------
    UsageError
        When the folder is there already.
    DamagedError
        When the archive is not as it was.
    """
    if folder.exists():
        raise UsageError(f"{folder} is there already", "name another folder with --output")
    archive = store.dataset_archive(dataset)
    with files.new_folder(folder, aside=folder.parent) as place:
        written = files.unpack(archive, place, expect_sha256=dataset.archive["sha256"])
    return tuple(folder / name for name, _ in written)


def remove(store: Store, dataset: Dataset, now: datetime) -> str:
    """Move a dataset to the trash; one that an experiment was trained on is refused.

    Raises
    ------
    RefusedError
        Naming the experiments.
    """
    project = dataset.project_name
    return store.remove_dataset(dataset, lambda: used_by(dataset, store.experiments(project).records), now)


def restore(store: Store, name: str) -> Path:
    """Take a dataset back from the trash."""
    return store.restore_dataset(name)


def storable(path: Path) -> bool:
    """Tell whether a word on the command line names a file, rather than a reference."""
    try:
        return path.exists()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise MlctlError(f"{path}: {error.strerror}", "mend its rights, or those of its directory") from None
