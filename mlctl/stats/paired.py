"""How far one model is ahead of another on the same rows, with bounds that hold at small error rates.

::

    accuracy, recall              the paired outcomes, their tail added up (``pairs``)
    balanced accuracy, F1, MCC,   draws of the outcome cells (``cells``)
      precision
    ROC AUC                       DeLong (``delong``)
    all other ones                each row's part in the difference (``influence``): for log loss, Brier and
                                  the errors the paired difference itself
    rows in blocks                whole days or weeks, for any metric (``blocks``)

The bounds of all but the first two are Student's t, corrected for skewed rows (``bounds``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mlctl.domain.metrics import Metric
from mlctl.stats import cells, pairs
from mlctl.stats import power as powers
from mlctl.stats.answers import Answers, Floats, Rows, read
from mlctl.stats.blocks import block_bounds, block_parts
from mlctl.stats.bounds import HALF, Bounds, bounds
from mlctl.stats.influence import difference_and_parts, value_and_parts

__all__ = ["Answers", "Gain", "Interval", "gain", "interval", "power", "smallest_gain"]

_DRAWN = ("balanced_accuracy_score", "f1_score", "matthews_corrcoef", "precision_score")


@dataclass(frozen=True, slots=True)
class Interval:
    """One model's own score with its two-sided interval, in the metric's units and direction."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Gain:
    """The challenger's score less the champion's, oriented so that more is better.

    Attributes
    ----------
    estimate, lower, upper, standard_error : float
        In the metric's units. Each bound is one-sided at ``error_rate``, and within what two scores can
        differ by; where the rows tell nothing (a single row, a single block, one row of a class) it is at
        that limit, infinite for an error, and the standard error is infinite.
    error_rate : float
        The chance that the truth is below ``lower``, between 0 and 0.5.
    rows : int
        Rows compared.
    blocks : int or None
        Blocks of rows that count as one observation each; None where the rows count one by one.
    method : str
        How the bounds were found, in words.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    error_rate: float
    rows: int
    blocks: int | None
    method: str


def gain(
    metric: Metric,
    truth: Any,
    champion: Answers,
    challenger: Answers,
    *,
    classes: Sequence[Any] = (),
    positive: Any = None,
    error_rate: float,
    blocks: NDArray[Any] | None = None,
    seed: int = 0,
) -> Gain:
    """Return how far the challenger is ahead, with its one-sided bounds.

    Parameters
    ----------
    metric : Metric
        Any but ``max_error``, which rests on one row. ``brier_score_loss`` takes any number of classes.
    truth : array-like of shape (n,)
        True labels, or numbers.
    champion, challenger : Answers
        On the same rows.
    classes : sequence
        All the labels, sorted; needed for classification.
    positive : object, optional
        The positive one of two classes; the last of them by default.
    error_rate : float
        Of each bound, between 0 and 0.5.
    blocks : ndarray of shape (n,), optional
        A number or a label of each row, such as its day; rows with the same one are taken to depend on each
        other. They sort in the order of time.
    seed : int, default=0
        Of the draws, where there are any.

    Raises
    ------
    DataError
        Where the metric cannot be computed on these rows: no rows, a class that is missing, an answer that
        is not finite, no probabilities.
    UsageError
        For a metric that no interval can be given for.

    Examples
    --------
    >>> import numpy as np
    >>> from mlctl.domain.metrics import METRICS
    >>> truth = np.zeros(300)
    >>> mae, before, after = METRICS["mean_absolute_error"], Answers(truth + 2), Answers(truth + 1)
    >>> found = gain(mae, truth, before, after, error_rate=0.05)
    >>> found.estimate, found.lower
    (1.0, 1.0)
    """
    one = read(metric, truth, champion, classes, positive, "the champion")
    other = read(metric, truth, challenger, classes, positive, "the challenger")
    sign = 1.0 if metric.greater_is_better else -1.0
    difference, parts = difference_and_parts(one, other)
    estimate = sign * difference
    found, method, count = _difference(one, other, estimate, sign * parts, error_rate, blocks, seed)
    lower = min(max(found.lower, -metric.span), estimate)
    upper = max(min(found.upper, metric.span), estimate)
    rows = len(one.truth)
    return Gain(estimate, lower, upper, found.standard_error, error_rate, rows, count, method)


def _difference(
    one: Rows,
    other: Rows,
    estimate: float,
    parts: Floats,
    error_rate: float,
    blocks: NDArray[Any] | None,
    seed: int,
) -> tuple[Bounds, str, int | None]:
    """Choose the way and go it: the bounds, the way in words, the number of blocks."""
    if blocks is not None:
        summed = block_parts(parts, blocks)
        return block_bounds(estimate, summed, error_rate, seed), "blocks drawn again", len(summed)
    closed = bounds(estimate, parts, error_rate, _strata(one), added=HALF)
    if one.metric in ("accuracy_score", "recall_score"):
        return _of_pairs(one, other, closed, error_rate), "exact, by the rows on which they disagree", None
    if one.metric in _DRAWN:
        drawn = _of_cells(one, other, closed, error_rate, seed)
        if drawn is not None:
            return drawn, "outcome cells drawn again", None
    return closed, "DeLong" if one.metric == "roc_auc" else "paired differences of rows", None


def _strata(rows: Rows) -> NDArray[np.int64] | None:
    """Return the samples that an area adds up: the rows of either class."""
    if rows.metric != "roc_auc" or rows.positive is None:
        return None
    hits: NDArray[np.bool_] = rows.truth == rows.positive
    return hits.astype(np.int64)


def _of_pairs(one: Rows, other: Rows, closed: Bounds, error_rate: float) -> Bounds:
    """Bound accuracy, or recall: of one class the accuracy in its rows, of all of them that in all rows."""
    asked = (
        one.truth == one.positive
        if one.metric == "recall_score" and one.positive is not None
        else np.ones(len(one.truth), dtype=np.bool_)
    )
    before, after = one.truth == one.answers, other.truth == other.answers
    ahead, behind = int((after & ~before & asked).sum()), int((before & ~after & asked).sum())
    rows = int(asked.sum())
    return Bounds(
        pairs.lower_bound(ahead, behind, rows, error_rate),
        -pairs.lower_bound(behind, ahead, rows, error_rate),
        closed.standard_error,
    )


def _of_cells(one: Rows, other: Rows, closed: Bounds, error_rate: float, seed: int) -> Bounds | None:
    lower = cells.lower_bound(one, other, error_rate, seed)
    mirrored = cells.lower_bound(other, one, error_rate, seed)
    if lower is None or mirrored is None:
        return None
    return Bounds(lower, -mirrored, closed.standard_error)


def interval(
    metric: Metric,
    truth: Any,
    answers: Answers,
    *,
    classes: Sequence[Any] = (),
    positive: Any = None,
    level: float = 0.95,
    blocks: NDArray[Any] | None = None,
    seed: int = 0,
) -> Interval:
    """Return one model's score with its two-sided interval; parameters and errors as in :func:`gain`.

    Accuracy has Wilson's interval (1927), the other metrics of labels draws of the outcome cells, all other
    ones the bounds of :func:`gain`. None leaves the metric's range.
    """
    rows = read(metric, truth, answers, classes, positive, "the model")
    estimate, parts = value_and_parts(rows)
    side = (1 - level) / 2
    if blocks is not None:
        found = block_bounds(estimate, block_parts(parts, blocks), side, seed)
        lower, upper = found.lower, found.upper
    elif metric.name == "accuracy_score":
        lower, upper = _wilson(estimate, len(rows.truth), side)
    elif metric.needs == "labels" and metric.task == "classification":
        lower, upper = cells.own_bounds(rows, side, seed)
    else:
        found = bounds(estimate, parts, side, _strata(rows))
        lower, upper = found.lower, found.upper
    least, most = _range(metric)
    return Interval(estimate, max(least, min(lower, estimate)), min(most, max(upper, estimate)))


def _wilson(share: float, rows: int, side: float) -> tuple[float, float]:
    z = -float(ndtri(side))
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    reach = z / (1 + z * z / rows) * (share * (1 - share) / rows + (z / (2 * rows)) ** 2) ** 0.5
    return middle - reach, middle + reach


def _range(metric: Metric) -> tuple[float, float]:
    """Return the least and the most that a metric can be."""
    if not metric.greater_is_better:
        return 0.0, np.inf
    if metric.task == "regression":
        return -np.inf, 1.0
    return (-1.0 if metric.name == "matthews_corrcoef" else 0.0), 1.0


def power(gain: Gain, true_gain: float, needed: float = 0.0) -> float:
    """Return the chance that a gate on such rows finds a true gain.

    Parameters
    ----------
    gain : Gain
        Found on such rows.
    true_gain : float
        In the metric's units, more is better.
    needed : float, default=0
        What the lower bound has to exceed: ``min_gain``, or minus ``margin``.

    Returns
    -------
    float
        Between 0 and 1; to within a few hundredths.
    """
    return powers.chance(gain.estimate, gain.lower, gain.standard_error, true_gain, needed)


def smallest_gain(gain: Gain, *, power: float = 0.8, needed: float = 0.0) -> float:
    """Return the true gain that a gate on such rows finds with a given chance, in the metric's units."""
    return powers.smallest(gain.estimate, gain.lower, gain.standard_error, power, needed)
