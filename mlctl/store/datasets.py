"""The snapshots that experiments were trained on: an archive, and a record beside it."""

from dataclasses import replace
from pathlib import Path

from mlctl import files
from mlctl.domain.names import check_name
from mlctl.domain.records import Dataset
from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.store import catalogue
from mlctl.store.layout import ARCHIVE_SUFFIXES, META
from mlctl.store.record_files import record_tree, write_tree
from mlctl.store.site import Site


def by_fingerprint(site: Site, project: str, fingerprint: str) -> Dataset | None:
    """Return a project's dataset of equal content whose archive is there, or None."""
    return next(
        (
            found
            for found in catalogue.datasets(site, project).records
            if found.fingerprint == fingerprint and _archive(site, found).is_file()
        ),
        None,
    )


def archive(site: Site, dataset: Dataset) -> Path:
    """Return the path of a dataset's archive.

    Raises
    ------
    DamagedError
        When it is not there.
    """
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


def add_dataset(site: Site, project: str, record: Dataset, packed: Path) -> Dataset:
    """Keep a dataset: its archive is moved in, then its record written.

    Content that the project already has is not stored again: the record then names the archive that is there.

    Parameters
    ----------
    record : Dataset
        ``archive`` holds the ``sha256`` and ``bytes``; its ``file`` is set here.
    packed : Path
        The archive, on the store's file system; its suffix says how it is compressed.

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
        known = by_fingerprint(site, project, record.fingerprint)
        told = dict(known.archive) if known else {**record.archive, "file": record.dataset + _suffix(packed)}
        made = replace(record, archive=told, project_name=project)
        tree = record_tree(Dataset, made.to_dict())
        if known is None:
            _take_in(packed, path.with_name(told["file"]))
        files.make_folder(path.parent)
        write_tree(path, tree)
    return made


def _take_in(packed: Path, target: Path) -> None:
    # An archive without a record is what a crash left between the two steps below.
    if target.exists():
        files.remove_file(target)
    files.move(packed, target)


def _suffix(packed: Path) -> str:
    return next((suffix for suffix in ARCHIVE_SUFFIXES if packed.name.endswith(suffix)), ARCHIVE_SUFFIXES[0])
