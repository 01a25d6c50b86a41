"""``mlctl import mlflow``: each experiment of MLflow a model, each run an experiment; what is there stays."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from mlctl import files
from mlctl.actions.import_mlflow_batch import Batch
from mlctl.actions.import_mlflow_champion import Champions, Registry, follow, read_registry
from mlctl.actions.import_mlflow_fill import Filling
from mlctl.actions.import_mlflow_names import Named, named
from mlctl.actions.import_mlflow_order import Counted, Imported, Order
from mlctl.actions.import_mlflow_run import RUNNING, UNFINISHED, came
from mlctl.domain.records import Experiment, Model
from mlctl.errors import DamagedError, DataError, MlctlError, UsageError
from mlctl.interop.mlflow import kept
from mlctl.interop.mlflow.entities import PARENT, LoggedModel, MlflowExperiment, Run, Skipped
from mlctl.interop.mlflow.run_content import has_grown
from mlctl.interop.mlflow.source import Source
from mlctl.store.bring import stage
from mlctl.store.store import Store

_LONGEST_KEPT = 24_000_000


@dataclass(slots=True)
class _Import:
    """One import at work."""

    store: Store
    source: Source
    order: Order
    now: datetime
    here: dict[str, Experiment]
    trashed: frozenset[str]
    registry: Registry
    progress: Callable[[int], None]
    batch: Batch
    names: dict[str, str] = field(default_factory=dict)
    done: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def import_mlflow(
    store: Store,
    source: Source,
    order: Order,
    *,
    now: datetime,
    who: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Bring in what a store of MLflow has and this one has not; one run at a time is held.

    A run is known by its id, so that twice is once. One that had not ended is looked at again: when it has
    ended by now, it takes the place of the unfinished experiment, which goes to the trash. So it is with a
    run of which a file store has more now than came in, and less of nothing: it had been copied in part.

    Parameters
    ----------
    now, who
        When, and by whom: of the events that change a champion.
    progress : callable
        Takes how many runs were looked at.

    Raises
    ------
    BusyError
        When another import is at work.
    UsageError
        When the project's name breaks a rule.
    MlctlError
        When the disk or the server fails: each experiment is whole or not there; the same command goes on.
    """
    if order.dry_run:
        return _import(store, source, order, now, who, progress)
    with store.importing():
        return _import(store, source, order, now, who, progress)


def _import(
    store: Store, source: Source, order: Order, now: datetime, who: str, progress: Callable[[int], None]
) -> Imported:
    known = store.known_experiments()
    found = list(source.experiments())
    registry = read_registry(source)
    names = named((one for one in found if isinstance(one, MlflowExperiment)), order.project, order.default)
    warnings: list[str] = []

    def arrived(made: Experiment) -> None:
        known.here[made.experiment_id] = made
        unended = [made.error["message"]] if made.error.get("reason") == UNFINISHED else []
        warnings.extend(f"{made.model_version_id}: {line}" for line in (*unended, *made.warnings))

    with store.scratch_for_reading() as place:
        batch = Batch(store, place, now, arrived)
        work = _Import(store, source, order, now, known.here, known.trashed, registry, progress, batch)
        counted = [(one, _experiment(work, one)) for one in names]
    told = [(one, count) for one, count in counted if count is not None]
    champions = Champions() if order.dry_run else follow(store, registry, work.here, now, who)
    return Imported(
        tuple(count for _, count in told),
        tuple((one.experiment.name, f"{one.project}/{one.model}") for one, _ in told if one.is_other),
        (*(one for one in found if isinstance(one, Skipped)), *work.skipped, *registry.skipped),
        champions,
        tuple(warnings),
        order.dry_run,
    )


def _experiment(work: _Import, one: Named) -> Counted | None:
    """Bring in the runs of an experiment; None for one that has none."""
    ids = work.source.run_ids(one.experiment)
    if not ids:
        return None
    one = _where_it_was(work, one, ids)
    count = Counted(one.experiment.name, one.project, one.model)
    models = _Models(work, one)
    try:
        for run_id in ids:
            _run(work, one, count, models, run_id)
            work.done += 1
            work.progress(work.done)
    except MlctlError:
        with suppress(MlctlError):  # a server may have failed: what came before that is kept
            work.batch.flush()
        raise
    work.batch.flush()
    models.drop_empty()
    return count


def _where_it_was(work: _Import, one: Named, ids: Sequence[str]) -> Named:
    """Return the model that earlier runs of the experiment went to, where nobody names a project now."""
    earlier = next((work.here[run_id] for run_id in ids if run_id in work.here), None)
    if earlier is None or work.order.project is not None:
        return one
    return Named(one.experiment, earlier.project_name, earlier.model_name)


class _Models:
    """The model of an experiment, and the logged models of its runs: made and read when first asked for."""

    def __init__(self, work: _Import, one: Named) -> None:
        self._work, self._one = work, one
        self._model: Model | None = None
        self._by_run: dict[str, list[LoggedModel]] | None = None
        self.made = False

    def model(self) -> Model:
        """Return the model, which is added where it is missing."""
        if self._model is None:
            store, now = self._work.store, self._work.now
            owner, _ = store.add_project(self._one.project, "", now)
            said = self._one.experiment.tags.get("mlflow.note.content", "")
            self._model, self.made = store.add_model(owner.project_name, self._one.model, said, now)
        return self._model

    def drop_empty(self) -> None:
        """Move a model that was made for deleted runs alone to the trash, behind them."""
        if self.made and self._one.experiment.deleted:
            self._work.store.remove(self.model(), self._work.now)

    def logged(self, run: Run) -> list[LoggedModel]:
        """Return the models that a run logged on their own, oldest first."""
        if self._by_run is None:
            self._by_run = {}
            for found in self._work.source.logged_models(self._one.experiment):
                if isinstance(found, Skipped):
                    self._work.skipped.append(found)
                else:
                    self._by_run.setdefault(found.run_id, []).append(found)
        own = self._by_run.get(run.run_id, [])
        return sorted(own, key=lambda model: (model.created_ms, model.model_id))


def _run(work: _Import, one: Named, count: Counted, models: _Models, run_id: str) -> None:
    existing = work.here.get(run_id)
    if (run_id in work.trashed and not existing) or (existing and not _is_due(work, one, existing)):
        count.there += 1
        return
    run = work.source.run(one.experiment, run_id)
    if isinstance(run, Skipped):
        count.skipped += 1
        work.skipped.append(run)
    elif run.deleted and not work.order.deleted:
        count.deleted += 1
    elif existing and run.status in RUNNING:
        count.there += 1
    else:
        _bring(work, one, count, models, run, existing)


def _is_due(work: _Import, one: Named, existing: Experiment) -> bool:
    """Tell whether a run that is there is looked at again."""
    paths = existing.artifact_file_paths
    lacks_columns = kept.NAME in paths and "model" in paths and kept.EXAMPLE not in paths
    is_open = existing.status == "interrupted" and existing.error.get("reason") == UNFINISHED
    return is_open or (work.order.trust and lacks_columns) or _has_grown(work, one, existing)


def _has_grown(work: _Import, one: Named, existing: Experiment) -> bool:
    """Tell whether there is more of a run than came in: it had been copied in part, or went on."""
    if kept.NAME not in existing.artifact_file_paths:
        return False
    now = work.source.content(one.experiment, existing.experiment_id)
    file = work.store.experiment_directory(existing) / kept.FILE
    try:
        then = kept.content_of(files.read_bytes_limited(file, _LONGEST_KEPT))
    except MlctlError:  # `store check` tells of a file that is gone
        return False
    return has_grown(now, then)


def _bring(
    work: _Import, one: Named, count: Counted, models: _Models, run: Run, existing: Experiment | None
) -> None:
    try:
        _brought(work, one, models, run, existing)
    except MlctlError as error:
        if not _is_of_the_run(error):
            raise
        count.skipped += 1
        work.skipped.append(Skipped(f"{one.experiment.experiment_id}/{run.run_id}", error.message))
        return
    count.updated += existing is not None
    count.new += existing is None


def _is_of_the_run(error: MlctlError) -> bool:
    """Tell what is wrong with one run from what would stop all others too, a full disk above all."""
    cause = error.__cause__
    return isinstance(error, DataError | UsageError | DamagedError) or isinstance(
        cause, PermissionError | FileNotFoundError
    )


def _brought(work: _Import, one: Named, models: _Models, run: Run, existing: Experiment | None) -> None:
    work.names[run.run_id] = run.name
    found = came(run, one.experiment, work.names.get(run.tags.get(PARENT, ""), ""))
    if work.order.dry_run:
        return
    wanted = work.registry.wanted(run.run_id)
    filling = Filling(
        work.source, one.experiment, run, models.logged(run), found.fields, wanted, work.order.trust
    )
    model = (
        models.model() if existing is None else work.store.model(existing.project_name, existing.model_name)
    )
    draft = stage(
        work.batch.place, model, found.fields, filling, found.commit, status=found.status, instead=existing
    )
    work.batch.add(model, draft, deleted=run.deleted)
