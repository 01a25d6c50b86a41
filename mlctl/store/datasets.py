"""The snapshots that experiments were trained on: an archive, and a record beside it."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.names import broken_rule, check_name
from mlctl.domain.records import Dataset
from mlctl.errors import DamagedError, MlctlError, NotFoundError, RefusedError, UsageError
from mlctl.store import catalogue, trash
from mlctl.store.adding import check_case
from mlctl.store.changes import current_tree
from mlctl.store.layout import ARCHIVE_SUFFIXES, DATASET_SUFFIX, FROM, ITEM, META
from mlctl.store.record_files import read_tree, record_tree, write_tree
from mlctl.store.site import Site
from mlctl.store.times import stamp

KIND = "dataset"


def by_fingerprint(site: Site, project: str, fingerprint: str, *, described: bool = False) -> Dataset | None:
    """Return a project's dataset of equal content whose archive is there, or None.

    Parameters
    ----------
    described : bool, default=False
        Whether one will do of which only the way to fetch it again was kept.
    """
    equal = [d for d in catalogue.datasets(site, project).records if d.fingerprint == fingerprint]
    kept = [d for d in equal if d.archive and _archive(site, d).is_file()]
    return next(iter(kept or [d for d in equal if described and not d.archive]), None)


def archive(site: Site, dataset: Dataset) -> Path:
    """Return the path of a dataset's archive.

    Raises
    ------
    DamagedError
        When it is not there.
    """
    if not dataset.archive:
        raise NotFoundError(
            f"the data of {dataset.dataset} was not kept, only how to fetch it again",
            "see its source: mlctl data show",
        )
    path = site.layout.unlinked(_archive(site, dataset))
    if not path.is_file():
        raise DamagedError(
            f"the data of {dataset.dataset} is gone: {site.layout.shown(path)} is missing",
            "restore it from a copy of the store",
        )
    return path


def _archive(site: Site, dataset: Dataset) -> Path:
    file: str = dataset.archive["file"]
    return site.layout.datasets(dataset.project_name) / file


def add_dataset(site: Site, project: str, record: Dataset, packed: Path | None) -> Dataset:
    """Keep a dataset: its archive is moved in, then its record written.

    Content that the project already has is not stored again: the record then names the archive that is there.

    Parameters
    ----------
    record : Dataset
        ``archive`` holds the ``sha256`` and ``bytes``; its ``file`` is set here.
    packed : Path or None
        The archive, on the store's file system; its suffix says how it is compressed. None where only the way
        to fetch the data again is kept.

    Returns
    -------
    Dataset
        As it was written.

    Raises
    ------
    UsageError
        When the name is taken.
    NotFoundError
        When the project was removed meanwhile.
    """
    check_name("dataset", record.dataset)
    layout = site.layout
    path = layout.unlinked(layout.dataset(project, record.dataset))
    with site.locked():
        if not (layout.project(project) / META).is_file():
            raise NotFoundError(f"the project {project} is no longer there")
        if path.exists():
            raise UsageError(f"the project {project} has a dataset {record.dataset}", "choose another name")
        check_case("dataset", record.dataset, path.parent, DATASET_SUFFIX)
        known = by_fingerprint(site, project, record.fingerprint) if packed else None
        record = replace(record, project_name=project)
        made = replace(record, archive=_told(site, record, known, packed))
        tree = record_tree(Dataset, made.to_dict())
        if packed and known is None:
            _take_in(packed, path.with_name(made.archive["file"]))
        files.make_folder(path.parent)
        write_tree(path, tree)
    return made


def _told(site: Site, record: Dataset, known: Dataset | None, packed: Path | None) -> dict[str, Any]:
    """Return what a record says of its archive: that of its equal, its own, or nothing."""
    if packed is None:
        return {}
    return dict(known.archive) if known else {**record.archive, "file": _free_file(site, record, packed)}


def _free_file(site: Site, record: Dataset, packed: Path) -> str:
    """Return a name that no record gives its archive; a shared one may outlive the record it is named by."""
    taken = {other.archive.get("file") for other in catalogue.datasets(site, record.project_name).records}
    numbers = itertools.chain([""], (f"_{count}" for count in itertools.count(2)))
    names = (f"{record.dataset}{number}{_suffix(packed)}" for number in numbers)
    return next(name for name in names if name not in taken)


def remove(site: Site, dataset: Dataset, used_by: Callable[[], Sequence[str]], now: datetime) -> str:
    """Move a dataset to the trash, and return its name there; an archive that another one names stays.

    Parameters
    ----------
    used_by : callable
        Gives the version ids of the experiments that were trained on it; asked while the lock is held.

    Raises
    ------
    RefusedError
        When an experiment was trained on it.
    NotFoundError
        When it is no longer there.
    """
    path = site.layout.unlinked(site.layout.dataset(dataset.project_name, dataset.dataset))
    time = stamp(now)
    with site.locked():
        current_tree(site, dataset, path)
        _check_unused(dataset, used_by())
        place = trash.new_place(site, dataset.dataset, time)
        origin = {"kind": KIND, "project": dataset.project_name, KIND: dataset.dataset}
        with files.new_folder(place, aside=site.tmp) as folder:
            write_tree(folder / FROM, origin | {"removed_datetime": time})
            files.make_folder(folder / ITEM)
        # The record goes first: an archive without one is not there for any reader.
        for file in [path, *_own_archive(site, dataset)]:
            files.move(file, place / ITEM / file.name)
    return place.name


def _check_unused(dataset: Dataset, users: Sequence[str]) -> None:
    if users:
        raise RefusedError(
            f"{dataset.dataset} is used by {len(users)} experiments: {', '.join(users[:5])}",
            "remove those first, if nobody needs them: mlctl experiment remove REF",
        )


def _own_archive(site: Site, dataset: Dataset) -> list[Path]:
    others = catalogue.datasets(site, dataset.project_name).records
    shared = {other.archive.get("file") for other in others if other.dataset != dataset.dataset}
    if not dataset.archive or dataset.archive["file"] in shared:
        return []
    return [path] if (path := _archive(site, dataset)).is_file() else []


def restore(site: Site, name: str) -> Path:
    """Take a dataset back from the trash.

    Parameters
    ----------
    name : str
        Its name in the trash, or the one that it had before.

    Returns
    -------
    Path
        Its record, relative to the directory that holds the store.

    Raises
    ------
    NotFoundError
        When no dataset of that name is in the trash, or several are.
    RefusedError
        When the name is taken again, or its project is gone.
    """
    with site.locked():
        found = [place for place in _removed(site) if name in {place[0].name, place[2]}]
        if len(found) != 1:
            names = ", ".join(place.name for place, _, _ in found)
            told = f"{name!r} was removed {len(found)} times: {names}" if found else f"no dataset {name!r}"
            raise NotFoundError(f"{told} in the trash", "see the directory trash/ in the store")
        place, project, own = found[0]
        target = site.layout.unlinked(site.layout.dataset(project, own))
        if not (site.layout.project(project) / META).is_file():
            raise RefusedError(f"the project of {own} is gone", f"restore {project} first")
        if target.exists():
            raise RefusedError(f"there is a dataset {own} again", "remove that one first")
        # The record comes last: it says that the archive is there.
        items = sorted((place / ITEM).iterdir(), key=lambda file: file.name == target.name)
        if any(target.with_name(file.name).exists() for file in items):
            raise RefusedError(f"{items[0].name} is the file of another dataset now", "remove that one first")
        for file in items:
            files.move(file, target.with_name(file.name))
        files.remove_folder(place)
    return Path(site.layout.shown(target))


def _removed(site: Site) -> Iterator[tuple[Path, str, str]]:
    """Yield each dataset in the trash: its place, its project and its name."""
    folder = site.layout.unlinked(site.layout.trash)
    for place in sorted(filter(trash.is_whole, folder.iterdir())) if folder.is_dir() else ():
        try:
            tree = read_tree(place / FROM)
        except MlctlError:
            continue
        project, name = str(tree.get("project", "")), str(tree.get(KIND, ""))
        if tree.get("kind") == KIND and not (broken_rule(project) or broken_rule(name)):
            yield place, project, name


def _take_in(packed: Path, target: Path) -> None:
    # An archive without a record is what a crash left between the two steps below.
    if target.exists():
        files.remove_file(target)
    files.move(packed, target)


def _suffix(packed: Path) -> str:
    return next((suffix for suffix in ARCHIVE_SUFFIXES if packed.name.endswith(suffix)), ARCHIVE_SUFFIXES[0])
