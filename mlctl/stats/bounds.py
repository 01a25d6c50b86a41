"""One-sided bounds of an estimate that is a sum of independent parts, where the parts may be skewed.

Student's t takes the parts for symmetric. Where the challenger is a little better in most rows and far worse
in a few, it errs several times as often as it says, the more so at small error rates. Hall's transformation
takes the skewness into account that the sample shows; and as a sample seldom shows the whole of it, its worst
part is counted again. Simulated at 200 to 1,000 rows, such bounds err no more often than they say for normal,
heavy-tailed, exponential and lognormal parts; a quarter more often at 0.05 and three times at 0.0016 where 3
rows in a hundred carry most of the error, of which 300 rows show too few.

References
----------
P. Hall, "On the Removal of Skewness by Transformation", Journal of the Royal Statistical Society B 54, 1992,
pp. 221-228.

F. Satterthwaite, "An Approximate Distribution of Estimates of Variance Components", Biometrics Bulletin 2,
1946, pp. 110-114.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

HALF = 0.5
"""Rows that are added to a gate's rows, as far against the bound as the worst one is."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """One-sided bounds of an estimate, each at the same error rate, and its standard error."""

    lower: float
    upper: float
    standard_error: float


def bounds(
    estimate: float, parts: Floats, error_rate: float, strata: Codes | None = None, *, added: float = 0.0
) -> Bounds:
    """Return the bounds of an estimate whose error is the mean of independent parts.

    Parameters
    ----------
    estimate : float
        The estimate.
    parts : ndarray of shape (n,)
        What each row (or block) adds to the estimate's error, times n: its influence. Mean 0.
    error_rate : float
        Of each bound, between 0 and 0.5.
    strata : ndarray of int, shape (n,), optional
        Samples of their own, numbered from 0, that the estimate adds up: the two classes of an area under
        the ROC curve. The degrees of freedom are Satterthwaite's (1946).
    added : float, default=0.0
        How many rows as bad as the worst one are added for each bound: :data:`HALF` for the gate.

    Returns
    -------
    Bounds
        Infinite where a stratum has one part only.
    """
    numbers = np.zeros(len(parts), dtype=np.int64) if strata is None else strata
    counts = np.bincount(numbers)
    if (counts < 2).any():
        return Bounds(-np.inf, np.inf, np.inf)
    shares = parts / len(parts)
    shares = shares - (np.bincount(numbers, weights=shares) / counts)[numbers]
    variances = np.bincount(numbers, weights=shares**2) * counts / (counts - 1)
    variance = float(variances.sum())
    if variance == 0:
        return Bounds(estimate, estimate, 0.0)
    freedom = variance**2 / float((variances**2 / (counts - 1)).sum())
    t = float(stdtrit(freedom, 1 - error_rate))
    return Bounds(
        estimate - _below(shares, variance, t, added),
        estimate + _below(-shares, variance, t, added),
        variance**0.5,
    )


def _below(shares: Floats, variance: float, t: float, added: float) -> float:
    """Return how far the lower bound stands below the estimate."""
    worst = float(shares.min())
    error: float = (variance + added * worst**2) ** 0.5
    skewness = (float((shares**3).sum()) + worst**3) / error**3
    return _quantile(skewness, t) * error - added * worst


def _quantile(skewness: float, t: float) -> float:
    """Return the quantile of the studentised mean: Hall's (1992, g2 inverted), never less than Student's."""
    if skewness > -1e-9:  # so small a one changes nothing, and is divided by
        return t
    root = float(np.cbrt(1 + skewness * (t - skewness / 6)))
    return max(t, 3 / skewness * (root - 1))
