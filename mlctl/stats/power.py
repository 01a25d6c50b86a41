"""What a gate on such rows finds: the chance, and the smallest gain."""

import math

from scipy.special import ndtr, ndtri


def chance(estimate: float, lower: float, standard_error: float, true_gain: float, needed: float) -> float:
    """Return the chance that the lower bound of another such sample stands above what is needed.

    The bound is taken to stand as many standard errors below the estimate as it does here, and the estimate
    to be normal about the truth.

    Parameters
    ----------
    estimate, lower, standard_error : float
        Found on such rows.
    true_gain, needed : float
        In the same units.

    Returns
    -------
    float
        Between 0 and 1.
    """
    if not math.isfinite(lower) or not math.isfinite(standard_error):
        return 0.0
    left = true_gain - needed - (estimate - lower)
    if standard_error == 0:
        return float(left > 0)
    return float(ndtr(left / standard_error))


def smallest(estimate: float, lower: float, standard_error: float, power: float, needed: float) -> float:
    """Return the true gain that is found with a given chance, see :func:`chance`; infinite where none is."""
    if not math.isfinite(lower) or not math.isfinite(standard_error):
        return math.inf
    return needed + (estimate - lower) + float(ndtri(power)) * standard_error
