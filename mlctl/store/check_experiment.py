"""One experiment: its files against their checksums, its scores, and what its record names."""

import os
from collections.abc import Iterator
from pathlib import Path

from mlctl import files
from mlctl.domain.findings import Finding, Remedy
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.store import check_scores
from mlctl.store.check_known import Known, named
from mlctl.store.layout import META, REPORTS, SUMS
from mlctl.store.record_files import LARGEST
from mlctl.store.site import Site

_OTHER = {META, SUMS, REPORTS}
"""What stands beside the files that have checksums."""


def check(site: Site, experiment: Experiment, known: Known, *, quick: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with an experiment whose record can be read."""
    layout = site.layout
    version = experiment.model_version_id
    directory = layout.experiment(experiment.project_name, experiment.model_name, version)
    yield from _references(layout.shown(directory / META), experiment, known)
    if experiment.status == "finished":
        remedy: Remedy = "person" if known.is_champion(experiment) else "repair"
        yield from _finished(site, directory, remedy, quick=quick)
        yield from check_scores.check(directory, layout.shown(directory / META), experiment)
    yield from _artifacts(site, directory, experiment)


def _finished(site: Site, directory: Path, remedy: Remedy, *, quick: bool) -> Iterator[Finding]:
    shown = site.layout.shown
    try:
        text = files.read_bytes_limited(directory / SUMS, LARGEST).decode(errors="surrogateescape")
        sums = files.parse_sums(text)
    except MlctlError as error:
        missing = not os.path.lexists(directory / SUMS)
        said = "is missing: nothing says what the files were" if missing else f"is damaged: {error.message}"
        yield Finding("sums", shown(directory / SUMS), said, remedy)
        return
    there = set(_names(directory))
    for name, digest in sums.items():
        path = directory / name
        if not _is_inside(name):
            yield Finding("sums", shown(directory / SUMS), f"names {name!a}, which leads out", remedy)
        elif name not in there:
            yield Finding("missing-file", shown(path), f"is missing; {SUMS} names it", remedy)
        elif not quick and (said := _wrong(path, digest)):
            yield Finding("checksum", shown(path), said, remedy)
    for name in sorted(there - set(sums)):
        if not (directory / name).is_symlink():  # named on its own
            yield Finding("unexpected-file", shown(directory / name), f"stands in no {SUMS}", "repair")


def _is_inside(name: str) -> bool:
    return bool(name) and not name.startswith("/") and ".." not in name.split("/") and "\0" not in name


def _names(directory: Path) -> Iterator[str]:
    """Yield what should have a checksum: every file and every link, those half-made by somebody aside."""
    for folder, folders, names in os.walk(directory):
        place = Path(folder)
        links = [name for name in folders if (place / name).is_symlink()]
        for name in (*names, *links):
            path = place / name
            if not (place == directory and name in _OTHER) and not name.startswith(files.ASIDE):
                yield path.relative_to(directory).as_posix()
        if place == directory:
            folders[:] = [name for name in folders if name != REPORTS]


def _wrong(path: Path, digest: str) -> str:
    if path.is_symlink() or not path.is_file():
        return "is no regular file"
    try:
        found = files.sha256(path)
    except MlctlError as error:
        return error.message
    return "" if found == digest else f"has the sha256 {found[:12]}…, {SUMS} says {digest[:12]}…"


def _artifacts(site: Site, directory: Path, experiment: Experiment) -> Iterator[Finding]:
    for name, place in experiment.artifact_file_paths.items():
        path = directory / place
        if not os.path.lexists(path):
            said = f"artifact_file_paths.{name} names {place}, which is not there"
            yield Finding("missing-artifact", site.layout.shown(directory / META), said, "person")


def _references(shown: str, experiment: Experiment, known: Known) -> Iterator[Finding]:
    for dataset in sorted(named(experiment)):
        if (experiment.project_name, dataset) not in known.datasets:
            said = f"was trained on {dataset}, which is gone or cannot be read"
            yield Finding(
                "dangling", shown, f"{said}; if it was removed: mlctl data restore {dataset}", "person"
            )
