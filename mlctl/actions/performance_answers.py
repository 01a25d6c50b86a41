"""Predictions and actual values in the form that metrics take, by what a version's training knew."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.actions.performance_join import Pair
from mlctl.actions.predictions import LARGEST_NUMBER, read_predictions
from mlctl.domain.records import Experiment
from mlctl.errors import DataError
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a version from its training, to score its later answers by.

    Attributes
    ----------
    classes : tuple of str
        Its labels as text; empty for a regression.
    positive : str or None
        The positive one of two.
    timed : bool
        Whether its data have a time: rows of one day are then taken to depend on each other.
    store : Store
        Where its scores are.
    """

    experiment: Experiment
    classes: tuple[str, ...]
    positive: str | None
    timed: bool
    store: Store


@dataclass(frozen=True, slots=True)
class Answered:
    """Predictions and actual values in the form that metrics take, in the order of time.

    Attributes
    ----------
    times : tuple of str
        Of each row; empty texts where they are not known.
    truth, predicted : ndarray of shape (n,)
        Labels as text, or float64.
    probabilities : ndarray of shape (n, classes) or None
        None where a row has none.
    new : tuple of (str, int)
        Actual labels that the model does not know, and how many rows have them.
    lost : int
        Rows left out: an answer or an actual value that is no finite number.
    """

    times: tuple[str, ...]
    truth: NDArray[Any]
    predicted: NDArray[Any]
    probabilities: NDArray[np.float64] | None = None
    new: tuple[tuple[str, int], ...] = ()
    lost: int = 0

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.truth)

    def take(self, rows: NDArray[Any]) -> "Answered":
        """Return some of the rows."""
        chances = None if self.probabilities is None else self.probabilities[rows]
        times = tuple(self.times[at] for at in np.arange(len(self))[rows].tolist())
        return Answered(times, self.truth[rows], self.predicted[rows], chances, self.new)


def held(store: Store, experiment: Experiment) -> Held:
    """Return what later answers are scored by.

    Raises
    ------
    NotFoundError
        When the experiment has no held-out predictions.
    DamagedError
        When they cannot be read.
    """
    known = read_predictions(store, experiment)
    name = experiment.artifact_file_paths.get("parameters")
    data = store.read_yaml(store.experiment_directory(experiment) / name).get("data") if name else None
    timed = isinstance(data, dict) and bool(data.get("time"))
    return Held(experiment, known.classes, known.positive, timed, store)


def answered(pairs: Sequence[Pair], known: Held, *, strict: bool) -> Answered:
    """Bring pairs into the form that metrics take.

    Parameters
    ----------
    strict : bool
        Refuse an actual value of the wrong kind rather than leave it out.

    Raises
    ------
    DataError
        When an actual value is of the wrong kind, or no row is left.
    """
    if known.experiment.task == "regression":
        found = _numbers(pairs, strict=strict)
    else:
        found = _labels(pairs, known.classes)
    if not len(found):
        raise DataError(
            f"none of {len(pairs):,} predictions of {known.experiment.model_version_id} can be scored: "
            "the answers or the actual values are no finite numbers",
            "check what the actual values are; wanted are numbers",
        )
    return found


def _numbers(pairs: Sequence[Pair], *, strict: bool) -> Answered:
    rows = [(_number(pair.actual), _number(pair.output)) for pair in pairs]
    if strict:
        wrong = next((p.actual for p, (actual, _) in zip(pairs, rows, strict=True) if actual is None), None)
        if wrong is not None:
            raise DataError(
                f"the actual value {wrong!r} is no finite number, and the model predicts numbers",
                "name the column of the actual values: --target COLUMN; or mend the file",
            )
    good = [at for at, row in enumerate(rows) if None not in row]
    numbers = np.array([rows[at] for at in good], dtype=np.float64).reshape(-1, 2)
    times = tuple(pairs[at].time for at in good)
    return Answered(times, numbers[:, 0], numbers[:, 1], lost=len(rows) - len(good))


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= LARGEST_NUMBER else None  # NaN is not


def _labels(pairs: Sequence[Pair], classes: tuple[str, ...]) -> Answered:
    known = {label: label for label in classes}
    numeric = {number: label for label in classes if (number := _number(label)) is not None}
    numeric |= {number: label for number, label in ((1.0, "True"), (0.0, "False")) if label in known}

    def label_of(value: Any) -> str:
        text = str(value)
        if text in known:
            return text
        if text.lower() in ("true", "false"):
            return text.title()  # as Python writes it, and so the model's labels
        number = _number(value)
        return text if number is None else numeric.get(number, text)

    truth = np.array([label_of(pair.actual) for pair in pairs], dtype=object)
    predicted = np.array([label_of(pair.output) for pair in pairs], dtype=object)
    new = Counter(label for label in truth.tolist() if label not in known)
    times = tuple(pair.time for pair in pairs)
    return Answered(times, truth, predicted, _probabilities(pairs, classes), tuple(new.most_common()))


def _probabilities(pairs: Sequence[Pair], classes: tuple[str, ...]) -> NDArray[np.float64] | None:
    try:
        rows = [[float((pair.probabilities or {})[label]) for label in classes] for pair in pairs]
    except (KeyError, TypeError, ValueError):
        return None
    return np.array(rows, dtype=np.float64).reshape(len(pairs), len(classes))
