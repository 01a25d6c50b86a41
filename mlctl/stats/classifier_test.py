"""Whether a classifier tells the rows of two tables apart: the two-sample test that sees joint shifts.

Two tables may agree in every column and differ in how the columns go together. A classifier that learns
which table a row comes of finds such a difference; how well it does on rows it has not learned from is the
measure (Friedman 2003; Lopez-Paz and Oquab 2017).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from mlctl.stats.batch_means import batch_of_row

_FAR = 1e150
"""The classifier's bins are made by sums of values, which must stay finite."""

_ROUNDS, _LEAVES, _RATE = 60, 16, 0.2
"""Measured: among 30 columns a correlation that goes from 0.9 to 0 is seen at 1,000 rows a side, in 0.2 s."""


@dataclass(frozen=True, slots=True)
class Auc:
    """An area under the ROC curve with its lower bound.

    Attributes
    ----------
    auc : float
        0.5 where the tables cannot be told apart, 1 where they always can.
    low : float
        One-sided 95 % lower confidence bound.
    """

    auc: float
    low: float


def tell_apart(one: Any, other: Any, categorical: Any, seed: int, *, ordered: bool = False) -> Auc:
    """Learn on half of the rows which table they come of, ask for the other half, and the other way round.

    Parameters
    ----------
    one, other : numpy.ndarray of float64, shapes (n, n_columns) and (m, n_columns)
        At least two rows each; NaN where missing, categories as codes 0 to 254.
    categorical : numpy.ndarray of bool, shape (n_columns,)
        Which columns hold codes.
    seed : int
        Of the halves.
    ordered : bool, default=False
        Whether the rows are in an order in which neighbours may be alike. The halves are then the first and
        the second of each table, or a row would be recognised by its neighbour, and the bound is wider.

    Returns
    -------
    Auc
        The mean over both halves.
    """
    X = np.clip(np.concatenate([one, other]), -_FAR, _FAR)
    y = np.repeat([0, 1], [len(one), len(other)])
    rng = np.random.default_rng(seed)
    half = np.concatenate([_half(len(table), rng, ordered=ordered) for table in (one, other)])
    learner = HistGradientBoostingClassifier(
        max_iter=_ROUNDS,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        categorical_features=categorical,
        early_stopping=False,
        random_state=seed,
    )
    clusters = np.concatenate([batch_of_row(len(one)), batch_of_row(len(other))]) if ordered else None
    found = []
    # Its threads wait for each other by spinning: beside other work two are ten times as slow as one.
    with threadpool_limits(1, user_api="openmp"):
        for held in (half, ~half):
            scores = learner.fit(X[~held], y[~held]).decision_function(X[held])
            found.append(auc_with_variance(scores, y[held], None if clusters is None else clusters[held]))
    auc = (found[0][0] + found[1][0]) / 2
    deviation = float(np.sqrt(found[0][1] + found[1][1])) / 2
    return Auc(auc, max(0.0, auc - float(ndtri(0.95)) * deviation))


def _half(rows: int, rng: np.random.Generator, *, ordered: bool) -> Any:
    """Draw half of a table; its first half where it has an order."""
    return (np.arange(rows) if ordered else rng.permutation(rows)) < (rows + 1) // 2


def auc_with_variance(scores: Any, y: Any, together: Any = None) -> tuple[float, float]:
    """Return the area under the ROC curve and the variance of its estimate.

    By the ranks of each row among the rows of the other class (DeLong et al. 1988; Sun and Xu 2014). Where
    rows belong together their means count as the observations (after Obuchowski 1997).

    Parameters
    ----------
    scores : numpy.ndarray of float64, shape (n,)
        A tie counts half.
    y : numpy.ndarray of int, shape (n,)
        0 or 1, both of them present.
    together : numpy.ndarray of int, shape (n,), optional
        Rows of one class with the same number belong together.

    Returns
    -------
    tuple of (float, float)
        Area between 0 and 1, and the variance of its estimate; a class of one observation adds nothing to it.

    Examples
    --------
    >>> import numpy as np
    >>> auc_with_variance(np.array([2.0, 3.0, 1.0, 2.0]), np.array([1, 1, 0, 0]))
    (0.875, 0.03125)
    """
    ranks, variance = rankdata(scores), 0.0
    above = 0.0
    for label in (0, 1):
        own = y == label
        share = (ranks[own] - rankdata(scores[own])) / np.count_nonzero(~own)
        variance += _variance_of_mean(share if together is None else _means(share, together[own]))
        above = float(share.mean())
    return above, variance


def _means(values: Any, together: Any) -> Any:
    sizes = np.bincount(together)
    return (np.bincount(together, weights=values) / np.maximum(1, sizes))[sizes > 0]


def _variance_of_mean(values: Any) -> float:
    return float(np.var(values, ddof=1) / len(values)) if len(values) > 1 else 0.0
