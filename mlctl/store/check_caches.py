"""What can be made anew, or is left over: the index, the ticks, the numbers, half-made things."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mlctl import files
from mlctl.domain.findings import Finding
from mlctl.domain.json_text import parsed
from mlctl.domain.version_id import VersionId
from mlctl.errors import MlctlError, NotFoundError
from mlctl.store import check_index
from mlctl.store.check_known import Known
from mlctl.store.layout import FROM
from mlctl.store.numbers import last_given
from mlctl.store.record_files import read_tree
from mlctl.store.scan import Scan
from mlctl.store.site import Site
from mlctl.store.trash import is_whole, listing

STALE_SECONDS = 3600.0
"""A half-made thing that nobody holds is left over when it was not touched for so long."""

_LARGEST_CACHE = 64_000_000


def check(site: Site, known: Known) -> Iterator[Finding]:
    """Yield what is wrong with the caches, what is missing beside them, and what is left over."""
    layout = site.layout
    for path in (layout.readme, layout.gitignore):
        if not os.path.lexists(path):
            yield Finding("missing-page", layout.shown(path), "is missing", "repair", "untidy")
    yield from _ticks(site)
    yield from check_index.check(site, known)
    yield from _trash(site)
    for path in leftovers(site):
        yield Finding("leftover", layout.shown(path), "is half-made, and nobody works on it", "gc", "note")


def _ticks(site: Site) -> Iterator[Finding]:
    try:
        tree = parsed(files.read_bytes_limited(site.layout.ticks, _LARGEST_CACHE))
        is_right = isinstance(tree, dict) and isinstance(tree.get("models"), dict)
    except NotFoundError:
        return
    except (MlctlError, ValueError):
        is_right = False
    if not is_right:
        shown = site.layout.shown(site.layout.ticks)
        yield Finding("cache", shown, "is no cache of what is due", "repair", "untidy")


def check_number(site: Site, project: str) -> Iterator[Finding]:
    """Yield a finding where a project would give a number out for the second time."""
    path = site.layout.number(project)
    try:
        last = last_given(site.layout.project(project))
    except MlctlError as error:
        yield Finding("number", site.layout.shown(path), error.message, "repair")
        return
    highest = highest_number(site, project)
    if last < highest:
        said = f"says {last}, and the highest number in the project is {highest}"
        yield Finding("number", site.layout.shown(path), said, "repair", "untidy")


def highest_number(site: Site, project: str) -> int:
    """Return the highest number that anything of a project bears: experiments, removed ones, their data."""
    names = [key.name for key, _ in Scan(site.layout).experiments(project)]
    names += [key.name for key, _ in Scan(site.layout).datasets(project)]
    with suppress(MlctlError):  # the trash is a link: named on its own
        names += [one.experiment for one in listing(site) if one.project == project]
    versions = (VersionId.parse(name) for name in names)
    return max((v.number for v in versions if v and v.project == project), default=0)


def last_number(site: Site, project: str) -> int:
    """Return the last number that a project has given out, as far as that can be told."""
    try:
        last = last_given(site.layout.project(project))
    except MlctlError:
        last = 0
    return max(last, highest_number(site, project))


def leftovers(site: Site) -> Iterator[Path]:
    """Yield what a process that was killed left half-made, in ``tmp/`` and beside what it was to become."""
    layout = site.layout
    yield from _stale(site, [path for path in _entries(site, layout.tmp) if path != layout.import_lock])
    for folder, folders, names in os.walk(layout.projects):
        place = Path(folder)
        aside = [place / name for name in (*folders, *names) if name.startswith(files.ASIDE)]
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from _stale(site, sorted(aside))


def _entries(site: Site, folder: Path) -> list[Path]:
    try:
        return sorted(site.layout.unlinked(folder).iterdir())
    except (OSError, MlctlError):
        return []


def _stale(site: Site, paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        modified = files.modified(path)
        if (
            modified is not None
            and site.clock() - modified / 1e9 > STALE_SECONDS
            and not files.is_locked(path)
        ):
            yield path


def broken_trash(site: Site) -> Iterator[Path]:
    """Yield what lies in the trash and cannot be restored."""
    for place in _entries(site, site.layout.trash):
        if not ((place / FROM).is_file() and is_whole(place)):
            yield place


def _trash(site: Site) -> Iterator[Finding]:
    """Yield a finding for each thing in the trash that cannot be restored as it is."""
    broken = set(broken_trash(site))
    for place in _entries(site, site.layout.trash):
        shown = site.layout.shown(place / FROM)
        if place in broken:
            yield Finding("trash", site.layout.shown(place), "cannot be restored", "gc", "note")
        elif not _is_page(place / FROM):
            yield Finding("trash", shown, "does not say where the item came from", "person", "note")


def _is_page(path: Path) -> bool:
    try:
        read_tree(path)
    except MlctlError:
        return False
    return True
