"""Bounds of the difference of two shares that were counted on the same rows: accuracy, recall.

Only the rows matter in which one model is right and the other is not. They are few, and the usual standard
error errs then, the more so at small error rates; here the tail is added up exactly.

References
----------
T. Tango, "Equivalence Test and Confidence Interval for the Difference in Proportions for the Paired-Sample
Design", Statistics in Medicine 17, 1998, pp. 891-908 (the restricted estimate).

C. Lloyd, "A New Exact and More Powerful Unconditional Test of No Treatment Effect from Binary Matched
Pairs", Biometrics 64, 2008, pp. 716-723 (the estimated p-value).
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import bdtrc, gammaln, xlog1py, xlogy

_FAR = 8.0
"""Standard deviations beyond which a tail is below any error rate that is asked for."""


def lower_bound(ahead: int, behind: int, rows: int, error_rate: float) -> float:
    """Return the lower bound of the challenger's share less the champion's.

    The smallest difference under which so large a one would come up with at least ``error_rate``, the
    nuisance (how often the models disagree) taken at its most likely value under that difference. Added up
    for 200 to 1,000 rows and 1 to 30 % disagreement, the error rate is never above the one stated.

    Parameters
    ----------
    ahead, behind : int
        Rows in which only the challenger is right, and only the champion.
    rows : int
        All rows, 1 or more.
    error_rate : float
        Between 0 and 0.5.

    Returns
    -------
    float
        Between -1 and ``(ahead - behind) / rows``. Where the models never disagree it is
        ``error_rate ** (1 / rows) - 1``, about minus three in ``rows`` at 0.05.

    Examples
    --------
    >>> round(lower_bound(24, 15, 300, 0.05), 4)
    -0.006
    >>> round(lower_bound(0, 0, 300, 0.05), 4)
    -0.0099
    """
    if behind == rows:
        return -1.0
    found = brentq(
        lambda difference: _tail(ahead, behind, rows, difference) - error_rate,
        -1.0,
        (ahead - behind) / rows,
        xtol=1e-12,
    )
    return float(found)


def _tail(ahead: int, behind: int, rows: int, difference: float) -> float:
    """Return the probability of so large a difference, or a larger one, where the truth is ``difference``."""
    against = _restricted(ahead, behind, rows, difference)
    return _probability(ahead - behind, rows, max(0.0, against + difference), against)


def _restricted(ahead: int, behind: int, rows: int, difference: float) -> float:
    """Return the most likely share of rows that go against the challenger (Tango 1998, eq. 9)."""
    a = 2 * rows
    b = -ahead - behind + (2 * rows - ahead + behind) * difference
    c = -behind * difference * (1 - difference)
    return max(0.0, -difference, (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a))


def _probability(least: int, rows: int, share_for: float, share_against: float) -> float:
    """Return the probability that rows for exceed rows against by ``least`` or more."""
    either = min(1.0, share_for + share_against)
    if either == 0:
        return float(least <= 0)
    reach = _FAR * math.sqrt(rows * either * (1 - either)) + _FAR
    disagree = np.arange(max(0, int(rows * either - reach)), min(rows, int(rows * either + reach)) + 1)
    enough = np.ceil((disagree + least) / 2)
    # bdtrc wants 0 <= k: of no rows at all, none are enough where none are asked for.
    beyond = np.where(
        enough <= 0,
        1.0,
        bdtrc(np.clip(enough - 1, 0, disagree), np.maximum(disagree, 1), share_for / either)
        * (enough <= disagree),
    )
    return float(_binomial(disagree, rows, either) @ beyond)


def _binomial(count: NDArray[np.int64], rows: int, share: float) -> NDArray[np.float64]:
    """Return the probabilities of counts; scipy.stats takes ten times as long over its own checks."""
    ways = gammaln(rows + 1) - gammaln(count + 1) - gammaln(rows - count + 1)
    return np.asarray(np.exp(ways + xlogy(count, share) + xlog1py(rows - count, -share)))
