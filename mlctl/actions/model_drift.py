"""What an experiment's model says of new rows: its answers, and which columns it heeds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import threadpoolctl

from mlctl.actions import datasets, locate, tables
from mlctl.actions.acquire import reading
from mlctl.actions.evaluate import held_out_rows, load_model
from mlctl.actions.locate import Place
from mlctl.actions.prepare import examined
from mlctl.actions.recorded import Recorded, recorded
from mlctl.data.conform import conform
from mlctl.data.examine import Examination, types_of
from mlctl.data.frames import family
from mlctl.domain.columns import Column
from mlctl.domain.records import Dataset
from mlctl.ml.importance import importance


@dataclass(frozen=True, slots=True)
class Model:
    """An experiment's model, its data, and what that was found to be.

    Attributes
    ----------
    dataset : Dataset
        What it was trained on, as a new file is to be read.
    roles : mapping
        Column to role, as training had it.
    """

    recorded: Recorded
    dataset: Dataset
    roles: dict[str, str]
    fitted: Any
    found: Examination

    @property
    def names(self) -> set[str]:
        """The columns that it learned from."""
        return {column.name for column in self.found.columns}

    def inputs(self, frame: Any) -> Any:
        """Return what the model takes of a table.

        Raises
        ------
        DataError
            When columns are missing, or hold something else.
        """
        time = self.recorded.parameters.data.time
        columns = self.found.columns
        if time and time not in {column.name for column in columns}:
            # A dummy that forecasts takes the time even where no model learns from it.
            kind = family(self.found.aside["time"])
            columns = (*columns, Column(time, "date" if kind == "date" else "number", 0, 0))
        return conform(frame, columns, self.recorded.parameters.data.dates)

    def answers(self, frame: Any) -> Any:
        """Return numbers, or labels as text: a class called 2 is no more than one called 1."""
        with threadpoolctl.threadpool_limits(1):
            given = np.asarray(self.fitted.predict(self.inputs(frame))).ravel()
        return given if self.found.task == "regression" else given.astype(str)

    def held_out(self) -> Any:
        """Return the positions of the rows that it did not learn from.

        Of those that it learned from it may know the answers by heart, and new rows would look different.
        """
        rows = np.array(held_out_rows(self.recorded), dtype=np.int64)
        return rows[rows < len(self.recorded.table.frame)]  # what was fetched again may have become shorter

    def importance(self) -> dict[str, float]:
        """Return how much it heeds each column that it learned from."""
        names = [column.name for column in self.found.columns]
        answer = getattr(self.fitted, "predict_proba", self.fitted.predict)
        with threadpoolctl.threadpool_limits(1):
            return importance(
                answer, self.inputs(self.recorded.table.frame), names, seed=self.recorded.parameters.seed
            )


@contextmanager
def behind(place: Place, word: str, *, trust: bool = False) -> Iterator[Model | None]:
    """Load the model of the experiment that a word means.

    Parameters
    ----------
    trust : bool, default=False
        Also load one whose types mlctl does not know, which runs its code.

    Yields
    ------
    Model or None
        None where the word means a file or a dataset, or the experiment has no model.

    Raises
    ------
    NotFoundError
        When nothing answers.
    DamagedError
        When a file's checksum is not as it was.
    RefusedError
        When the model needs trust.
    """
    if tables.is_file(word):
        yield None
        return
    store = place.open()
    dataset = datasets.find(store, word)
    if word in {dataset.dataset, f"{dataset.project_name}:{dataset.dataset}"}:
        yield None
        return
    experiment = locate.experiment(store, word)
    if not experiment.artifact_file_paths.get("model"):
        yield None
        return
    with recorded(store, experiment, trust=trust) as record:
        fitted = load_model(record, trust=trust)
        found = examined(record.parameters, record.table)
        data = record.parameters.data
        # A code such as 007 that was text in training is text here too.
        known = data.model_copy(update={"types": types_of(found.columns) | data.types})
        like = replace(dataset, read=reading(known))
        yield Model(record, like, tables.roles_of(dataset), fitted, found)
