"""What both kinds of MLflow store are to those who read them: files, and a server or a database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mlctl.interop.mlflow.entities import (
    LoggedModel,
    MlflowExperiment,
    RegisteredModel,
    Run,
    Skipped,
    Tracking,
)


class Source(Protocol):
    """An MLflow store, read a run at a time; what cannot be read comes as :class:`Skipped`."""

    @property
    def name(self) -> str:
        """What to call it: no path of this machine, and no password."""

    def experiments(self) -> Iterator[MlflowExperiment | Skipped]:
        """Yield the experiments without their runs, deleted ones too."""

    def run_ids(self, experiment: MlflowExperiment) -> Sequence[str]:
        """Return the ids of an experiment's runs, deleted ones too, by the time when they started."""

    def run(self, experiment: MlflowExperiment, run_id: str) -> Run | Skipped:
        """Return a run with the whole history of its metrics."""

    def content(self, experiment: MlflowExperiment, run_id: str) -> str:
        """Return how much there is of a run, for ``has_grown``; empty where a run cannot be there in part."""

    def logged_models(self, experiment: MlflowExperiment) -> Iterator[LoggedModel | Skipped]:
        """Yield the models of an experiment that were logged on their own."""

    def registered_models(self) -> Iterator[RegisteredModel | Skipped]:
        """Yield the registered models."""

    def fetch(self, thing: Run | LoggedModel, folder: Path) -> tuple[str, ...]:
        """Put the artifacts of a run or a model into a folder that is made; return what was left out."""


def read_all(source: Source) -> Tracking:
    """Return everything that a source has, in the order that :class:`Tracking` promises."""
    skipped: list[Skipped] = []
    experiments: list[MlflowExperiment] = []
    models: list[LoggedModel | Skipped] = []
    for experiment in source.experiments():
        if isinstance(experiment, Skipped):
            skipped.append(experiment)
            continue
        found = [source.run(experiment, run_id) for run_id in source.run_ids(experiment)]
        runs = tuple(run for run in found if isinstance(run, Run))
        experiments.append(replace(experiment, runs=tuple(sorted(runs, key=_by_start))))
        skipped += [run for run in found if isinstance(run, Skipped)]
        models += source.logged_models(experiment)
    registered = list(source.registered_models())
    skipped += [one for one in (*models, *registered) if isinstance(one, Skipped)]
    return Tracking(
        tuple(sorted(experiments, key=lambda one: one.experiment_id)),
        tuple(sorted((m for m in models if isinstance(m, LoggedModel)), key=lambda one: one.model_id)),
        tuple(sorted((r for r in registered if isinstance(r, RegisteredModel)), key=lambda one: one.name)),
        tuple(skipped),
    )


def _by_start(run: Run) -> tuple[int, str]:
    return run.start_ms, run.run_id
