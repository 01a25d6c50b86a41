"""The numbers of experiments: each given out once within a project."""

from pathlib import Path

from mlctl import files
from mlctl.domain.version_id import VersionId
from mlctl.errors import DamagedError, NotFoundError
from mlctl.store.layout import NUMBER
from mlctl.store.scan import Scan
from mlctl.store.site import Site

_LONGEST = 100
_MOST_DIGITS = 18
"""A number of more is none that was given out: the next one would hardly fit into a name."""


def draw(site: Site, project: str, count: int = 1) -> int:
    """Give out the next number, or the first of several; the caller holds the lock.

    :func:`settle` gives ``number`` the time of the newest directory of experiments and one nanosecond more,
    which no clock does. While that is so, nobody else has put a directory there, and the names need not be
    read: with 100,000 of them that takes longer than all the rest of a recording.
    """
    path = site.layout.number(project)
    last = last_given(site.layout.project(project))
    if not last or not is_settled(site, project):
        last = max(last, _highest(site, project))
    files.write_atomic(path, f"{last + count}\n")
    return last + 1


def is_settled(site: Site, project: str) -> bool:
    """Tell whether every directory is accounted for."""
    return files.modified(site.layout.number(project)) == _mark(site, project)


def settle(site: Site, project: str) -> None:
    """Note that every directory is accounted for; the caller has held the lock since the number was drawn."""
    files.set_modified(site.layout.number(project), _mark(site, project))


def last_given(project: Path) -> int:
    """Return the last number that a project's directory knows to be given out; 0 where it knows none."""
    try:
        text = files.read_bytes_limited(project / NUMBER, _LONGEST).strip()
    except NotFoundError:
        return 0
    except DamagedError:
        if files.is_regular(project / NUMBER):
            return 0  # far too large
        raise
    return int(text) if text.isdigit() and len(text) <= _MOST_DIGITS else 0


def _mark(site: Site, project: str) -> int:
    layout = site.layout
    times = (
        files.modified(layout.experiments(project, key.model)) for key, _ in Scan(layout).models(project)
    )
    return max((time for time in times if time is not None), default=0) + 1


def _highest(site: Site, project: str) -> int:
    versions = (VersionId.parse(key.name) for key, _ in Scan(site.layout).experiments(project))
    return max((version.number for version in versions if version), default=0)
