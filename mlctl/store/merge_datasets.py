"""A dataset out of one store into another."""

import itertools
from pathlib import Path

from mlctl import files
from mlctl.domain.records import Dataset
from mlctl.errors import MlctlError
from mlctl.files.copying import copy_file
from mlctl.store.check_known import known
from mlctl.store.layout import ARCHIVE_SUFFIXES
from mlctl.store.merge_plan import BroughtDataset
from mlctl.store.record_files import read_record_tree, record_tree, write_tree
from mlctl.store.site import Site


def check(other: Site, dataset: Dataset) -> Path | None:
    """Return the archive of a dataset, having made sure that it is as it was; None where none was kept.

    Raises
    ------
    MlctlError
        When it is gone, or not as it was.
    """
    if not dataset.archive:
        return None
    path = other.layout.unlinked(other.layout.datasets(dataset.project_name) / dataset.archive["file"])
    _check_sum(path, dataset)
    return path


def _check_sum(path: Path, dataset: Dataset) -> None:
    if files.sha256(path) != dataset.archive["sha256"]:
        raise MlctlError(f"its archive {dataset.archive['file']} is not as it was when it was kept")


def bring(target: Site, other: Site, wanted: BroughtDataset) -> None:
    """Copy a dataset: its archive first, since a dataset is there when its record is.

    Raises
    ------
    MlctlError
        When the archive is not as it was, or the disk refuses.
    """
    dataset = wanted.dataset
    project = dataset.project_name
    layout = target.layout
    tree = read_record_tree(Dataset, other.layout.dataset(project, dataset.dataset)) | {
        "dataset": wanted.becomes
    }
    record = layout.unlinked(layout.dataset(project, wanted.becomes))
    with files.scratch_folder(target.tmp) as scratch:
        source = check(other, dataset)
        copied = scratch / "archive"
        if source:
            copy_file(source, copied)
            _check_sum(copied, dataset)  # it may have changed while it was read
        with target.locked():
            if source:
                place = record.with_name(_free_name(target, project, wanted.becomes, source.name))
                tree["archive"] = tree["archive"] | {"file": place.name}
                if place.exists():  # what a merge that was cut off left, without a record
                    files.move(place, scratch / "before")
                files.move(copied, place)
            files.make_folder(record.parent)
            write_tree(record, record_tree(Dataset, tree))


def _free_name(target: Site, project: str, name: str, source: str) -> str:
    """Return a name for an archive that no record gives its own."""
    taken = {dataset.archive.get("file") for dataset in known(target).datasets_of(project)}
    suffix = next((end for end in ARCHIVE_SUFFIXES if source.endswith(end)), ARCHIVE_SUFFIXES[0])
    numbers = itertools.chain([""], (f"_{count}" for count in itertools.count(2)))
    return next(file for number in numbers if (file := f"{name}{number}{suffix}") not in taken)
