"""The held-out predictions of an experiment, read back from its ``predictions.csv``."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment
from mlctl.errors import DamagedError, NotFoundError
from mlctl.files import read_bytes_limited
from mlctl.ml import metrics
from mlctl.store.store import Store

HEAD = ["row", "actual", "predicted"]
PROBABILITY = "probability_"
LARGEST = 1_000_000_000
"""Bytes: ten million rows."""

LARGEST_NUMBER = 1e150
"""The square of a larger one is infinite."""


@dataclass(frozen=True)
class Predictions:
    """What an experiment's model said of the rows that it was not trained on.

    Attributes
    ----------
    truth, predicted : ndarray of shape (rows,)
        Labels as text (object), or float64.
    probabilities : ndarray of shape (rows, classes) or None
        As stored; None where there are none, or one is no probability.
    classes : tuple of str
        In the order of the columns; without probabilities those that occur, sorted. Empty for a regression.
    positive : str or None
        The positive one of two classes.
    note : str
        What of it had to be left out; empty where nothing was.
    """

    truth: NDArray[Any]
    predicted: NDArray[Any]
    probabilities: NDArray[np.float64] | None = None
    classes: tuple[str, ...] = ()
    positive: str | None = None
    note: str = ""

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.truth)

    @property
    def is_classification(self) -> bool:
        """Whether the answers are labels."""
        return self.truth.dtype == object

    @cached_property
    def place(self) -> int:
        """The positive class's place among the classes."""
        return self.classes.index(self.positive) if self.positive in self.classes else len(self.classes) - 1

    def score(self, metric: str, keep: Any = slice(None)) -> float | None:
        """Return one metric of some of the rows, or None where it is not defined there."""
        # Probabilities cost most of the time, and most metrics make do without.
        given = self.probabilities if metric in METRICS and METRICS[metric].needs != "labels" else None
        task = "classification" if self.is_classification else "regression"
        scores = metrics.score(
            task,  # type: ignore[arg-type]  # one of the two words
            self.truth[keep],
            self.predicted[keep],
            probabilities=None if given is None else given[keep],
            classes=self.classes,
            positive=self.positive,
        )
        return scores.get(metric)


def read_predictions(store: Store, experiment: Experiment) -> Predictions:
    """Read the held-out predictions of an experiment.

    Raises
    ------
    NotFoundError
        When it has none: it failed, was interrupted, or was made by hand.
    DamagedError
        When the file does not hold what it should.
    """
    name = experiment.artifact_file_paths.get("predictions", "")
    path = store.experiment_directory(experiment) / name
    if not name or not path.is_file():
        raise NotFoundError(
            f"{experiment.model_version_id} has no held-out predictions: it is {experiment.status}",
            "name a finished experiment; see `mlctl compare`",
        )
    try:
        rows = list(csv.reader(io.StringIO(read_bytes_limited(path, LARGEST).decode(), newline="")))
        return _predictions(rows, experiment, _positive(store, experiment))
    except (ValueError, csv.Error) as error:
        raise DamagedError(
            f"{store.relative(path)} cannot be read: {error}", "restore it from a copy of the store"
        ) from None


def _positive(store: Store, experiment: Experiment) -> str | None:
    name = experiment.artifact_file_paths.get("parameters")
    if experiment.task != "classification" or not name:
        return None
    data = store.read_yaml(store.experiment_directory(experiment) / name).get("data")
    found = data.get("positive") if isinstance(data, dict) else None
    return None if found is None else str(found)


def _predictions(table: Sequence[list[str]], experiment: Experiment, positive: str | None) -> Predictions:
    head, *rows = table or [[]]
    if head[:3] != HEAD or not all(name.startswith(PROBABILITY) for name in head[3:]):
        raise ValueError("its first line is not that of predictions")
    if not rows:
        raise ValueError("it has no rows")
    if odd := next((number for number, row in enumerate(rows, 2) if len(row) != len(head)), None):
        raise ValueError(f"line {odd} has {len(rows[odd - 2])} cells, and the first line {len(head)}")
    columns = list(zip(*rows, strict=True))
    if experiment.task == "regression":
        return _of_numbers(np.array(columns[1], dtype=float), np.array(columns[2], dtype=float))
    truth, predicted = (np.array(columns[at], dtype=object) for at in (1, 2))
    if len(head) == 3:
        return Predictions(truth, predicted, None, _sorted({*columns[1], *columns[2]}), positive)
    classes = tuple(name.removeprefix(PROBABILITY) for name in head[3:])
    strange = next((label for label in columns[1] if label not in classes), None)
    if strange is not None:
        raise ValueError(f"its column actual holds {strange!r}, for which it has no probability")
    shares = np.array(columns[3:], dtype=float).T
    if not ((shares >= 0) & (shares <= 1)).all():  # NaN is neither
        note = "its probabilities are left out: some are no numbers from 0 to 1"
        return Predictions(truth, predicted, None, classes, positive, note)
    return Predictions(truth, predicted, shares, classes, positive)


def _of_numbers(truth: NDArray[Any], predicted: NDArray[Any]) -> Predictions:
    known = (np.abs(truth) <= LARGEST_NUMBER) & (np.abs(predicted) <= LARGEST_NUMBER)  # NaN is neither
    lost = len(known) - int(known.sum())
    if lost == len(known):
        raise ValueError("no row of it has two numbers within 1e150")
    note = (
        f"{lost:,} held-out rows are left out: their numbers are not finite, or beyond 1e150" if lost else ""
    )
    return Predictions(truth[known], predicted[known], note=note)


def _sorted(labels: set[str]) -> tuple[str, ...]:
    try:
        return tuple(sorted(labels, key=float))
    except ValueError:
        return tuple(sorted(labels))
