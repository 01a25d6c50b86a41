"""Bring in an experiment that was made elsewhere: whole, or not at all."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.records import Experiment, Model, Status
from mlctl.domain.version_id import NO_GIT, VersionId, short_commit
from mlctl.errors import MlctlError, NotFoundError
from mlctl.store import catalogue, numbers, trash
from mlctl.store.adding import new_id
from mlctl.store.layout import ITEM, META, SUMS
from mlctl.store.record_files import LARGEST, Tree, record_tree, write_staged_tree
from mlctl.store.site import Site
from mlctl.store.sums import sums_text

_FEW = 8
"""Drafts that are synced file by file; with more, one sync of everything costs less."""

_IDENTITY = re.compile(rb"^experiment_id: ['\"]?([^'\"\s]+)", re.MULTILINE)
# In the trash lie experiments, models with experiments in them, and projects with both.
_DEPTHS = (f"*/{ITEM}", f"*/{ITEM}/experiments/*", f"*/{ITEM}/models/*/experiments/*")


@dataclass(frozen=True, slots=True)
class Known:
    """What a store has already.

    Attributes
    ----------
    here : dict
        Experiments by their identity.
    trashed : frozenset of str
        The identities of those in the trash.
    """

    here: dict[str, Experiment]
    trashed: frozenset[str]


def known(site: Site) -> Known:
    """Return which experiments are in the store or in its trash."""
    here = {one.experiment_id: one for one in catalogue.experiments(site).records}
    return Known(here, frozenset(_trashed(site)))


def _trashed(site: Site) -> Iterator[str]:
    place = site.layout.unlinked(site.layout.trash)
    for pattern in _DEPTHS:
        for folder in place.glob(pattern):
            try:  # the whole record is not needed: there may be thousands
                found = _IDENTITY.search(files.read_bytes_limited(folder / META, LARGEST))
            except MlctlError:
                continue
            if found:
                yield found[1].decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Draft:
    """An experiment that was built aside and has no name yet.

    Attributes
    ----------
    folder : Path
        Its directory, without ``meta.yaml``.
    record : dict
        What goes into that.
    commit : str or None
        The git commit that goes into its name, where it is one.
    instead : Experiment or None
        The experiment that it replaces.
    """

    folder: Path
    record: Tree
    commit: str | None
    instead: Experiment | None

    @property
    def bytes(self) -> int:
        """The size of its files."""
        return sum(path.lstat().st_size for path in self.folder.rglob("*"))


def bring(
    site: Site,
    model: Model,
    tree: Mapping[str, Any],
    fill: Callable[[Path], Mapping[str, Any]],
    commit: str | None,
    *,
    status: Status,
    now: datetime,
    instead: Experiment | None = None,
) -> Experiment:
    """Put an experiment of another place into the store; its directory appears whole.

    Parameters are those of :func:`stage` and :func:`put`, and so are the errors: nothing is left behind.
    """
    with files.scratch_folder(site.tmp) as place:
        draft = stage(place, model, tree, fill, commit, status=status, instead=instead)
        return put(site, model, [draft], now)[0]


def stage(
    place: Path,
    model: Model,
    tree: Mapping[str, Any],
    fill: Callable[[Path], Mapping[str, Any]],
    commit: str | None,
    *,
    status: Status,
    instead: Experiment | None = None,
) -> Draft:
    """Build an experiment of another place aside.

    Parameters
    ----------
    place : Path
        A scratch folder of the store.
    model : Model
        What it is a try at.
    tree : mapping
        Fields of the record: ``experiment_id`` and ``created_datetime`` at least.
    fill : callable
        Takes an empty directory and writes the artifacts; returns further fields of the record.
    commit : str or None
        The git commit that goes into its name, where it is one.
    status : {"finished", "failed", "interrupted"}
        How it ended. A finished one gets ``SHA256SUMS``.
    instead : Experiment, optional
        The experiment of the same model and identity that this one replaces: it goes to the trash, and its
        name, tags and notes are kept.

    Raises
    ------
    UsageError
        When the record cannot hold what it is given.
    MlctlError
        When the disk does not take it, or ``fill`` raises it: what was built is removed.
    """
    folder = place / new_id()
    files.make_staged(folder)
    try:
        record = _record(model, {**tree, **fill(folder)}, status, instead)
        if status == "finished":
            files.write_staged(folder / SUMS, sums_text(folder))
    except BaseException:
        files.remove_folder(folder)
        raise
    return Draft(folder, record, commit, instead)


def put(site: Site, model: Model, drafts: Sequence[Draft], now: datetime) -> list[Experiment]:
    """Name experiments that were built aside, and move them into place, each whole.

    The lock is taken to draw their numbers, and again to move them; between the two all is synced at once.

    Raises
    ------
    NotFoundError
        When the model was removed meanwhile.
    MlctlError
        When the disk does not take it: some may be in place, the others are not there.
    """
    with site.locked():
        names = list(_drawn(site, model, drafts))
    trees = [{**draft.record, "model_version_id": name} for draft, name in zip(drafts, names, strict=True)]
    for draft, tree in zip(drafts, trees, strict=True):
        write_staged_tree(draft.folder / META, tree)
    _sync(drafts)
    parent = site.layout.unlinked(site.layout.experiments(model.project_name, model.model_name))
    with site.locked():
        _check(site, model)
        is_settled = numbers.is_settled(site, model.project_name)
        for draft, name in zip(drafts, names, strict=True):
            if draft.instead:
                trash.set_aside(site, draft.instead, now)
            files.put_staged(draft.folder, parent / name, draft.folder.with_name(name))
        files.sync_folder(parent, deep=False)
        if is_settled:
            numbers.settle(site, model.project_name)
    placed = {"project_name": model.project_name, "model_name": model.model_name}
    return [Experiment.from_dict(tree, **placed) for tree in trees]


def _sync(drafts: Sequence[Draft]) -> None:
    """Have all of it on the disk before any of it is in place."""
    if len(drafts) > _FEW:
        files.sync_staged()
        return
    for draft in drafts:
        files.sync_folder(draft.folder)


def _record(model: Model, fields: Mapping[str, Any], status: Status, instead: Experiment | None) -> Tree:
    wanted = Experiment.from_dict(
        {**fields, "model_id": model.model_id, "model_version_id": "", "status": status}
    )
    if instead:
        tags = list(dict.fromkeys([*instead.tags, *wanted.tags]))
        notes = [*instead.notes, *(note for note in wanted.notes if note not in instead.notes)]
        wanted = replace(wanted, model_id=instead.model_id, tags=tags, notes=notes)
    return record_tree(Experiment, wanted.to_dict())


def _check(site: Site, model: Model) -> None:
    if not (site.layout.model(model.project_name, model.model_name) / META).is_file():
        raise NotFoundError(f"the model {model.project_name}/{model.model_name} is no longer there")


def _drawn(site: Site, model: Model, drafts: Sequence[Draft]) -> Iterator[str]:
    """Yield the names of drafts; the caller holds the lock."""
    _check(site, model)
    new = [draft for draft in drafts if draft.instead is None]
    number = numbers.draw(site, model.project_name, len(new)) if new else 0
    if new:
        numbers.settle(site, model.project_name)
    for draft in drafts:
        if draft.instead:
            yield draft.instead.model_version_id
            continue
        short = short_commit(draft.commit)
        # What another program noted as a commit may be anything.
        known = short if VersionId.parse(f"p_{short}_1") else NO_GIT
        yield str(VersionId(model.project_name, known, number))
        number += 1
