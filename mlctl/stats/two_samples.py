"""How far two samples of numbers lie apart, and whether that may be chance."""

from typing import Any

import numpy as np
from scipy.special import kolmogorov

_TOO_FAR = 1e150
"""Beyond this the difference or the square of two numbers may leave the range of float64."""


def distances(one: Any, other: Any) -> tuple[float, float]:
    """Return Kolmogorov-Smirnov's D and Wasserstein's distance in standard deviations of the first sample.

    D is the largest gap between the two cumulative distributions F and G, and Wasserstein's distance is the
    integral of ``|F - G|`` (Vallender 1974): how far a row has to move on average. Both come of one merge of
    the sorted samples.

    Parameters
    ----------
    one, other : numpy.ndarray of float64, shapes (n,) and (m,)
        Sorted, not empty, without NaN. Infinite values have their place in the order; the integral runs over
        the finite range.

    Returns
    -------
    tuple of (float, float)
        D between 0 and 1; the distance, 0 or more, in standard deviations of the finite values of the first
        sample; where that has one value only, in standard deviations of both samples together.

    Examples
    --------
    >>> import numpy as np
    >>> distances(np.array([0.0, 2.0]), np.array([1.0, 3.0]))
    (0.5, 1.0)
    """
    both = np.concatenate([one, other])
    order = np.argsort(both, kind="stable")  # two sorted runs: merged in one pass
    both = both[order]
    below = np.cumsum(order < len(one))
    gap = np.abs(below / len(one) - (np.arange(1, len(both) + 1) - below) / len(other))
    ends = np.append(both[1:] != both[:-1], True)
    return float(gap[ends].max()), _in_deviations(both, gap, one)


def _in_deviations(both: Any, gap: Any, one: Any) -> float:
    low, high = _finite(both)
    values, first = both[low:high], one[slice(*_finite(one))]
    if not len(values):
        return 0.0
    unit = _unit(values)
    spread = _spread(first / unit) or _spread(values / unit)
    return float(gap[low : high - 1] @ np.diff(values / unit)) / spread if spread else 0.0


def _finite(ordered: Any) -> tuple[int, int]:
    low, high = np.searchsorted(ordered, -np.inf, side="right"), np.searchsorted(ordered, np.inf)
    return int(low), int(high)


def _unit(ordered: Any) -> float:
    """Return what to divide by, so that differences and squares are finite and not lost."""
    largest = float(max(abs(ordered[0]), abs(ordered[-1])))
    return largest if largest > _TOO_FAR or 0 < largest < 1 / _TOO_FAR else 1.0


def _spread(ordered: Any) -> float:
    # The deviation of equal values is not exactly zero where their mean is rounded.
    return float(ordered.std()) if len(ordered) and ordered[0] != ordered[-1] else 0.0


def smirnov_p_value(d: Any, n: Any, m: Any) -> Any:
    """Return the probability of such a D or a larger one where both samples come of one distribution.

    By Smirnov's limit (1939), which errs to the safe side in small samples and where values repeat.

    Parameters
    ----------
    d : array-like of float
        Between 0 and 1.
    n, m : array-like of int
        The sizes of the samples, 1 or more.

    Returns
    -------
    numpy.ndarray or float
        Between 0 and 1.
    """
    n, m = np.asarray(n, dtype="float64"), np.asarray(m, dtype="float64")
    return kolmogorov(np.sqrt(n * m / (n + m)) * np.asarray(d))
