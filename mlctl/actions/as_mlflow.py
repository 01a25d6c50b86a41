"""Models and experiments of ours as MLflow's entities: an experiment a model, a run an experiment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlctl.actions import locate
from mlctl.actions.as_mlflow_registry import registered_of
from mlctl.actions.as_mlflow_run import VERSION_ID, Carried, Described, has_model, kept_of, run_of
from mlctl.actions.as_mlflow_values import milliseconds
from mlctl.domain.metrics import find_metric
from mlctl.domain.records import Dataset, Experiment, Model
from mlctl.errors import MlctlError, NotFoundError
from mlctl.interop.mlflow import write_names
from mlctl.interop.mlflow.entities import (
    NOTE,
    DatasetInput,
    LoggedModel,
    MlflowExperiment,
    RegisteredModel,
    Run,
)
from mlctl.store.store import DamagedRecord, Store

MODEL = "model"
"""The name of a logged model within its run: ``runs:/RUN/model``."""

_MLFLOW_TYPE = {"number": "double", "boolean": "boolean", "date": "datetime", "text": "string"}
_LONGEST_DIGEST = 32
_LONGEST_NAME = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model and those of its experiments that are to be carried over, oldest first."""

    model: Model
    experiments: tuple[Experiment, ...]

    @property
    def name(self) -> str:
        """Return what people and MLflow call it."""
        return f"{self.model.project_name}/{self.model.model_name}"


def choose(
    store: Store, refs: Sequence[str], project: str | None = None, model: str | None = None
) -> tuple[tuple[Chosen, ...], tuple[DamagedRecord, ...]]:
    """Return what references mean, or everything; by project and model, and by number.

    Returns
    -------
    tuple
        The experiments, and the records that cannot be read.

    Raises
    ------
    NotFoundError
        When a reference is not found, or there is nothing to carry over.
    """
    damaged: tuple[DamagedRecord, ...] = ()
    if refs:
        found = {e.experiment_id: e for ref in refs for e in [locate.experiment(store, ref, project, model)]}
        experiments = list(found.values())
    else:
        locate.check_names(store, project, model)
        listing = store.experiments(project)
        experiments = [e for e in listing.records if model in (None, e.model_name)]
        damaged = listing.damaged
    if not experiments:
        if damaged:
            raise locate.unreadable(damaged[0])
        raise NotFoundError("there is no experiment to carry over", "train one: mlctl train --params FILE")
    by_model: dict[tuple[str, str], list[Experiment]] = {}
    for experiment in experiments:
        by_model.setdefault((experiment.project_name, experiment.model_name), []).append(experiment)
    chosen = (Chosen(store.model(*names), tuple(found)) for names, found in sorted(by_model.items()))
    return tuple(chosen), damaged


class AsMlflow:
    """Turns what a store holds into MLflow's entities; datasets are read once.

    Parameters
    ----------
    store : Store
        Where records, points and events are read.
    user : str
        Who carries them over: a record does not say who trained it.
    """

    def __init__(self, store: Store, user: str) -> None:
        self._store = store
        self._user = user
        self._inputs: dict[tuple[str, str], tuple[DatasetInput, ...]] = {}

    def experiment(self, model: Model, runs: Sequence[Run] = ()) -> MlflowExperiment:
        """Return a model as an MLflow experiment."""
        created = milliseconds(model.created_datetime)
        ends = [run.end_ms or run.start_ms for run in runs]
        name = f"{model.project_name}/{model.model_name}"[:_LONGEST_NAME]
        return MlflowExperiment(
            experiment_id=write_names.experiment_id(model.model_id),
            name=name,
            created_ms=created,
            updated_ms=max([created, *ends]),
            tags=_experiment_tags(model),
            runs=tuple(sorted(runs, key=lambda run: (run.start_ms, run.run_id))),
        )

    def carried(self, model: Model, experiment: Experiment) -> Carried:
        """Return an experiment as a run, with the models that belong to it."""
        kept = kept_of(self._store, experiment)
        home = write_names.experiment_id(model.model_id)
        described = Described(home, self._user, self.inputs(experiment), kept)
        run = run_of(self._store, experiment, described)
        models = tuple(
            replace(one, experiment_id=home, run_id=run.run_id)
            for one in (kept.models if kept else ())
            if one.artifacts
        )
        made = _made(run, experiment) if has_model(experiment) and not models else None
        return Carried(run, made, models)

    def registered(
        self, model: Model, experiments: Sequence[Experiment], model_ids: Mapping[str, str]
    ) -> RegisteredModel | None:
        """Return a model's place in the registry: a version for each experiment that was promoted.

        Parameters
        ----------
        experiments : sequence of Experiment
            Those that are carried over.
        model_ids : mapping
            Ids of the experiments whose model comes along, to that of the logged model.
        """
        events, champion = self._store.events(model), self._store.champion(model)
        return registered_of(model, events, champion, experiments, model_ids)

    def inputs(self, experiment: Experiment) -> tuple[DatasetInput, ...]:
        """Return the dataset that an experiment was trained on; nothing where its record is gone."""
        name = experiment.training_dataset.get("dataset")
        if not name:
            return ()
        key = (experiment.project_name, str(name))
        if key not in self._inputs:
            self._inputs[key] = self._input(*key)
        return self._inputs[key]

    def _input(self, project: str, name: str) -> tuple[DatasetInput, ...]:
        try:
            return (dataset_input(self._store.dataset(project, name)),)
        except MlctlError:  # a dataset that is gone or damaged costs itself alone
            return ()


def _made(run: Run, experiment: Experiment) -> LoggedModel:
    when = run.end_ms or run.start_ms
    return LoggedModel(
        model_id=write_names.logged_model_id(experiment.experiment_id),
        name=MODEL,
        experiment_id=run.experiment_id,
        run_id=run.run_id,
        created_ms=when,
        updated_ms=when,
        params=run.params,
        tags={VERSION_ID: experiment.model_version_id},
    )


def dataset_input(dataset: Dataset) -> DatasetInput:
    """Return a dataset as MLflow names the input of a run."""
    columns = [
        {
            "type": _MLFLOW_TYPE.get(str(one.get("type")), "string"),
            "name": str(one.get("column")),
            "required": not one.get("nullable", True),
        }
        for one in dataset.schema
    ]
    return DatasetInput(
        name=dataset.dataset,
        digest=dataset.fingerprint[:_LONGEST_DIGEST],
        source_type="local",
        source=_json({"uri": _uri(dataset), **dataset.source}),
        schema=_json({"mlflow_colspec": columns}) if columns else "",
        profile=_json({"num_rows": dataset.rows, "num_elements": dataset.rows * dataset.columns}),
        context="training",
    )


def _uri(dataset: Dataset) -> str:
    path = dataset.source.get("path", dataset.archive.get("file", dataset.dataset))
    return str(path[0]) if isinstance(path, list | tuple) and path else str(path)


def _experiment_tags(model: Model) -> Mapping[str, str]:
    tags = {
        "mlctl.model_id": model.model_id,
        "mlctl.project": model.project_name,
        "mlctl.model": model.model_name,
        "mlctl.task": model.task,
        "mlctl.target": model.target,
        NOTE: model.description,
    }
    metric = find_metric(model.metric) if model.metric else None
    if metric:
        tags["mlflow.experiment.primaryMetric.name"] = f"cross_validation_{metric.name}"
        tags["mlflow.experiment.primaryMetric.greaterIsBetter"] = str(metric.gain(1.0, 0.0) > 0)
    return {key: value for key, value in tags.items() if value}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
