"""The index against the files; and how it is made anew."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mlctl import files
from mlctl.domain.findings import Finding
from mlctl.store import catalogue
from mlctl.store.check_known import Known
from mlctl.store.index import Index, Stamp
from mlctl.store.index_tables import packed
from mlctl.store.site import Site

_PRIMARY = 0xFF
"""The bits of SQLite's error numbers that say which kind it is."""


def check(site: Site, known: Known) -> Iterator[Finding]:
    """Yield a finding where the index is none, or says something else of a file that is still the same."""
    path = site.layout.index
    if not os.path.lexists(path):
        return
    shown = site.layout.shown(path)
    if path.is_symlink():
        return  # named among the links
    if not _is_database(site):
        yield Finding("index", shown, "is no index", "repair", "untidy")
        return
    wrong = list(_wrong(site, known))
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        yield Finding("index", shown, f"says something else than {wrong[0]}{more}", "repair", "untidy")


def _is_database(site: Site) -> bool:
    try:
        with Index(site.layout.index).connected("ro") as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except sqlite3.Error as error:
        return error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY  # somebody is at it: it is one


def _wrong(site: Site, known: Known) -> Iterator[str]:
    """Yield the files of which the index believes something else than they hold."""
    for kind in ("project", "model", "dataset", "experiment"):
        for key, entry in Index(site.layout.index).load(kind).items():
            path, checksum = known.files.get(key, ("", None))
            told = None if entry.tree is None else packed(entry.tree)[1]
            if path and entry.stamp == Stamp.of(path) and told != checksum:
                yield site.layout.shown(Path(path))


def reindex(site: Site) -> int:
    """Make the index anew, and return how many records are in it or could be.

    Raises
    ------
    MlctlError
        When the old one cannot be removed.
    """
    index = site.layout.index
    for name in (f"{index.name}-journal", f"{index.name}-wal", f"{index.name}-shm", index.name):
        path = index.with_name(name)
        if os.path.lexists(path):
            files.remove_file(path)
    projects = catalogue.projects(site)
    counts = [len(projects.records), len(catalogue.models(site).records)]
    counts += [len(catalogue.datasets(site, project.project_name).records) for project in projects.records]
    return sum(counts) + len(catalogue.experiments(site).records)
