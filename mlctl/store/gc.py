"""What may be deleted, with its size, before anything is: nothing here changes a store."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from mlctl import files
from mlctl.domain.records import Dataset, Experiment
from mlctl.domain.version_id import VersionId
from mlctl.errors import MlctlError
from mlctl.store import champion as champions
from mlctl.store import gc_keep
from mlctl.store.check_caches import broken_trash, last_number, leftovers
from mlctl.store.check_datasets import archives
from mlctl.store.check_known import Known, known, named
from mlctl.store.layout import FROM
from mlctl.store.record_files import read_tree
from mlctl.store.site import Site
from mlctl.store.times import is_stamp
from mlctl.store.usage import size_of

Kind = Literal["trash", "experiment", "dataset", "archive", "leftover", "log"]

KEPT_LOGS = 10
"""Logs of retraining that stay, of each model, where no age is given."""

GRACE = timedelta(days=1)
"""A dataset that nothing names is left alone for so long: what is being trained on it says so at its end."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """One thing that would be deleted.

    Attributes
    ----------
    name : str
        What it is called.
    paths : tuple of Path
        Its files or folders.
    bytes : int
        What that frees.
    why : str
        Why nothing needs it.
    """

    kind: Kind
    name: str
    paths: tuple[Path, ...]
    bytes: int
    why: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """What would be deleted, and what was asked for and stays.

    Attributes
    ----------
    kept : tuple of (str, str)
        Version ids of old experiments that stay, with the reason.
    said : tuple of str
        What could not be judged, and is left alone.
    numbers : dict
        Project to the last number that it had given out.
    """

    doomed: tuple[Doomed, ...]
    kept: tuple[tuple[str, str], ...]
    said: tuple[str, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """What it frees."""
        return sum(one.bytes for one in self.doomed)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants rid of.

    Attributes
    ----------
    keep_last : int or None
        Of each model, experiments other than the so many newest; None to leave experiments alone.
    older_than : timedelta or None
        Only what is older: experiments, the trash, logs.
    """

    keep_last: int | None = None
    older_than: timedelta | None = None

    @property
    def wants_experiments(self) -> bool:
        """Whether experiments are to be deleted at all."""
        return self.keep_last is not None or self.older_than is not None


def plan(site: Site, wish: Wish, now: datetime) -> Sweep:
    """Return what would be deleted; nothing is changed."""
    found = known(site)
    numbers = {project: last_number(site, project) for project in found.projects}
    doomed: list[Doomed] = []
    kept: list[tuple[str, str]] = []
    for place in found.models:
        swept, stays = _experiments(site, found, place, wish, now)
        doomed += swept
        kept += stays
    gone = {path for one in doomed for path in one.paths}
    trash = list(_trash(site, wish, now))
    said = []
    for project in found.projects:
        if why := _unclear(site, found, project, {path for one in trash for path in one.paths}):
            said.append(f"the datasets of {project} stay: {why}")
        else:
            doomed += _datasets(site, found, project, gone, wish, now)
    for place in found.models:
        doomed += _runs(site, *place, wish, now)
    half = [_doomed("leftover", path, "half-made, and nobody works on it") for path in leftovers(site)]
    return Sweep((*trash, *doomed, *half), tuple(kept), tuple(said), numbers)


def _experiments(
    site: Site, found: Known, place: tuple[str, str], wish: Wish, now: datetime
) -> tuple[list[Doomed], list[tuple[str, str]]]:
    tried = [e for e in found.experiments if (e.project_name, e.model_name) == place]
    asked = [e for e in _asked_for(tried, wish) if _is_old(e.created_datetime, wish, now)]
    if not asked:
        return [], []
    reasons = gc_keep.kept(tried, champions.events(site, *place), found.champions.get(place))
    stays = [
        (e.model_version_id, reasons[e.model_version_id]) for e in asked if e.model_version_id in reasons
    ]
    why = "older than what is to be kept"
    swept = [
        _doomed("experiment", site.layout.experiment(*place, e.model_version_id), why)
        for e in asked
        if e.model_version_id not in reasons
    ]
    return swept, stays


def _asked_for(tried: list[Experiment], wish: Wish) -> list[Experiment]:
    if not wish.wants_experiments:
        return []
    return tried[: max(0, len(tried) - wish.keep_last)] if wish.keep_last is not None else tried


def _is_old(time: str, wish: Wish, now: datetime) -> bool:
    if wish.older_than is None:
        return True
    return is_stamp(time) and now - datetime.fromisoformat(time) > wish.older_than


def _trash(site: Site, wish: Wish, now: datetime) -> Iterator[Doomed]:
    broken = set(broken_trash(site))
    for place in _entries(site, site.layout.trash):
        if place in broken or _is_old(_removed(place), wish, now):
            yield _doomed("trash", place, "cannot be restored" if place in broken else "removed")


def _removed(place: Path) -> str:
    try:
        return str(read_tree(place / FROM).get("removed_datetime", ""))
    except MlctlError:
        return ""


def _unclear(site: Site, found: Known, project: str, trash: set[Path]) -> str:
    """Say why it cannot be told which datasets of a project nothing needs, or return the empty string."""
    inside = site.layout.shown(site.layout.project(project)) + "/"
    if any(one.path.startswith(inside) for one in found.damaged):
        return "a record in the project cannot be read"
    if any(e.status == "running" for e in found.experiments if e.project_name == project):
        return "an experiment is running"
    if any(files.is_locked(site.layout.run_lock(*place)) for place in found.models if place[0] == project):
        return "a retraining is running"
    if any(place not in trash and _is_of(place, project) for place in _entries(site, site.layout.trash)):
        return "something of the project is still in the trash"
    if any(_is_of(place, project) for place in _entries(site, site.layout.damaged)):
        return "something of the project is set aside in damaged/"
    return ""


def _is_of(place: Path, project: str) -> bool:
    try:
        tree = read_tree(place / FROM)
    except MlctlError:
        return True
    return tree.get("project") == project or str(tree.get("path", "")).split("/")[1:2] == [project]


def _datasets(
    site: Site, found: Known, project: str, gone: set[Path], wish: Wish, now: datetime
) -> Iterator[Doomed]:
    stays = [e for e in found.experiments if e.project_name == project and _directory(site, e) not in gone]
    used = {name for experiment in stays for name in named(experiment)}
    everything = found.datasets_of(project)
    unused = [d for d in everything if d.dataset not in used and _is_unused(d, wish, now)]
    left = {d.archive.get("file") for d in everything if d not in unused}
    there = {path.name: path for path in archives(site, project)}
    for dataset in unused:
        file = dataset.archive.get("file")
        own = [there[file]] if file in there and file not in left else []
        left.add(file)  # of two that share it, the first takes it along
        paths = (site.layout.dataset(project, dataset.dataset), *own)
        size = sum(map(size_of, paths))
        yield Doomed("dataset", dataset.dataset, paths, size, "no experiment was trained on it")
    known_files = {d.archive.get("file") for d in everything}
    for name, path in there.items():
        modified = (files.modified(path) or 0) / 1e9
        if name not in known_files and site.clock() - modified > GRACE.total_seconds():
            yield _doomed("archive", path, "no dataset names it")


def _directory(site: Site, experiment: Experiment) -> Path:
    place = (experiment.project_name, experiment.model_name, experiment.model_version_id)
    return site.layout.experiment(*place)


def _is_unused(dataset: Dataset, wish: Wish, now: datetime) -> bool:
    """Tell whether a dataset that nothing names may go: one that a person added only by its age."""
    if dataset.tags or not is_stamp(dataset.created_datetime):
        return False
    if now - datetime.fromisoformat(dataset.created_datetime) <= GRACE:
        return False
    by_training = VersionId.parse(dataset.dataset) is not None
    return by_training or (wish.older_than is not None and _is_old(dataset.created_datetime, wish, now))


def _runs(site: Site, project: str, model: str, wish: Wish, now: datetime) -> Iterator[Doomed]:
    layout = site.layout
    if files.is_locked(layout.run_lock(project, model)):
        return
    logs = _entries(site, layout.run_logs(project, model))
    for path in logs if wish.older_than else logs[: max(0, len(logs) - KEPT_LOGS)]:
        age = now.timestamp() - (files.modified(path) or 0) / 1e9
        if wish.older_than is None or age > wish.older_than.total_seconds():
            yield _doomed("log", path, "the log of an old retraining")


def _doomed(kind: Kind, path: Path, why: str) -> Doomed:
    return Doomed(kind, path.name, (path,), size_of(path), why)


def _entries(site: Site, folder: Path) -> list[Path]:
    try:
        return sorted(site.layout.unlinked(folder).iterdir())
    except (OSError, MlctlError):
        return []
