"""Change a record that is there: the file is read again under the lock, so that no change loses another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from mlctl.domain.names import check_name
from mlctl.domain.records import Dataset, Experiment, Model, Project, Record
from mlctl.errors import BusyError, NotFoundError, UsageError
from mlctl.store.layout import META, Layout
from mlctl.store.liveness import is_alive
from mlctl.store.record_files import Tree, read_record_tree, record_tree, write_tree
from mlctl.store.site import Site
from mlctl.store.times import stamp

R = TypeVar("R", bound=Record)

MERGED = {"evaluations", "artifact_file_paths"}
"""Mappings into which a change is merged; every other field is replaced."""

_IDENTITY: dict[type[Record], str] = {
    Project: "project_id",
    Model: "model_id",
    Experiment: "experiment_id",
    Dataset: "dataset",
}
_FIXED = {
    *("project_id", "model_id", "experiment_id", "project_name", "model_name", "model_version_id", "dataset"),
    *("created_datetime", "status", "tags", "notes", "gates"),
}


def record_path(layout: Layout, record: Record) -> Path:
    """Return the file of a record."""
    if isinstance(record, Experiment):
        directory = layout.experiment(record.project_name, record.model_name, record.model_version_id)
        return directory / META
    if isinstance(record, Model):
        return layout.model(record.project_name, record.model_name) / META
    if isinstance(record, Dataset):
        return layout.dataset(record.project_name, record.dataset)
    assert isinstance(record, Project)  # noqa: S101  # there is no other kind
    return layout.project(record.project_name) / META


def update(site: Site, record: R, changes: Mapping[str, Any]) -> R:
    """Set fields of a record; ``evaluations`` and ``artifact_file_paths`` are merged.

    Raises
    ------
    UsageError
        When a field is none that may be set, or cannot hold its value.
    """
    allowed = [field.name for field in fields(record) if field.name not in _FIXED]
    for name in changes:
        if name not in allowed:
            raise UsageError(f"{name} cannot be set", f"these can: {', '.join(allowed)}")

    def edit(tree: Tree) -> None:
        for name, value in changes.items():
            tree[name] = _merged(tree.get(name, {}), value) if name in MERGED else value

    return _change(site, record, edit)


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}


def note(site: Site, record: R, text: str, now: datetime) -> R:
    """Leave a remark on a record."""

    def edit(tree: Tree) -> None:
        tree["notes"] = [*tree.get("notes", []), {"time": stamp(now), "text": text}]

    return _change(site, record, edit)


def keep_gate(site: Site, experiment: Experiment, told: Mapping[str, Any]) -> Experiment:
    """Add what a gate found to the record of an experiment that was judged."""

    def edit(tree: Tree) -> None:
        tree["gates"] = [*tree.get("gates", []), dict(told)]

    return _change(site, experiment, edit)


def tag(site: Site, record: R, tags: str | Sequence[str], *, remove: bool) -> R:
    """Put tags on a record, or take them off.

    Raises
    ------
    UsageError
        When a tag breaks the rules of names.
    """
    words = [check_name("tag", word) for word in ([tags] if isinstance(tags, str) else tags)]

    def edit(tree: Tree) -> None:
        kept = [word for word in tree.get("tags", []) if word not in words]
        tree["tags"] = kept if remove else [*kept, *dict.fromkeys(words)]

    return _change(site, record, edit)


def _change(site: Site, record: R, edit: Callable[[Tree], None]) -> R:
    path = site.layout.unlinked(record_path(site.layout, record))
    with site.locked():
        tree = current_tree(site, record, path)
        edit(tree)
        tree = record_tree(type(record), tree)
        write_tree(path, tree)
    return type(record).from_dict(tree, **{name: getattr(record, name) for name in record.PLACED})


def current_tree(site: Site, record: Record, path: Path) -> Tree:
    """Return what a record's file holds now; the caller holds the lock.

    Raises
    ------
    NotFoundError
        When the record was removed, or another one has its name now.
    BusyError
        When it is an experiment that is still running: its process will write the record.
    """
    tree = read_record_tree(type(record), path)
    identity = _IDENTITY[type(record)]
    if tree[identity] != getattr(record, identity):
        raise NotFoundError(f"{site.layout.shown(path)} is another one now: the {identity} differs")
    is_open = isinstance(record, Experiment) and tree.get("status", "running") == "running"
    if is_open and is_alive(site, tree, path.parent):
        raise BusyError(f"{path.parent.name} is still running", "try again when it has ended")
    return tree
