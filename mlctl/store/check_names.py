"""Names and links: what stands where the format has no place for it, or users' names that break a rule."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mlctl.domain.findings import Finding, Remedy
from mlctl.domain.names import broken_rule
from mlctl.domain.version_id import VersionId
from mlctl.store.layout import ARCHIVE_SUFFIXES, DATASET_SUFFIX, META, NUMBER, Layout
from mlctl.store.site import Site

_PROJECT = {META, NUMBER, "datasets", "models"}
_MODEL = {META, "champion", "events.jsonl", "retrain", "experiments"}


def check(site: Site) -> Iterator[Finding]:
    """Yield what bears a wrong name, what has no place in the format, and every link."""
    layout = site.layout
    yield from _links(layout)
    yield from _strays(layout, layout.root, _root_names(layout))
    for project in _users(layout.projects):
        yield from _names(layout, layout.projects, project, broken_rule)
        folder = layout.project(project)
        yield from _strays(layout, folder, _PROJECT)
        yield from _datasets(layout, project)
        for model in _users(layout.models(project)):
            yield from _names(layout, layout.models(project), model, broken_rule)
            yield from _strays(layout, layout.model(project, model), _MODEL)
            experiments = layout.experiments(project, model)
            for name in _users(experiments):
                yield from _names(layout, experiments, name, _version_rule)


def _root_names(layout: Layout) -> set[str]:
    paths = (layout.format, layout.readme, layout.lock, layout.index, layout.ticks, layout.slots, layout.tmp)
    more = {f"{layout.index.name}-{suffix}" for suffix in ("journal", "wal", "shm")}
    return {path.name for path in (*paths, layout.trash, layout.damaged, layout.projects)} | more


def _version_rule(name: str) -> str:
    return "" if VersionId.parse(name) else "is no model version id"


def _dataset_rule(name: str) -> str:
    return broken_rule(name.removesuffix(DATASET_SUFFIX))


def _names(layout: Layout, folder: Path, name: str, rule: Callable[[str], str]) -> Iterator[Finding]:
    if said := rule(name):
        yield Finding("name", layout.shown(folder / name), f"is read by nobody: its name {said}", "person")


def _datasets(layout: Layout, project: str) -> Iterator[Finding]:
    folder = layout.datasets(project)
    for name in _users(folder):
        if name.endswith(DATASET_SUFFIX):
            yield from _names(layout, folder, name, _dataset_rule)
        elif not name.endswith(ARCHIVE_SUFFIXES):
            yield _stray(layout, folder / name)


def _strays(layout: Layout, folder: Path, known: set[str]) -> Iterator[Finding]:
    for name in _users(folder):
        if name not in known:
            yield _stray(layout, folder / name)


def _stray(layout: Layout, path: Path) -> Finding:
    return Finding("stray", layout.shown(path), "has no place in a store, and is left alone", "", "note")


def _users(folder: Path) -> list[str]:
    """Return the names in a folder that is no link, those with a dot in front aside."""
    try:
        names = () if folder.is_symlink() else (entry.name for entry in folder.iterdir())
        return sorted(name for name in names if not name.startswith("."))
    except OSError:
        return []


def _links(layout: Layout) -> Iterator[Finding]:
    """Yield every link, wherever it stands; ``tmp/``, ``trash/`` and ``damaged/`` are not looked into."""
    for name in _users(layout.root):
        if (layout.root / name).is_symlink():
            yield _link(layout, layout.root / name, "person")
    for folder, folders, names in os.walk(layout.projects):
        for name in sorted((*folders, *names)):
            path = Path(folder, name)
            if path.is_symlink():
                yield _link(layout, path, "repair")


def _link(layout: Layout, path: Path, remedy: Remedy) -> Finding:
    return Finding("link", layout.shown(path), "is a link, which a store does not follow", remedy)
