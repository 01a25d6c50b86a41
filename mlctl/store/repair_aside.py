"""Set things aside in ``damaged/``: moved, never removed, each with a page that says where it was and why."""

import itertools
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.store.layout import FROM, ITEM
from mlctl.store.record_files import write_tree
from mlctl.store.site import Site
from mlctl.store.times import stamp

_LONGEST = 200
"""Bytes of a name in ``damaged/``."""


def set_aside(site: Site, path: Path, why: str, now: datetime) -> Path:
    """Move a file, a folder or a link to ``damaged/``; return its place there.

    Raises
    ------
    MlctlError
        When it cannot be moved.
    """
    place = _page(site, path, why, now)
    files.move(path, place / ITEM)
    return place


def keep_copy(site: Site, path: Path, data: bytes, why: str, now: datetime) -> Path:
    """Keep bytes that are about to be taken out of a file; return their place in ``damaged/``."""
    place = _page(site, path, why, now)
    files.write_atomic(place / ITEM, data)
    return place


def _page(site: Site, path: Path, why: str, now: datetime) -> Path:
    time = stamp(now)
    place = _free(site, f"{time.replace('-', '').replace(':', '')}_{path.name}")
    was = path.relative_to(site.layout.root).as_posix()
    with files.new_folder(place, aside=site.tmp) as folder:
        tree = {"path": was, "why": why, "set_aside_datetime": time}
        write_tree(folder / FROM, {key: _text(value) for key, value in tree.items()})
    return place


def _text(value: str) -> str:
    """Return a text that YAML can hold: a name on disk may be no UTF-8."""
    return value.encode(errors="backslashreplace").decode()


def _free(site: Site, name: str) -> Path:
    # A foreign name may be as long as a file system takes; the page says it in full.
    short = name.encode(errors="surrogateescape")[:_LONGEST].decode(errors="ignore")
    place = site.layout.unlinked(site.layout.damaged) / short
    numbered = (place.with_name(f"{short}_{count}") for count in itertools.count(2))
    return next(path for path in itertools.chain([place], numbered) if not path.exists())
