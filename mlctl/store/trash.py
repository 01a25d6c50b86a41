"""Removed things: moved aside whole, to be taken back whole."""

import itertools
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.domain.names import broken_rule
from mlctl.domain.records import Experiment, Model, Project
from mlctl.errors import BusyError, MlctlError, NotFoundError, RefusedError
from mlctl.params.words import did_you_mean
from mlctl.store import catalogue
from mlctl.store.adding import check_case
from mlctl.store.champion import champion
from mlctl.store.changes import current_tree, record_path
from mlctl.store.layout import FROM, ITEM, META, NUMBER
from mlctl.store.numbers import last_given
from mlctl.store.record_files import read_tree, write_tree
from mlctl.store.scan import is_memory
from mlctl.store.site import Site
from mlctl.store.times import stamp

Removable = Project | Model | Experiment
KINDS = ("project", "model", "experiment")


@dataclass(frozen=True, slots=True)
class Trashed:
    """One thing in the trash.

    Attributes
    ----------
    name : str
        Its name in the trash, which ``restore`` takes.
    kind : {"project", "model", "experiment"}
        What it is.
    project, model, experiment : str
        Where it came from; empty below its kind.
    removed_datetime : str
        When it was removed.
    """

    name: str
    kind: str
    project: str
    model: str
    experiment: str
    removed_datetime: str

    @property
    def own_name(self) -> str:
        """What it was called before."""
        return self.experiment or self.model or self.project


def remove(site: Site, record: Removable, now: datetime) -> str:
    """Move a thing to the trash, and return its name there.

    Raises
    ------
    BusyError
        When an experiment in it is still running.
    RefusedError
        When it is the experiment in use.
    NotFoundError
        When it is no longer there.
    """
    path = site.layout.unlinked(record_path(site.layout, record))
    with site.locked():
        current_tree(site, record, path)
        _check_idle(site, record)
        return _move(site, record, path.parent, stamp(now))


def set_aside(site: Site, record: Removable, now: datetime) -> str:
    """Move a thing to the trash because another takes its place; the caller holds the lock."""
    return _move(site, record, site.layout.unlinked(record_path(site.layout, record)).parent, stamp(now))


def _check_idle(site: Site, record: Removable) -> None:
    if isinstance(record, Experiment):
        if champion(site, record.project_name, record.model_name) == record.model_version_id:
            raise RefusedError(
                f"{record.model_version_id} is the champion of {record.project_name}/{record.model_name}",
                "promote another experiment first",
            )
        return
    model = record.model_name if isinstance(record, Model) else None
    for experiment in catalogue.experiments(site, record.project_name, model).records:
        if experiment.status == "running":
            raise BusyError(f"{experiment.model_version_id} is still running", "try again when it has ended")


def _move(site: Site, record: Removable, directory: Path, time: str) -> str:
    place = new_place(site, directory.name, time)
    number = last_given(site.layout.project(record.project_name))
    with files.new_folder(place, aside=site.tmp) as folder:
        write_tree(folder / FROM, _origin(record) | {"removed_datetime": time})
    files.move(directory, place / ITEM)
    if isinstance(record, Project) and number:
        # What a number once meant it means for ever, also in a project of the same name.
        files.make_folder(directory)
        files.write_atomic(site.layout.number(record.project_name), f"{number}\n")
    return place.name


def _origin(record: Removable) -> dict[str, str]:
    names = {"project": record.project_name}
    if isinstance(record, Model | Experiment):
        names["model"] = record.model_name
    if isinstance(record, Experiment):
        names["experiment"] = record.model_version_id
    return {"kind": list(names)[-1], **names}


def new_place(site: Site, name: str, time: str) -> Path:
    """Return a path in the trash that is free: numbered, as the clock may have been told to stand still."""
    trash = site.layout.unlinked(site.layout.trash)
    place = trash / f"{time.replace('-', '').replace(':', '')}_{name}"
    numbered = (place.with_name(f"{place.name}_{count}") for count in itertools.count(2))
    return next(path for path in itertools.chain([place], numbered) if not path.exists())


def listing(site: Site) -> tuple[Trashed, ...]:
    """Return what is in the trash and can be restored, the oldest first."""
    trash = site.layout.unlinked(site.layout.trash)
    if not trash.is_dir():
        return ()
    found = [_read(place) for place in trash.iterdir() if is_whole(place)]
    return tuple(sorted((t for t in found if t is not None), key=lambda t: (t.removed_datetime, t.name)))


def is_whole(place: Path) -> bool:
    """Tell whether something in the trash has its folder, and neither it nor that is a link."""
    return not place.is_symlink() and (place / ITEM).is_dir() and not (place / ITEM).is_symlink()


def _read(place: Path) -> Trashed | None:
    try:
        tree = read_tree(place / FROM)
    except MlctlError:
        return None
    kind = tree.get("kind")
    project, model, experiment = names = [str(tree.get(key, "")) for key in KINDS]
    depth = KINDS.index(kind) + 1 if kind in KINDS else 0
    if not depth or any(map(broken_rule, names[:depth])) or any(names[depth:]):
        return None
    return Trashed(place.name, str(kind), project, model, experiment, str(tree.get("removed_datetime", "")))


def restore(site: Site, name: str) -> Path:
    """Move a thing back to where it was.

    Parameters
    ----------
    name : str
        Its name in the trash, or the one that it had before.

    Returns
    -------
    Path
        Where it is now, relative to the directory that holds the store.

    Raises
    ------
    NotFoundError
        When nothing in the trash has that name, or several things have.
    RefusedError
        When its place is taken, or what it belongs to is gone.
    """
    with site.locked():
        trashed = _find(listing(site), name)
        target = site.layout.unlinked(_place(site, trashed))
        item = site.layout.unlinked(site.layout.trash / trashed.name / ITEM)
        _check_place(trashed, target)
        if trashed.kind == "project" and target.is_dir():
            number = max(last_given(target), last_given(item))
            files.write_atomic(item / NUMBER, f"{number}\n")
            files.remove_folder(target)
        files.move(item, target)
        files.remove_folder(item.parent)
    return Path(site.layout.shown(target))


def _find(listed: tuple[Trashed, ...], name: str) -> Trashed:
    found = [t for t in listed if name in {t.name, t.own_name}]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(t.name for t in found)
        raise NotFoundError(
            f"{name!r} was removed {len(found)} times: {names}", "restore it by one of these names"
        )
    near = did_you_mean(name, [t.own_name for t in listed])
    raise NotFoundError(f"no {name!r} in the trash", near or "see the directory trash/ in the store")


def _place(site: Site, trashed: Trashed) -> Path:
    layout = site.layout
    if trashed.kind == "project":
        return layout.project(trashed.project)
    if trashed.kind == "model":
        return layout.model(trashed.project, trashed.model)
    return layout.experiment(trashed.project, trashed.model, trashed.experiment)


def _check_place(trashed: Trashed, target: Path) -> None:
    if trashed.kind != "project":
        owner = target.parent.parent
        if not (owner / META).is_file():
            raise RefusedError(
                f"the {KINDS[KINDS.index(trashed.kind) - 1]} of {trashed.own_name} is gone",
                f"restore {owner.name} first",
            )
    check_case(trashed.kind, target.name, target.parent)
    if target.exists() and not (trashed.kind == "project" and is_memory(target)):
        raise RefusedError(
            f"there is a {trashed.kind} {trashed.own_name} again", "remove that one first, or keep both apart"
        )
