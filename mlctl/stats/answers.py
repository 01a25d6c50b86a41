"""One model's answers made ready for one metric: labels as codes, ranks of the positive class, or numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.domain.metrics import Metric
from mlctl.errors import DataError, UsageError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model answers on the gate's rows, in the order of the rows.

    Attributes
    ----------
    predicted : ndarray of shape (n,)
        Labels, or numbers.
    probabilities : ndarray of shape (n, n_classes), optional
        One column for each class, in the order of ``classes``.
    scores : ndarray of shape (n,), optional
        Decision function of two classes: more means ``classes[1]``. Read where there are no probabilities.
    """

    predicted: NDArray[Any]
    probabilities: Floats | None = None
    scores: Floats | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that one model has answered, as one metric reads them.

    Attributes
    ----------
    metric : str
        Name of the metric.
    truth : ndarray of shape (n,)
        Codes of the true classes, or numbers.
    answers : ndarray
        Codes of the labels answered, ``classes`` for one that is no class; probabilities of shape
        (n, classes); ranks of shape (n,), more meaning the positive class; or numbers.
    classes : int
        How many classes there are; 0 in a regression.
    positive : int or None
        Code of the positive one of two classes.
    """

    metric: str
    truth: NDArray[Any]
    answers: NDArray[Any]
    classes: int = 0
    positive: int | None = None


def read(
    metric: Metric, truth: Any, answers: Answers, classes: Sequence[Any], positive: Any, whose: str
) -> Rows:
    """Make one model's answers ready for a metric.

    Parameters
    ----------
    whose : str
        The model, as the message calls it where its answers do not do.

    Raises
    ------
    DataError
        Where the metric cannot be computed on these answers.
    UsageError
        For a metric that no interval can be given for.
    """
    if metric.name == "max_error":
        raise UsageError(
            "max_error rests on a single row: no number of rows bounds it",
            "choose another metric for the gate, such as mean_absolute_error",
        )
    if len(truth) == 0:
        raise DataError(f"there are no rows to compute {metric.name} on", "give held-out rows")
    if metric.task == "regression":
        return Rows(metric.name, _target(metric, truth), _numbers(answers.predicted, whose))
    labels = list(classes)
    codes = _known(truth, labels)
    place = (labels.index(positive) if positive in labels else 1) if len(labels) == 2 else None
    _check_classes(metric, codes, labels, place)
    if metric.needs == "labels":
        return Rows(metric.name, codes, _codes(answers.predicted, labels), len(labels), place)
    return Rows(metric.name, codes, _ranks(metric, answers, place, whose), len(labels), place)


def _numbers(values: Any, whose: str) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        raise DataError(
            f"{whose} has {numbers[wrong[0]]} in row {wrong[0]} of {len(numbers)}, which is no finite number",
            "leave such rows out, or mend what gives them",
        )
    return numbers


def _target(metric: Metric, truth: Any) -> Floats:
    numbers = _numbers(truth, "the target")
    if metric.bounded and (numbers == numbers[0]).all():
        raise DataError(
            f"{metric.name} cannot be computed: the target of all {len(numbers)} rows is {numbers[0]:g}",
            "hold out more rows, or choose a metric that does without, such as mean_absolute_error",
        )
    return numbers


def _codes(labels: Any, classes: list[Any]) -> Codes:
    """Return each label's place among the classes; the number of classes for one that is none of them."""
    codes = {label: code for code, label in enumerate(classes)}
    return np.array([codes.get(label, len(classes)) for label in np.asarray(labels).tolist()], dtype=np.int64)


def _known(truth: Any, classes: list[Any]) -> Codes:
    codes = _codes(truth, classes)
    if (codes == len(classes)).any():
        strange = np.asarray(truth).tolist()[int(np.argmax(codes == len(classes)))]
        known = ", ".join(map(repr, classes[:10]))
        raise DataError(f"class {strange!r} is not among those of the model: {known}", "leave these rows out")
    return codes


_ALL_CLASSES = {"roc_auc", "average_precision_score"}
_OF_THE_POSITIVE = {"f1_score", "recall_score"}


def _check_classes(metric: Metric, codes: Codes, classes: list[Any], positive: int | None) -> None:
    wanted: Sequence[int] = range(len(classes)) if metric.name in _ALL_CLASSES else ()
    if metric.name in _OF_THE_POSITIVE and positive is not None:
        wanted = (positive,)
    missing = [repr(classes[code]) for code in wanted if not (codes == code).any()]
    if missing:
        raise DataError(
            f"{metric.name} cannot be computed: of these {len(codes)} rows none is {', '.join(missing[:10])}",
            "hold out more rows, or choose a metric that does without, such as log_loss",
        )
    if len(classes) > 2 and metric.name == "average_precision_score":
        raise UsageError(
            f"average_precision_score is for two classes, and there are {len(classes)}",
            "choose another metric for the gate, such as roc_auc",
        )


def _ranks(metric: Metric, answers: Answers, positive: int | None, whose: str) -> Floats:
    """Return the probabilities, or for a metric of ranks one number for each row."""
    ranked = positive is not None and metric.needs == "scores"
    if answers.probabilities is not None:
        given = answers.probabilities[:, positive] if ranked else answers.probabilities
    elif answers.scores is not None and ranked:
        given = answers.scores if positive == 1 else -answers.scores
    else:
        raise DataError(
            f"{metric.name} needs probabilities, and {whose} gives none",
            "choose a metric of labels for the gate, such as accuracy_score",
        )
    if not np.isfinite(given).all():
        raise DataError(
            f"{whose} gives probabilities or scores that are no finite numbers",
            "mend the model, or choose a metric of labels for the gate, such as accuracy_score",
        )
    return np.asarray(given, dtype=np.float64)
