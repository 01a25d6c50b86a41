"""Records by name and in lists: from the index where it is warm, from their files where it is not."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection
from typing import Any, TypeVar

from mlctl.domain.records import Dataset, Experiment, Model, Project, Record
from mlctl.domain.version_id import VersionId
from mlctl.errors import DamagedError, MlctlError, NotFoundError
from mlctl.store.index import Entry, Index, Key, Stamp
from mlctl.store.index_fresh import Found, answered
from mlctl.store.index_view import View
from mlctl.store.layout import META
from mlctl.store.listing import DamagedRecord, Listing
from mlctl.store.liveness import is_alive
from mlctl.store.scan import Scan
from mlctl.store.site import Site

R = TypeVar("R", bound=Record)
T = TypeVar("T")
Question = Callable[[View, tuple[DamagedRecord, ...]], T]

_OWN_NAME = {Project: "project_name", Model: "model_name", Experiment: "model_version_id", Dataset: "dataset"}


def projects(site: Site, only: str | None = None) -> Listing[Project]:
    """Return the projects by name, or one of them."""
    scan = Scan(site.layout)
    cached = Index(site.layout.index).load("project", only)
    return _listing(site, Project, scan, scan.projects(only), cached)


def models(site: Site, project: str | None = None, only: str | None = None) -> Listing[Model]:
    """Return the models by project and name; of one project, or of one name, where these are given."""
    scan = Scan(site.layout)
    cached = Index(site.layout.index).load("model", project, only)
    return _listing(site, Model, scan, scan.models(project, only), cached)


def datasets(site: Site, project: str, only: str | None = None) -> Listing[Dataset]:
    """Return a project's datasets by name, or one of them."""
    scan = Scan(site.layout)
    cached = Index(site.layout.index).load("dataset", project, "", only)
    return _listing(site, Dataset, scan, scan.datasets(project, only), cached)


def experiments(site: Site, project: str | None = None, model: str | None = None) -> Listing[Experiment]:
    """Return the experiments by project and number."""
    return asked(site, lambda view, damaged: Listing(tuple(view.all()), damaged), project, model)


def asked(site: Site, question: Question[T], project: str | None = None, model: str | None = None) -> T:
    """Ask something about the experiments, of one project or model where these are given.

    Parameters
    ----------
    question : callable
        Takes the view and what is damaged, and gives the answer, with nothing in it that still has to be
        read. It may be asked twice: where the index turns out to be damaged, another is made in memory.
    """
    scan = Scan(site.layout)
    walks = [scan.walk(key.project, key.model) for key, _ in Scan(site.layout).models(project, model)]
    noted = list(scan.damaged)

    def read(project: str, model: str, name: str, stamp: Stamp) -> Entry | None:
        path = f"{site.layout.experiment(project, model, name)}/{META}"
        return _read(scan, Experiment, Key("experiment", project, model, name), path, stamp)

    def build(project: str, model: str, name: str, tree: Mapping[str, Any]) -> Experiment:
        return _record(site, Experiment, Key("experiment", project, model, name), tree)

    def put(connection: Connection, owners: Mapping[int, tuple[str, str]]) -> T:
        view = View(connection, owners, build)
        for place, reason in view.reasons():
            scan.note(f"{site.layout.experiment(*place)}/{META}", reason)
        return question(view, tuple(scan.damaged))

    def again() -> None:
        scan.damaged[:] = noted

    found = Found(walks, project is None and model is None, read, site.clock())
    return answered(Index(site.layout.index), found, put, again)


def _listing(
    site: Site, kind: type[R], scan: Scan, found: Iterable[tuple[Key, str]], cached: Mapping[Key, Entry]
) -> Listing[R]:
    paths = dict(found)
    entries = {key: _entry(scan, kind, key, path, cached.get(key)) for key, path in paths.items()}
    records = []
    for key, entry in sorted((key, entry) for key, entry in entries.items() if entry is not None):
        if entry.tree is None:
            scan.note(paths[key], entry.reason)
        else:
            records.append(_record(site, kind, key, entry.tree))
    _remember(site, entries, cached)
    return Listing(tuple(records), tuple(scan.damaged))


def _entry(scan: Scan, kind: type[Record], key: Key, path: str, known: Entry | None) -> Entry | None:
    """Return what is in a record's file: what the index knows, where the file is still the same one."""
    stamp = Stamp.of(path)
    if known is not None and known.stamp == stamp:
        return known
    if stamp is None:
        _note_missing(scan, path)
        return None
    return _read(scan, kind, key, path, stamp)


def _read(scan: Scan, kind: type[Record], key: Key, path: str, stamp: Stamp) -> Entry | None:
    # Imported here: a warm index makes do without YAML and the rules for what it may hold.
    from mlctl.store.record_files import read_record_tree  # noqa: PLC0415

    try:
        tree = read_record_tree(kind, Path(path))
    except DamagedError as error:
        return Entry(stamp, None, error.message)
    except NotFoundError:
        _note_missing(scan, path)
        return None
    except MlctlError as error:
        # No right to read it: the file would be the same one when there is.
        scan.note(path, error.message)
        return None
    wrong = _misplaced(kind, key, tree)
    return Entry(stamp, None, wrong) if wrong else Entry(stamp, tree)


def _note_missing(scan: Scan, path: str) -> None:
    if os.path.lexists(path):
        scan.note(path, "it is no regular file")
    elif Path(path).parent.exists():  # else the whole was removed while this looked
        scan.note(path, "it is missing")


def _misplaced(kind: type[Record], key: Key, tree: Mapping[str, Any]) -> str:
    """Say that a record is not the one that belongs where it is, or return the empty string."""
    field = _OWN_NAME[kind]
    wanted = key.name or key.model or key.project
    if tree[field] != wanted:
        return f"{field} is {tree[field]!a}, and its place says {wanted!a}"
    version = VersionId.parse(key.name) if kind is Experiment else None
    if version and version.project != key.project:
        return f"it belongs to the project {version.project!a}"
    return ""


def _remember(site: Site, entries: Mapping[Key, Entry | None], cached: Mapping[Key, Entry]) -> None:
    now = site.clock()
    fresh = {
        key: entry
        for key, entry in entries.items()
        if entry is not None and entry is not cached.get(key) and entry.stamp.is_settled(now)
    }
    Index(site.layout.index).store(fresh, [key for key in cached if key not in entries])


def _record(site: Site, kind: type[R], key: Key, tree: Mapping[str, Any]) -> R:
    placed = {"project_name": key.project, "model_name": key.model}
    record = kind.from_dict(tree, **{name: placed[name] for name in kind.PLACED})
    if isinstance(record, Experiment) and record.status == "running":
        directory = site.layout.experiment(key.project, key.model, key.name)
        if not is_alive(site, tree, directory):
            return replace(record, status="interrupted")
    return record
