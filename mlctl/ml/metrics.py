"""All the scores that a prediction allows, under the names of :mod:`mlctl.domain.metrics`.

The arithmetic is scikit-learn's. Labels are turned into codes once, which costs less than each function
sorting them anew, and scikit-learn is only asked what is defined for the rows at hand: a fold whose rows are
all of one class has no ROC AUC, and so none is returned.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn import metrics

from mlctl.domain.metrics import Task
from mlctl.errors import DataError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def target_array(target: Any) -> NDArray[Any]:
    """Return a target as estimators take it.

    Parameters
    ----------
    target : array-like of shape (n_rows,)
        Numbers, or labels as objects: scikit-learn refuses an object array of anything but texts.

    Returns
    -------
    ndarray of shape (n_rows,)
        Texts as objects, whole numbers as int64, booleans as bool, other numbers as float64.
    """
    array = np.asarray(target)
    if array.dtype != object:
        return array
    natural = np.array(array.tolist())
    return array if natural.dtype.kind in "US" else natural


def align(probabilities: Floats, fitted: Sequence[Any], classes: Sequence[Any]) -> Floats:
    """Return probabilities with a column for every class, 0 for one that the estimator never saw.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, len(fitted))
        What ``predict_proba`` gave.
    fitted : sequence
        The estimator's ``classes_``.
    classes : sequence
        All the classes, sorted.
    """
    places = {label: place for place, label in enumerate(classes)}
    aligned = np.zeros((len(probabilities), len(classes)))
    aligned[:, [places[label] for label in fitted]] = probabilities
    return aligned


def score(
    task: Task,
    y_true: Any,
    predicted: Any,
    *,
    scores: Floats | None = None,
    probabilities: Floats | None = None,
    classes: Sequence[Any] = (),
    positive: Any = None,
) -> dict[str, float]:
    """Return every metric of the task that can be computed.

    Parameters
    ----------
    task : {"classification", "regression"}
        Which metrics.
    y_true, predicted : array-like of shape (n_rows,)
        Labels or numbers.
    scores : ndarray of shape (n_rows,), optional
        Decision function of two classes: more means ``classes[1]``. Read where there are no probabilities.
    probabilities : ndarray of shape (n_rows, n_classes), optional
        One column for each of ``classes``, see :func:`align`.
    classes : sequence
        All the labels of the data, sorted; those of a fold may be fewer.
    positive : object, optional
        The positive one of two classes; the last of them by default.

    Returns
    -------
    dict
        Metric name to a finite number. Absent: what needs scores that are not given, and what is not defined
        for these rows (ROC AUC of one class only). An undefined precision counts as 0. With two classes, F1,
        precision and recall are the positive one's; with more, the mean weighted by the rows of each class.
    """
    with sklearn.config_context(skip_parameter_validation=True):
        if task == "regression":
            return _finite(_regression(np.asarray(y_true, dtype=float), np.asarray(predicted, dtype=float)))
        return _finite(_classification(y_true, predicted, scores, probabilities, list(classes), positive))


def _finite(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if np.isfinite(value)}


def _regression(y_true: Floats, predicted: Floats) -> dict[str, Any]:
    squared = metrics.mean_squared_error(y_true, predicted)
    errors = {
        "root_mean_squared_error": np.sqrt(squared),
        "mean_squared_error": squared,
        "mean_absolute_error": metrics.mean_absolute_error(y_true, predicted),
        "median_absolute_error": metrics.median_absolute_error(y_true, predicted),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(y_true, predicted),
        "max_error": metrics.max_error(y_true, predicted),
    }
    if len(y_true) < 2:  # of one row there is no variance to explain
        return errors
    return {
        "r2_score": metrics.r2_score(y_true, predicted),
        "explained_variance_score": metrics.explained_variance_score(y_true, predicted),
    } | errors


def _classification(
    y_true: Any,
    predicted: Any,
    scores: Floats | None,
    probabilities: Floats | None,
    classes: list[Any],
    positive: Any,
) -> dict[str, Any]:
    truth = _codes(y_true, classes)
    if (truth < 0).any():
        strange = _plain(y_true)[int(np.argmin(truth))]
        known = ", ".join(map(repr, classes[:10]))
        raise DataError(f"class {strange!r} is not among those of the model: {known}", "leave these rows out")
    # A rule may answer with a label that the data do not have: it is wrong, and no class of its own.
    answer = _codes(predicted, classes)
    if probabilities is not None and not np.isfinite(probabilities).all():
        probabilities = None
    if len(classes) != 2:
        return _of_labels(truth, answer) | _of_many(truth, probabilities, len(classes))
    place = classes.index(positive) if positive in classes else 1
    return _of_labels(truth, answer, place) | _of_two(truth, place, scores, probabilities)


def _plain(labels: Any) -> list[Any]:
    plain: list[Any] = np.asarray(labels).tolist()
    return plain


def _codes(labels: Any, classes: list[Any]) -> Codes:
    codes = {label: code for code, label in enumerate(classes)}
    return np.array([codes.get(label, -1) for label in _plain(labels)], dtype=np.int64)


def _of_labels(truth: Codes, answer: Codes, positive: int | None = None) -> dict[str, Any]:
    """Score what needs labels only; F1, precision and recall of one class or, for None, weighted."""
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth,
        answer,
        labels=None if positive is None else [positive],
        average="weighted" if positive is None else "macro",
        zero_division=0,
    )
    rows = np.bincount(truth)
    right = np.bincount(truth[truth == answer], minlength=len(rows))
    return {
        "accuracy_score": np.mean(truth == answer),
        # Not scikit-learn's function, which warns where an answer is a class that these rows do not have.
        "balanced_accuracy_score": np.mean(right[rows > 0] / rows[rows > 0]),
        "f1_score": f1,
        "precision_score": precision,
        "recall_score": recall,
        "matthews_corrcoef": metrics.matthews_corrcoef(truth, answer),
    }


def _of_two(
    truth: Codes, positive: int, scores: Floats | None, probabilities: Floats | None
) -> dict[str, Any]:
    """Score what needs scores or probabilities of two classes."""
    hits = (truth == positive).astype(np.int64)
    values: dict[str, Any] = {}
    ranks = scores if scores is None or positive == 1 else -scores
    if probabilities is not None:
        ranks = probabilities[:, positive]
        values["log_loss"] = _log_loss(truth, probabilities)
        values["brier_score_loss"] = np.mean((ranks - hits) ** 2)
    if ranks is not None and 0 < hits.sum() < len(hits):
        values["roc_auc"] = metrics.roc_auc_score(hits, ranks)
        values["average_precision_score"] = metrics.average_precision_score(hits, ranks)
    return values


def _of_many(truth: Codes, probabilities: Floats | None, classes: int) -> dict[str, Any]:
    """Score what needs probabilities of three classes or more."""
    if probabilities is None:
        return {}
    values: dict[str, Any] = {"log_loss": _log_loss(truth, probabilities)}
    if len(np.unique(truth)) == classes:
        values["roc_auc"] = metrics.roc_auc_score(
            truth, _normalised(probabilities), multi_class="ovr", average="weighted"
        )
    return values


def _log_loss(truth: Codes, probabilities: Floats) -> float:
    loss: float = metrics.log_loss(truth, _normalised(probabilities), labels=range(probabilities.shape[1]))
    return loss


def _normalised(probabilities: Floats) -> Floats:
    sums = probabilities.sum(axis=1, keepdims=True)
    # Left to the last bit where they are what they should be.
    return probabilities if np.allclose(sums, 1) else probabilities / np.where(sums == 0, 1, sums)
