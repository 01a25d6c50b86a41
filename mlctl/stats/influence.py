"""A metric's value on rows, and what each row adds to its error (the empirical influence function).

The parts have mean 0, and the value's error is about their mean: exactly so for a mean of rows, to first
order for the others. A difference of two models on the same rows has the difference of their parts.

References
----------
F. Hampel, "The Influence Curve and Its Role in Robust Estimation", Journal of the American Statistical
Association 69, 1974, pp. 383-393.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mlctl.stats.answers import Rows
from mlctl.stats.delong import area_and_parts, weighted_area_and_parts
from mlctl.stats.labels import PARTS as OF_LABELS

Floats = NDArray[np.float64]
Value = tuple[float, Floats]

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0 and 1, and divisors from 0, as scikit-learn does."""


def value_and_parts(rows: Rows) -> Value:
    """Return a metric's value, and each row's part in its error.

    Parameters
    ----------
    rows : Rows
        Ready for the metric.

    Returns
    -------
    tuple of (float, ndarray of shape (n,))
        In the metric's units and direction.
    """
    return _PARTS[rows.metric](rows)


def difference_and_parts(one: Rows, other: Rows) -> Value:
    """Return how much a metric is higher of the other answers than of the one, and each row's part.

    Of a root, and of a share of explained variance, it is the mean difference of the squares over a common
    divisor, which is taken as given. That is exact where the difference is 0, which is where it has to be:
    a few far rows move both models' errors much, and their difference little.

    Parameters
    ----------
    one, other : Rows
        Two models' answers on the same rows, ready for the same metric.
    """
    (before, of_one), (after, of_other) = value_and_parts(one), value_and_parts(other)
    if one.metric not in _LEFT:
        return after - before, of_other - of_one
    more = _LEFT[one.metric](other) - _LEFT[one.metric](one)
    divisor = before + after if one.metric == "root_mean_squared_error" else -float(np.var(one.truth))
    return after - before, (more - more.mean()) / (divisor or 1.0)


def _mean(values: Any) -> Value:
    mean = float(np.mean(values))
    return mean, values - mean


def _squared(rows: Rows) -> Value:
    return _mean(_square(rows))


def _square(rows: Rows) -> Floats:
    return np.asarray((rows.truth - rows.answers) ** 2)


def _about_mean(rows: Rows) -> Floats:
    misses = rows.truth - rows.answers
    return np.asarray((misses - misses.mean()) ** 2)


def _root(rows: Rows) -> Value:
    squared, parts = _squared(rows)
    root = squared**0.5
    return root, parts / (2 * root) if root else parts


def _absolute(rows: Rows) -> Value:
    return _mean(np.abs(rows.truth - rows.answers))


def _percentage(rows: Rows) -> Value:
    return _mean(np.abs(rows.truth - rows.answers) / np.maximum(np.abs(rows.truth), EPSILON))


def _median(rows: Rows) -> Value:
    """Return the median error; a row's part is its side over the density there (Bahadur 1966).

    The density is read from the order statistics between which the median lies with 99 % (McKean and
    Schrader 1984), on the side where they are sparser.
    """
    ordered = np.sort(np.abs(rows.truth - rows.answers))
    middle, count = float(np.median(ordered)), len(ordered)
    reach = float(ndtri(0.995)) * count**0.5 / 2
    places = [max(0, int(count / 2 - reach)), count // 2, min(count - 1, int(np.ceil(count / 2 + reach)))]
    per_share = float(np.max(np.diff(ordered[places]) / np.maximum(1, np.diff(places)))) * count
    side = np.sign(np.abs(rows.truth - rows.answers) - middle) / 2
    return middle, (side - side.mean()) * per_share


def _r2(rows: Rows) -> Value:
    return _explained(_square(rows), rows.truth)


def _variance(rows: Rows) -> Value:
    return _explained(_about_mean(rows), rows.truth)


def _explained(left: Floats, truth: Floats) -> Value:
    """Return 1 less a ratio of means."""
    total = (truth - truth.mean()) ** 2
    whole = float(total.mean())
    ratio = float(left.mean()) / whole
    return 1 - ratio, (ratio * total - left) / whole


def _log_loss(rows: Rows) -> Value:
    sums = rows.answers.sum(axis=1)
    scale = 1.0 if np.allclose(sums, 1) else np.where(sums == 0, 1, sums)
    given = rows.answers[np.arange(len(rows.truth)), rows.truth] / scale
    return _mean(-np.log(np.clip(given, EPSILON, 1 - EPSILON)))


def _brier(rows: Rows) -> Value:
    """Return the squared distance of the probabilities from the truth; half of it for two classes."""
    distances = rows.answers - np.eye(rows.classes)[rows.truth]
    if rows.positive is not None:
        return _mean(distances[:, rows.positive] ** 2)
    return _mean((distances**2).sum(axis=1))


def _area(rows: Rows) -> Value:
    if rows.positive is None:
        return weighted_area_and_parts(rows.truth, rows.answers)
    return area_and_parts(rows.truth == rows.positive, rows.answers)


def _average_precision(rows: Rows) -> Value:
    """Return the average precision; parts by differentiating it after each row's weight.

    A row is counted in the precision at every step that it is above, and a positive one also takes a step.
    """
    hits = rows.truth == rows.positive
    order = np.argsort(-rows.answers, kind="stable")
    last = np.append(np.diff(rows.answers[order]) != 0, True)
    step = np.concatenate([[0], np.cumsum(last)[:-1]])  # the step of each row, in order; ties are one
    found, taken = np.cumsum(hits[order])[last], np.flatnonzero(last) + 1
    precision, gained = found / taken, np.diff(found, prepend=0)
    average = float((gained * precision).sum() / found[-1])
    # Steps at or below the row's own count it: sums from the end.
    for_hit = np.cumsum((gained / taken)[::-1])[::-1][step]
    for_all = np.cumsum((gained * precision / taken)[::-1])[::-1][step]
    y = hits[order]
    parts = np.empty(len(hits))
    parts[order] = (y * (precision[step] - average) + y * for_hit - for_all) * len(hits) / found[-1]
    return average, parts


_LEFT: dict[str, Callable[[Rows], Floats]] = {
    "root_mean_squared_error": _square,
    "r2_score": _square,
    "explained_variance_score": _about_mean,
}

_PARTS: dict[str, Callable[[Rows], Value]] = {
    **OF_LABELS,
    "mean_squared_error": _squared,
    "root_mean_squared_error": _root,
    "mean_absolute_error": _absolute,
    "mean_absolute_percentage_error": _percentage,
    "median_absolute_error": _median,
    "r2_score": _r2,
    "explained_variance_score": _variance,
    "log_loss": _log_loss,
    "brier_score_loss": _brier,
    "roc_auc": _area,
    "average_precision_score": _average_precision,
}
