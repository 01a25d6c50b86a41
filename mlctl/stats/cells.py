"""Bounds for metrics of labels, from draws of the outcome cells: true label, champion's answer, challenger's.

All that such a metric needs of the rows is how many fall in each cell; redrawing 100,000 rows is redrawing a
few counts. Each draw takes the cells' shares from their Dirichlet distribution (the Bayesian bootstrap), with
half a row more in each cell that speaks against the bound: of three rows that speak for a challenger and none
against it, plain resampling would never draw one that does.

References
----------
D. Rubin, "The Bayesian Bootstrap", Annals of Statistics 9, 1981, pp. 130-134.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlctl.stats.answers import Rows
from mlctl.stats.labels import Counts, value

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

BEYOND = 100
"""Draws beyond the bound: it is then known to a tenth of its error rate."""

_MOST = 40_000_000
"""Numbers to draw at most, about two seconds; with more cells there are rows enough for the closed form."""

_CHUNK = 1 << 20
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Cells:
    """Outcome cells that are not empty.

    Attributes
    ----------
    truth : ndarray of int, shape (n_cells,)
        Code of the true label.
    answers : tuple of ndarray of int, shape (n_cells,)
        Code of each model's answer.
    weights : ndarray of shape (n_cells,)
        Rows.
    """

    truth: Codes
    answers: tuple[Codes, ...]
    weights: Floats


def draws_needed(error_rate: float) -> int:
    """Return how many draws a bound at an error rate takes: 2,000 at 0.05, 62,500 at 0.0016."""
    return math.ceil(BEYOND / error_rate)


def lower_bound(champion: Rows, challenger: Rows, error_rate: float, seed: int) -> float | None:
    """Return the lower bound of the challenger's score less the champion's.

    Parameters
    ----------
    champion, challenger : Rows
        Labels answered on the same rows.
    error_rate : float
        Between 0 and 0.5.
    seed : int
        Of the draws.

    Returns
    -------
    float or None
        In the metric's units; None where there are too many cells to draw.
    """
    cells = _count(champion.truth, (champion.answers, challenger.answers), champion.classes)
    against = _against(challenger)
    added = _add(cells, np.arange(champion.classes), (np.arange(champion.classes), against))
    if len(added.weights) * draws_needed(error_rate) > _MOST:
        return None
    metric, positive = champion.metric, champion.positive
    drawn = [
        value(metric, _counts(added, shares, 1, champion.classes), positive)
        - value(metric, _counts(added, shares, 0, champion.classes), positive)
        for shares in _draw(added.weights, draws_needed(error_rate), seed)
    ]
    return _quantile(drawn, error_rate)


def own_bounds(rows: Rows, error_rate: float, seed: int) -> tuple[float, float]:
    """Return the bounds of one model's own score, each at the error rate."""
    cells, every = _count(rows.truth, (rows.answers,), rows.classes), np.arange(rows.classes)
    found = []
    for half, sign in ((_against(rows), 1), (every, -1)):
        added = _add(cells, every, (half,))
        drawn = [
            sign * value(rows.metric, _counts(added, shares, 0, rows.classes), rows.positive)
            for shares in _draw(added.weights, draws_needed(error_rate), seed)
        ]
        found.append(sign * _quantile(drawn, error_rate))
    return found[0], found[1]


def _quantile(drawn: list[Floats], error_rate: float) -> float:
    return float(np.quantile(np.concatenate(drawn), error_rate, method="inverted_cdf"))


def _count(truth: Codes, answers: tuple[Codes, ...], classes: int) -> Cells:
    shape = (classes,) + (classes + 1,) * len(answers)
    codes, weights = np.unique(np.ravel_multi_index((truth, *answers), shape), return_counts=True)
    first, *rest = np.unravel_index(codes, shape)
    return Cells(first, tuple(rest), weights.astype(np.float64))


def _against(rows: Rows) -> Codes:
    """Return for each class the model's commonest wrong answer; where it has none, the next class."""
    table = np.zeros((rows.classes, rows.classes + 1))
    np.add.at(table, (rows.truth, rows.answers), 1)
    every = np.arange(rows.classes)
    table[every, every] = -1
    table[every, (every + 1) % rows.classes] += _HALF
    wrong: Codes = table.argmax(axis=1)
    return wrong


def _add(cells: Cells, truth: Codes, answers: tuple[Codes, ...]) -> Cells:
    """Add half a row to one cell of each class that has rows."""
    present = np.isin(truth, cells.truth)
    return Cells(
        np.concatenate([cells.truth, truth[present]]),
        tuple(
            np.concatenate([own, added[present]]) for own, added in zip(cells.answers, answers, strict=True)
        ),
        np.concatenate([cells.weights, np.full(int(present.sum()), _HALF)]),
    )


def _draw(weights: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """Draw shares of the cells, some thousand sets at a time."""
    random = np.random.default_rng(seed)
    at_once = max(1, _CHUNK // len(weights))
    for start in range(0, draws, at_once):
        gammas = random.standard_gamma(weights, size=(min(at_once, draws - start), len(weights)))
        yield gammas / gammas.sum(axis=1, keepdims=True)


def _counts(cells: Cells, shares: Floats, model: int, classes: int) -> Counts:
    answer = cells.answers[model]
    true, said = np.eye(classes)[cells.truth], np.eye(classes + 1)[answer]
    return Counts(shares @ true, shares @ (true * (cells.truth == answer)[:, None]), shares @ said)
