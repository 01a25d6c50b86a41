"""The stored model of an experiment as a folder that MLflow loads, mlctl or not."""

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import threadpoolctl

from mlctl import files
from mlctl.actions.as_mlflow_pickle import Pickled, pickled
from mlctl.actions.prepare import examined
from mlctl.actions.recorded import recorded
from mlctl.domain.records import Experiment
from mlctl.errors import DamagedError, MlctlError
from mlctl.interop.mlflow.entities import LoggedModel
from mlctl.interop.mlflow.model_directory import CODE, PICKLE, Field, ModelFacts, texts
from mlctl.ml.model_file import load
from mlctl.store.store import Store

EXAMPLE_ROWS = 5
_OF_NUMPY = {"i": "long", "u": "long", "f": "double", "b": "boolean", "M": "datetime"}
_NEEDED = ("scikit-learn", "numpy", "scipy", "pandas")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes into the models of one climb: a few rows, and the type of each column."""

    frame: pd.DataFrame
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A model and what is told about it."""

    facts: ModelFacts
    pickled: Pickled

    def write(self, logged: LoggedModel, folder: Path) -> None:
        """Write it as the model ``logged`` into a folder that is there."""
        created = datetime.fromtimestamp(logged.created_ms / 1000, UTC).replace(tzinfo=None)
        facts = replace(self.facts, model_id=logged.model_id, run_id=logged.run_id, created=str(created))
        found: dict[str, str | bytes] = {**texts(facts), PICKLE: self.pickled.data}
        found |= {f"{CODE}/{place}": text for place, text in self.pickled.sources.items()}
        for name, data in found.items():
            files.make_staged((folder / name).parent)
            files.write_staged(folder / name, data)


class Models:
    """Makes models for MLflow; what goes into them is read once for each dataset and parameters file.

    Parameters
    ----------
    store : Store
        Where they are.
    trust : bool, default=False
        Also load models whose types mlctl does not know.
    """

    def __init__(self, store: Store, *, trust: bool = False) -> None:
        self._store = store
        self._trust = trust
        self._inputs: dict[tuple[str, str, bytes], Inputs | None] = {}

    def make(self, experiment: Experiment) -> Made:
        """Return an experiment's model, ready to be written.

        Raises
        ------
        DamagedError, RefusedError
            When a file is not as it was, or the model needs trust.
        MlctlError
            When it cannot be pickled, or the pickle answers differently.
        """
        fitted = self._fitted(experiment)
        made = pickled(fitted)
        inputs = self._inputs_of(experiment)
        facts = self._facts(experiment, made)
        if inputs:
            facts = _with_example(facts, inputs, _checked(fitted, made.data, inputs.frame))
        return Made(facts, made)

    def _fitted(self, experiment: Experiment) -> Any:
        self._store.verify(experiment)
        path = self._store.experiment_directory(experiment) / experiment.artifact_file_paths["model"]
        return load(path, trust=self._trust)

    def _facts(self, experiment: Experiment, made: Pickled) -> ModelFacts:
        packages = self._packages(experiment)
        wanted = dict.fromkeys((*_NEEDED, *made.distributions))
        return ModelFacts(
            model_id="",
            run_id="",
            created="",
            python=str(experiment.environment.get("python", "3.11")),
            packages={name: packages[name] for name in wanted if name in packages},
            size=len(made.data),
            with_code=bool(made.sources),
        )

    def _packages(self, experiment: Experiment) -> Mapping[str, str]:
        path = self._store.experiment_directory(experiment) / "environment.yaml"
        told = self._store.read_yaml(path).get("packages") if path.exists() else None
        found = told if isinstance(told, Mapping) else {}
        return {str(name): str(version) for name, version in {**experiment.environment, **found}.items()}

    def _inputs_of(self, experiment: Experiment) -> Inputs | None:
        """Return what goes into it; None where the data is not in the store, or not as it was."""
        name = str(experiment.training_dataset.get("dataset", ""))
        params = self._store.experiment_directory(experiment) / "params.yaml"
        if not name or not params.exists():
            return None
        key = (experiment.project_name, name, params.read_bytes())
        if key not in self._inputs:
            self._inputs[key] = self._read(experiment, name)
        return self._inputs[key]

    def _read(self, experiment: Experiment, name: str) -> Inputs | None:
        try:
            if not self._store.dataset(experiment.project_name, name).archive:
                return None  # it would have to be fetched from where it once came
            with recorded(self._store, experiment, trust=self._trust) as record:
                found = examined(record.parameters, record.table)
        except MlctlError:
            return None
        gaps = {column.name: column.missing > 0 for column in found.columns}
        fields = (
            Field(_type(found.frame[name]), str(name), required=not gaps.get(name, False))
            for name in found.frame.columns
        )
        return Inputs(found.frame.head(EXAMPLE_ROWS), tuple(fields))


def _type(values: Any) -> str:
    return _OF_NUMPY.get(values.dtype.kind, "string")


def _checked(fitted: Any, data: bytes, frame: pd.DataFrame) -> Any:
    """Return what the model answers, having made sure that its pickle answers the same."""
    try:
        with threadpoolctl.threadpool_limits(1), np.errstate(all="ignore"):
            answers = np.asarray(fitted.predict(frame))
            again = np.asarray(pickle.loads(data).predict(frame))  # noqa: S301 - it was pickled a moment ago
    except (ValueError, TypeError, KeyError) as error:
        raise MlctlError(f"the model does not answer its own rows: {error}") from error
    if not np.array_equal(answers, again, equal_nan=answers.dtype.kind == "f"):
        raise DamagedError("the model answers differently once it is pickled")
    return answers


def _with_example(facts: ModelFacts, inputs: Inputs, answers: Any) -> ModelFacts:
    return replace(
        facts,
        inputs=inputs.fields,
        outputs=(Field(_type(answers)),),
        columns=[str(name) for name in inputs.frame.columns],
        rows=_rows(inputs.frame),
    )


def _rows(frame: pd.DataFrame) -> Sequence[Sequence[Any]]:
    """Return rows as JSON holds them; what is missing is null."""
    text = frame.to_json(orient="split", date_format="iso", double_precision=15)
    rows: list[list[Any]] = json.loads(text)["data"]
    return rows
