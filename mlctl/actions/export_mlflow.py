"""``mlctl export mlflow``: the store, or some experiments, as a file store of MLflow's.

What is new or changed is written beside the target first and then renamed into place, so that a full disk
leaves the target as it was.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.actions.as_mlflow import AsMlflow, Chosen
from mlctl.actions.as_mlflow_artifacts import copy_artifacts, listed
from mlctl.actions.as_mlflow_model import Made, Models
from mlctl.actions.as_mlflow_run import Carried
from mlctl.actions.export_mark import MARK, Mark, Written, read_mark
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError, UsageError
from mlctl.interop.mlflow.entities import LoggedModel, MlflowExperiment, Run, Tracking
from mlctl.interop.mlflow.write_files import TRASH, FileWriter, copied
from mlctl.interop.mlflow.write_meta import dataset_id
from mlctl.interop.mlflow.write_registry import REGISTRY, version_folder
from mlctl.interop.mlflow.write_run import META
from mlctl.store.store import Store


@dataclass(slots=True)
class Exported:
    """What an export did.

    Attributes
    ----------
    path : Path
        The file store.
    experiments : int
        MLflow's experiments, which are models of ours.
    written, unchanged : list of str
        Version ids of the runs that were written, and of those that were there as they are.
    models : int
        Runs whose model is there.
    versions : int
        Versions of registered models.
    warnings : list of str
        What could not be carried over.
    """

    path: Path
    experiments: int = 0
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    models: int = 0
    versions: int = 0
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document."""
        names = ("experiments", "written", "unchanged", "models", "versions", "warnings")
        return {"path": str(self.path), **{name: getattr(self, name) for name in names}}


def export(
    store: Store, chosen: Sequence[Chosen], target: Path, *, user: str, trust: bool = False
) -> Exported:
    """Write experiments into a directory, or bring it up to date.

    Parameters
    ----------
    target : Path
        Not there yet, empty, or an earlier export.
    user : str
        What MLflow shows as the user of the runs.
    trust : bool, default=False
        Also load models whose types mlctl does not know.

    Raises
    ------
    UsageError
        When the target is a file, or lies inside a store.
    RefusedError
        When the target holds something else.
    MlctlError
        When it cannot be written: it is then as it was.
    """
    home = Path(os.path.normpath(target.absolute()))
    mark = read_mark(home) or Mark(str(home))
    with files.scratch_folder(_nearest(home.parent)) as scratch:
        work = _Work(store, AsMlflow(store, user), Models(store, trust=trust), home, scratch, mark)
        for one in chosen:
            _Part(work, one, work.translate.experiment(one.model)).write()
        work.put()
    return work.done


def _nearest(folder: Path) -> Path:
    """Return the nearest directory above that is there: what is staged there can be renamed into place."""
    while not folder.is_dir():
        if folder.exists():
            raise UsageError(f"{folder} is a file", "name a directory that is empty, or not there yet")
        folder = folder.parent
    return folder


class _Work:
    """One export, while it is made: what is staged, and what of it is to be renamed into place."""

    def __init__(
        self, store: Store, translate: AsMlflow, models: Models, home: Path, scratch: Path, mark: Mark
    ) -> None:
        self.store, self.translate, self.models, self.home, self.mark = store, translate, models, home, mark
        self.stage, self._old = scratch / "new", scratch / "old"
        self.done = Exported(home)
        self.units: list[Path] = [Path(MARK)]
        for folder in (TRASH, REGISTRY):
            files.make_staged(self.stage / folder)

    def put(self) -> None:
        """Put what is staged in place; only here is the target touched."""
        files.write_staged(self.stage / MARK, self.mark.text())
        files.sync_staged()
        if not self.home.exists():
            files.move(self.stage, self.home)
            return
        for folder in (TRASH, REGISTRY):
            files.make_folder(self.home / folder)
        for unit in dict.fromkeys(self.units):
            files.put_staged(self.stage / unit, self.home / unit, self._old / unit)


@dataclass(slots=True)
class _Part:
    """A model's worth of an export."""

    work: _Work
    one: Chosen
    head: MlflowExperiment

    def write(self) -> None:
        """Stage the runs, then what stands above them."""
        before = len(self.work.done.written)
        ends = [self._run(experiment).end_ms for experiment in self.one.experiments]
        place = Path(self.head.experiment_id)
        if len(self.work.done.written) > before or not (self.work.home / place / META).is_file():
            updated = max([self.head.updated_ms, *ends])
            FileWriter(self.work.stage, self.work.home).head(replace(self.head, updated_ms=updated))
            self.work.units += [place / META, place / "tags"]
        self._registry()
        self.work.done.experiments += 1

    def _run(self, experiment: Experiment) -> Written:
        work, key = self.work, experiment.experiment_id
        stamp, known = _stamp(work.store, experiment), work.mark.runs.get(key)
        there = (work.home / self.head.experiment_id / key / META).is_file()
        if known and known.whole and known.stamp == stamp and there:
            work.done.unchanged.append(experiment.model_version_id)
        else:
            known = work.mark.runs[key] = self._staged(experiment, stamp)
            work.done.written.append(experiment.model_version_id)
        work.done.models += bool(known.model_id)
        return known

    def _staged(self, experiment: Experiment, stamp: str) -> Written:
        carried = self.work.translate.carried(self.one.model, experiment)
        made = self._made(experiment, carried)
        whole = (made is None) == (carried.made is None)
        carried = carried if whole else replace(carried, made=None)

        def fill(thing: Run | LoggedModel, folder: Path) -> None:
            if isinstance(thing, Run):
                copy_artifacts(self.work.store, experiment, folder, carried=carried)
            elif made:
                made.write(thing, folder)
            else:
                copied(thing, folder)

        writer = FileWriter(self.work.stage, self.work.home, fill)
        models = [model for model in (*carried.kept, carried.made) if model]
        run = carried.whole()
        place = writer.run(self.head, run)
        self.work.units += [place, *(place.parent / "datasets" / dataset_id(used) for used in run.inputs)]
        self.work.units += [writer.model(self.head, model) for model in models]
        return Written(stamp, carried.model_id, run.end_ms or run.start_ms, whole)

    def _made(self, experiment: Experiment, carried: Carried) -> Made | None:
        if carried.made is None:
            return None
        try:
            return self.work.models.make(experiment)
        except MlctlError as error:
            line = f"{experiment.model_version_id}: its model stays behind: {error.message}"
            self.work.done.warnings.append(line)
            return None

    def _registry(self) -> None:
        work, experiments = self.work, self.one.experiments
        ids = {e.experiment_id: work.mark.runs[e.experiment_id].model_id for e in experiments}
        registered = work.translate.registered(self.one.model, experiments, ids)
        if registered is None:
            return
        logged = tuple(
            LoggedModel(version.model_id, "", self.head.experiment_id, version.run_id, 0, 0)
            for version in registered.versions
        )
        FileWriter(work.stage, work.home).registry(Tracking((self.head,), logged, (registered,)))
        place = Path(REGISTRY) / registered.name
        work.units += [place / META, place / "tags"]
        work.units += [place / version_folder(version.version) for version in registered.versions]
        work.units += [place / "aliases" / alias for alias in registered.aliases]
        work.done.versions += len(registered.versions)


def _stamp(store: Store, experiment: Experiment) -> str:
    """Return what is equal while an experiment and its files are as they were."""
    seen = [experiment.to_dict(), listed(store.experiment_directory(experiment))]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()[:32]
