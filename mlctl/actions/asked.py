"""What a stored model can be asked: its columns, and rows that it is held against.

A model that was trained here is asked about the held-out rows of its dataset. One that a script logged, or
that was imported, has no dataset; it is asked about the example rows that were kept with it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from mlctl.actions import environment, example
from mlctl.actions.evaluate import held_out_positions
from mlctl.actions.prepare import Prepared, prepare
from mlctl.actions.recorded import Recorded, recorded
from mlctl.data.read import ReadTable
from mlctl.domain.columns import Column
from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import NotFoundError
from mlctl.params.load import from_dict
from mlctl.store.store import Store

PACKAGES = "packages"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model can be asked.

    Attributes
    ----------
    columns : list of Column
        What it takes, in the order in which it was fitted.
    frame : DataFrame
        Rows with at least these columns, which it was not trained on where that is known.
    dates : mapping
        Column to the form of its dates.
    dataset : Dataset
        What it was trained on; one without a name where that is not in the store.
    """

    columns: list[Column]
    frame: pd.DataFrame
    task: str
    classes: tuple[Any, ...]
    dates: Mapping[str, str]
    target: str
    dataset: Dataset


@contextmanager
def open_to_ask(store: Store, experiment: Experiment, *, trust: bool = False) -> Iterator[Recorded]:
    """Read what is needed to ask an experiment's model; see :func:`mlctl.actions.recorded.recorded`.

    Raises
    ------
    NotFoundError
        When it has neither a dataset nor example rows.
    DamagedError
        When a stored file is not as it was.
    """
    directory = store.experiment_directory(experiment)
    kept = example.read(directory, experiment.artifact_file_paths)
    if experiment.training_dataset.get("dataset") or kept is None:
        if kept is None and "model" in experiment.artifact_file_paths and not _has_dataset(experiment):
            raise NotFoundError(
                f"what {experiment.model_version_id} takes is not known: it was logged without example rows",
                "log it with some: e.log_model(model, X[:100]) or log_model(…, input_example=X[:100])",
            )
        with recorded(store, experiment, trust=trust) as record:
            yield record
        return
    names = {"project": experiment.project_name, "model": experiment.model_name}
    parameters = from_dict({**names, "data": {"path": example.FILE, "target": "target"}}, {}).parameters
    listed = experiment.artifact_file_paths.get(PACKAGES)
    packages = environment.packages_in(store, directory / listed) if listed else {}
    yield Recorded(store, experiment, directory, parameters, packages, ReadTable(kept.frame), {})


def _has_dataset(experiment: Experiment) -> bool:
    return bool(experiment.training_dataset.get("dataset"))


def asked(record: Recorded, fitted: Any) -> Asked:
    """Return what a model can be asked.

    Parameters
    ----------
    record : Recorded
        As :func:`open_to_ask` gives it.
    fitted : estimator
        Its model.
    """
    experiment = record.experiment
    if not _has_dataset(experiment):
        return _of_example(record, fitted)
    prepared = prepare(record.parameters, record.table, record.rules)
    frame = prepared.problem.frame.iloc[held_out_positions(record, prepared)]
    dataset = record.store.dataset(experiment.project_name, str(experiment.training_dataset["dataset"]))
    return Asked(
        columns_of(fitted, prepared),
        frame,
        prepared.problem.task,
        prepared.problem.classes,
        record.parameters.data.dates,
        record.parameters.data.target,
        dataset,
    )


def _of_example(record: Recorded, fitted: Any) -> Asked:
    experiment = record.experiment
    kept = example.read(record.directory, experiment.artifact_file_paths)
    assert kept is not None  # noqa: S101 - there is no other kind of experiment that can be asked
    labels = np.asarray(getattr(fitted, "classes_", ())).tolist() if is_classifier(fitted) else []
    rows = int(experiment.training_dataset.get("rows", 0))
    dataset = Dataset("", experiment.created_datetime, {}, "", {}, [], rows, len(kept.columns))
    task = kept.task or experiment.task or ("classification" if labels else "regression")
    columns = list(kept.columns)
    return Asked(columns, kept.frame, task, kept.classes or tuple(labels), {}, kept.target, dataset)


def columns_of(fitted: Any, prepared: Prepared) -> list[Column]:
    """Return the columns that a pipeline was fitted on, in their order; the time may be one of them."""
    known = {column.name: column for column in prepared.problem.columns}
    time = prepared.problem.time
    if time is not None and time not in known and time in prepared.problem.frame:
        known[time] = Column(time, "date", 0, 0)
    names = [str(name) for name in getattr(fitted, "feature_names_in_", ()) if name in known]
    return [known[name] for name in names] or list(known.values())


def as_fitted(fitted: Any, frame: pd.DataFrame) -> Any:
    """Return rows as an estimator was fitted on them: an array, where its columns had no names."""
    has_width, has_names = (hasattr(fitted, name) for name in ("n_features_in_", "feature_names_in_"))
    return frame.to_numpy() if has_width and not has_names else frame
