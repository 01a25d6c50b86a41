"""The metrics of labels: their values from counts, and each row's part in their error.

With two classes F1, precision and recall are the positive one's; with more, the mean weighted by the rows of
each class. An undefined precision counts as 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlctl.stats.answers import Rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts or shares of one model's outcomes, one set or many: the last axis is the class.

    Attributes
    ----------
    rows, right : ndarray of shape (..., n_classes)
        Rows of each class, and those answered rightly.
    answers : ndarray of shape (..., n_classes + 1)
        Answers of each class; in the last place those that are no class.
    """

    rows: Floats
    right: Floats
    answers: Floats


def counts_of(rows: Rows) -> Counts:
    """Count one model's outcomes, as shares of the rows."""
    n, classes = len(rows.truth), rows.classes
    return Counts(
        np.bincount(rows.truth, minlength=classes) / n,
        np.bincount(rows.truth[rows.truth == rows.answers], minlength=classes) / n,
        np.bincount(rows.answers, minlength=classes + 1) / n,
    )


def value(metric: str, counts: Counts, positive: int | None) -> Floats:
    """Return a metric's value from counts, one for each set.

    Parameters
    ----------
    positive : int or None
        Code of the positive one of two classes.
    """
    if metric == "accuracy_score":
        return _total(counts.right) / _total(counts.rows)
    if metric == "matthews_corrcoef":
        return _matthews(counts)
    if metric == "balanced_accuracy_score":
        present = counts.rows > 0
        return _total(_share(counts.right, counts.rows)) / _total(present.astype(np.float64))
    each = _each(metric, counts)
    if positive is not None:
        return each[..., positive]
    return _total(each * counts.rows) / _total(counts.rows)


def _total(values: Floats) -> Floats:
    return np.asarray(values.sum(axis=-1), dtype=np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    return part / np.where(whole == 0, 1, whole)


def _each(metric: str, counts: Counts) -> Floats:
    """Return F1, precision or recall of each class."""
    if metric == "recall_score":
        return _share(counts.right, counts.rows)
    said = counts.answers[..., :-1]
    return (
        _share(counts.right, said)
        if metric == "precision_score"
        else _share(2 * counts.right, counts.rows + said)
    )


def _matthews(counts: Counts) -> Floats:
    """Return the correlation of labels and answers (Gorodkin 2004); 0 where either are all alike."""
    whole = _total(counts.rows)
    spread_rows = whole**2 - _total(counts.rows**2)
    spread = spread_rows * (whole**2 - _total(counts.answers**2))
    together = _total(counts.right) * whole - _total(counts.rows * counts.answers[..., :-1])
    return np.where(spread > 0, together / np.sqrt(np.where(spread > 0, spread, 1)), 0.0)


def _accuracy(rows: Rows) -> tuple[float, Floats]:
    counts = counts_of(rows)
    mean = float(value("accuracy_score", counts, None))
    return mean, (rows.truth == rows.answers) - mean


def _balanced(rows: Rows) -> tuple[float, Floats]:
    counts = counts_of(rows)
    recalls, present = _share(counts.right, counts.rows), counts.rows > 0
    hit = rows.truth == rows.answers
    parts = (hit - recalls[rows.truth]) / counts.rows[rows.truth] / present.sum()
    return float(value("balanced_accuracy_score", counts, None)), parts


def _each_parts(rows: Rows) -> tuple[float, Floats]:
    """Differentiate F1, precision or recall of one class, or their weighted mean."""
    counts = counts_of(rows)
    each = _each(rows.metric, counts)
    whole = {
        "recall_score": counts.rows,
        "precision_score": counts.answers[:-1],
        "f1_score": counts.rows + counts.answers[:-1],
    }[rows.metric]
    one = rows.positive
    weight = counts.rows if one is None else np.eye(rows.classes)[one]
    factor = np.append(weight / np.where(whole == 0, 1, whole), 0.0)  # the last for an answer of no class
    value_of, hit = np.append(each, 0.0), rows.truth == rows.answers
    parts = hit * factor[rows.truth] * (2 if rows.metric == "f1_score" else 1)
    if rows.metric != "precision_score":
        parts = parts - factor[rows.truth] * value_of[rows.truth]
    if rows.metric != "recall_score":
        parts = parts - factor[rows.answers] * value_of[rows.answers]
    mean = float(value(rows.metric, counts, one))
    return mean, parts + (each[rows.truth] - mean if one is None else 0.0)


def _matthews_parts(rows: Rows) -> tuple[float, Floats]:
    counts = counts_of(rows)
    true, said = np.append(counts.rows, 0.0), counts.answers
    left, right = 1 - float(true @ true), 1 - float(said @ said)
    found = float(_matthews(counts))
    if left <= 0 or right <= 0:
        return found, np.zeros(len(rows.truth))
    hit = rows.truth == rows.answers
    agree = float(counts.right.sum())
    change = hit - agree - true[rows.answers] - said[rows.truth] + 2 * float(true @ said)
    spread_true = 2 * (float(true @ true) - true[rows.truth])
    spread_said = 2 * (float(said @ said) - said[rows.answers])
    parts = change / (left * right) ** 0.5 - found / 2 * (spread_true / left + spread_said / right)
    return found, parts


PARTS: dict[str, Callable[[Rows], tuple[float, Floats]]] = {
    "accuracy_score": _accuracy,
    "balanced_accuracy_score": _balanced,
    "precision_score": _each_parts,
    "recall_score": _each_parts,
    "f1_score": _each_parts,
    "matthews_corrcoef": _matthews_parts,
}
