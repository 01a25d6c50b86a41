"""Datasets: an archive against its record, and files that no record names."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mlctl import files
from mlctl.domain.findings import Finding, Remedy
from mlctl.domain.records import Dataset
from mlctl.errors import MlctlError
from mlctl.store.check_known import Known
from mlctl.store.layout import ARCHIVE_SUFFIXES
from mlctl.store.site import Site


def check(site: Site, dataset: Dataset, known: Known, *, quick: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with a dataset whose record can be read."""
    layout = site.layout
    record = layout.shown(layout.dataset(dataset.project_name, dataset.dataset))
    for path in _absolute_paths(dataset):
        said = f"names {path}: typed as an absolute path, it means this place on any machine"
        yield Finding("absolute-path", record, said, "", "note")
    if not dataset.archive:
        return
    used = known.users(dataset.project_name, dataset.dataset)
    remedy: Remedy = "person" if used else "repair"
    users = (
        f"; {len(used)} experiments were trained on it: restore it from a copy of the store" if used else ""
    )
    path = layout.datasets(dataset.project_name) / dataset.archive["file"]
    if said := _wrong(site, path, dataset, quick=quick):
        yield Finding("archive", record, f"{dataset.archive['file']} {said}{users}", remedy)


def _wrong(site: Site, path: Path, dataset: Dataset, *, quick: bool) -> str:
    try:
        found = site.layout.unlinked(path).lstat()
        if not stat.S_ISREG(found.st_mode):
            return "is no regular file"
        if found.st_size != dataset.archive["bytes"]:
            return f"has {found.st_size:,} bytes, its record says {dataset.archive['bytes']:,}"
        return "" if quick else _content(path, dataset)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except MlctlError as error:
        return error.message


def _content(path: Path, dataset: Dataset) -> str:
    digest, wanted = files.sha256(path), dataset.archive["sha256"]
    if digest != wanted:
        return f"has the sha256 {digest[:12]}…, its record says {wanted[:12]}…"
    told = [(one["name"], one["bytes"], one["sha256"]) for one in dataset.members]
    held = [(one.name, one.bytes, one.sha256) for one in files.members(path)]
    if held != told:
        name = next((one[0] for one, other in zip(held, told, strict=False) if one != other), "")
        return (
            f"holds {len(held)} files, the record tells of {len(told)}"
            if not name
            else f"holds another {name!a}"
        )
    return ""


def _absolute_paths(dataset: Dataset) -> Iterator[str]:
    """Yield the paths of a record that are none from the directory that holds the store."""
    for key in ("path", "query_file", "file"):
        value = dataset.source.get(key)
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, str) and os.path.isabs(path):  # noqa: PTH117  # as it was typed, on any system
                yield path


def check_files(site: Site, project: str, known: Known) -> Iterator[Finding]:
    """Yield the archives that no record of a project names."""
    named = {dataset.archive.get("file") for dataset in known.datasets_of(project)}
    for path in archives(site, project):
        if path.name not in named:
            said = f"is named by no record: {path.lstat().st_size:,} bytes"
            yield Finding("unused-archive", site.layout.shown(path), said, "gc", "note")


def archives(site: Site, project: str) -> list[Path]:
    """Return the archives in a project's directory of datasets, by name."""
    folder = site.layout.datasets(project)
    try:
        found = sorted(site.layout.unlinked(folder).iterdir())
    except (OSError, MlctlError):
        return []
    return [p for p in found if p.name.endswith(ARCHIVE_SUFFIXES) and not p.is_symlink() and p.is_file()]
