"""Make projects and models."""

import os
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.domain.names import check_name, same_name
from mlctl.domain.records import Model, Project
from mlctl.errors import NotFoundError, UsageError
from mlctl.store import lookup
from mlctl.store.layout import META
from mlctl.store.record_files import Tree, record_tree, write_tree
from mlctl.store.site import Site
from mlctl.store.times import stamp


def new_id() -> str:
    """Return 32 hexadecimal digits that nothing else has."""
    return os.urandom(16).hex()


def add_project(site: Site, name: str, description: str, now: datetime) -> tuple[Project, bool]:
    """Return the project of that name, and whether it was made.

    Raises
    ------
    UsageError
        When the name breaks a rule, or another one differs from it in case alone.
    """
    name = check_name("project", name)
    made = Project(new_id(), name, stamp(now), description)
    folder = site.layout.project(name)
    try:
        return lookup.project(site, name), False
    except NotFoundError:
        with site.locked():
            if not (folder / META).exists():
                check_case("project", name, site.layout.projects)
                _make(site, folder, record_tree(Project, made.to_dict()), ("datasets", "models"))
                return made, True
    return lookup.project(site, name), False


def add_model(site: Site, project: str, name: str, description: str, now: datetime) -> tuple[Model, bool]:
    """Return the model of that name in a project, and whether it was made.

    Raises
    ------
    NotFoundError
        When there is no such project.
    UsageError
        When the name breaks a rule, or another one differs from it in case alone.
    """
    name = check_name("model", name)
    owner = lookup.project(site, project)
    made = Model(new_id(), owner.project_id, name, stamp(now), description, project_name=owner.project_name)
    folder = site.layout.model(owner.project_name, name)
    try:
        return lookup.model(site, owner.project_name, name), False
    except NotFoundError:
        with site.locked():
            if not (folder / META).exists():
                check_case("model", name, site.layout.models(owner.project_name))
                _make(site, folder, record_tree(Model, made.to_dict()), ("experiments",))
                return made, True
    return lookup.model(site, owner.project_name, name), False


def check_case(kind: str, name: str, folder: Path, suffix: str = "") -> None:
    """Refuse a name that differs from one in the folder in case alone; those count that have the suffix.

    Raises
    ------
    UsageError
        Naming the other one.
    """
    for file in _names(folder):
        other = file.removesuffix(suffix)
        if file.endswith(suffix) and other != name and same_name(other, name):
            raise UsageError(
                f"{kind} name {name!r} differs from {other!r} in case alone",
                "some file systems would take them for one: choose another name",
            )


def _names(folder: Path) -> Iterable[str]:
    if not folder.is_dir():
        return ()
    return [unicodedata.normalize("NFC", entry.name) for entry in folder.iterdir()]


def _make(site: Site, folder: Path, tree: Tree, inner: Iterable[str]) -> None:
    site.layout.unlinked(folder)
    if folder.is_dir():
        # A removed project left its number here: the new one goes on counting.
        write_tree(folder / META, tree)
        return
    with files.new_folder(folder, aside=site.tmp) as made:
        for name in inner:
            files.make_folder(made / name)
        write_tree(made / META, tree)
