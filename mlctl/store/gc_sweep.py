"""Delete what a plan names; no other code of a store deletes what a person made."""

import os
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.store import champion as champions
from mlctl.store import gc_keep
from mlctl.store.check_caches import last_number
from mlctl.store.gc import Doomed, Sweep
from mlctl.store.layout import META
from mlctl.store.liveness import is_alive
from mlctl.store.record_files import read_record_tree
from mlctl.store.repair import raise_number
from mlctl.store.site import Site


@dataclass(frozen=True, slots=True)
class Swept:
    """What was deleted.

    Attributes
    ----------
    doomed : tuple of Doomed
        What is gone.
    left : tuple of (str, str)
        Names of things that were to go and stay, with the reason: somebody began to use them meanwhile.
    """

    doomed: tuple[Doomed, ...]
    left: tuple[tuple[str, str], ...]

    @property
    def bytes(self) -> int:
        """What that freed."""
        return sum(one.bytes for one in self.doomed)


def sweep(site: Site, plan: Sweep) -> Swept:
    """Delete what a plan names, experiments before the data that they were trained on.

    Each thing disappears at once, by a move into ``tmp/``, and is deleted there; a sweep cut off leaves
    whole things and leftovers, and can be run again.

    Raises
    ------
    BusyError
        When somebody else holds the store's lock for too long.
    MlctlError
        When the disk refuses.
    """
    _remember_numbers(site, plan)
    gone, left = [], []
    for one in sorted(plan.doomed, key=lambda one: one.kind != "experiment"):
        if why := _take(site, plan, one):
            left.append((one.name, why))
        else:
            gone.append(one)
    return Swept(tuple(gone), tuple(left))


def _remember_numbers(site: Site, plan: Sweep) -> None:
    """Have no number given out again, whatever is deleted."""
    for project in plan.numbers:
        with site.locked():
            raise_number(site, project)


def _take(site: Site, plan: Sweep, one: Doomed) -> str:
    """Delete one thing; return why it stays instead, or the empty string."""
    with files.scratch_folder(site.tmp) as place, site.locked():
        if why := _still_needed(site, plan, one):
            return why
        for number, path in enumerate(one.paths):
            if os.path.lexists(path):
                files.move(path, place / str(number))
    return ""


def _still_needed(site: Site, plan: Sweep, one: Doomed) -> str:
    if one.kind == "experiment":
        return _is_in_use(site, one.paths[0])
    if one.kind == "dataset":
        project = one.paths[0].relative_to(site.layout.projects).parts[0]
        if last_number(site, project) != plan.numbers.get(project):
            return "an experiment was begun meanwhile"
    return ""


def _is_in_use(site: Site, directory: Path) -> str:
    project, _, model, *_ = directory.relative_to(site.layout.projects).parts
    try:
        tree = read_record_tree(Experiment, directory / META)
    except MlctlError:
        return ""  # it is gone already
    if tree.get("status") == "running" and not is_alive(site, tree, directory):
        tree["status"] = "interrupted"
    experiment = Experiment.from_dict(tree, project_name=project, model_name=model)
    now = champions.champion(site, project, model)
    # Which climb is the last one was settled by the plan; alone, each rung would be one.
    return gc_keep.in_use(experiment, champions.events(site, project, model), now)
