"""The numbers of experiments: each given out once within a project."""

from pathlib import Path

from mlctl import files
from mlctl.domain.version_id import VersionId
from mlctl.errors import NotFoundError
from mlctl.store.layout import NUMBER
from mlctl.store.scan import Scan
from mlctl.store.site import Site

_LONGEST = 100


def draw(site: Site, project: str) -> int:
    """Give out the next number; the caller holds the lock.

    ``number`` has the time of the newest directory of experiments (:func:`settle`). While that is so, nobody
    but this has put one there, and their names need not be read: with 100,000 of them that takes longer than
    all the rest of a recording.
    """
    path = site.layout.number(project)
    last = last_given(site.layout.project(project))
    if files.modified(path) != _newest(site, project):
        last = max(last, _highest(site, project))
    files.write_atomic(path, f"{last + 1}\n")
    return last + 1


def settle(site: Site, project: str) -> None:
    """Note that every directory is accounted for; the caller has held the lock since the number was drawn."""
    newest = _newest(site, project)
    if newest is not None:
        files.set_modified(site.layout.number(project), newest)


def last_given(project: Path) -> int:
    """Return the last number that a project's directory knows to be given out; 0 where it knows none."""
    try:
        text = files.read_bytes_limited(project / NUMBER, _LONGEST).strip()
    except NotFoundError:
        return 0
    return int(text) if text.isdigit() else 0


def _newest(site: Site, project: str) -> int | None:
    layout = site.layout
    times = (
        files.modified(layout.experiments(project, key.model)) for key, _ in Scan(layout).models(project)
    )
    return max((time for time in times if time is not None), default=None)


def _highest(site: Site, project: str) -> int:
    versions = (VersionId.parse(key.name) for key, _ in Scan(site.layout).experiments(project))
    return max((version.number for version in versions if version), default=0)
