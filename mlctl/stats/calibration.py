"""Whether probabilities mean what they say.

Two tests that need no bins and no fit: of calibrated probabilities p and outcomes y (0 or 1) the sums of
(y - p)(1 - 2p) and of y - p have mean 0 and known variances. The first is Spiegelhalter's: probabilities that
are too sure or too cautious move it; the second is the mean: too high or too low as a whole. How far the
probabilities are off is told by Cox's recalibration, logit(q) = a + b logit(p), fitted to the outcomes: b
below 1 means too sure, above 1 too cautious.

References
----------
D. J. Spiegelhalter, "Probabilistic prediction in patient management and clinical trials", Statistics in
Medicine 5, 1986, pp. 421-433.
D. R. Cox, "Two further applications of a model for binary regression", Biometrika 45, 1958, pp. 562-565.
B. Van Calster et al., "Calibration: the Achilles heel of predictive analytics", BMC Medicine 17, 2019.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CLIP = 1e-6
"""Probabilities are kept this far from 0 and 1 before their logit is taken."""

_PRIOR = 0.01
"""Weight that keeps the fit finite where the outcomes are told without a miss: a hundredth of one row's."""

_STEPS = 50


@dataclass(frozen=True, slots=True)
class Calibration:
    """How probabilities compare with what came of them.

    Attributes
    ----------
    rows : int
        How many.
    said, seen : float
        The mean probability, and the share of outcomes that were 1.
    z, mean_z : float
        Spiegelhalter's statistic and that of the mean; of calibrated probabilities standard normal. Infinite
        where something certain did not happen.
    p_value : float
        The smaller of their two-sided p values, doubled for there being two of them; at most 1.
    slope, slope_lower, slope_upper : float
        Cox's b with its 95 % interval.
    off : float
        Mean absolute difference between the probabilities and the recalibrated ones, in [0, 1].
    """

    rows: int
    said: float
    seen: float
    z: float
    mean_z: float
    p_value: float
    slope: float
    slope_lower: float
    slope_upper: float
    off: float


def calibration(probabilities: Any, outcomes: Any) -> Calibration:
    """Compare probabilities with outcomes.

    Parameters
    ----------
    probabilities : array-like of shape (rows,)
        In [0, 1]; at least one.
    outcomes : array-like of shape (rows,)
        Whether it came to pass.

    Examples
    --------
    >>> found = calibration([0.2] * 50 + [0.8] * 50, [1] * 10 + [0] * 40 + [1] * 40 + [0] * 10)
    >>> round(found.slope, 2), round(found.z, 2), found.p_value, round(found.off, 3)
    (1.0, 0.0, 1.0, 0.0)
    """
    p = np.clip(np.asarray(probabilities, dtype=float), 0.0, 1.0)
    y = np.asarray(outcomes, dtype=float)
    tilt = 1 - 2 * p
    z = _z((y - p) * tilt, tilt**2 * p * (1 - p))
    mean_z = _z(y - p, p * (1 - p))
    logits = np.log(np.clip(p, CLIP, 1 - CLIP) / np.clip(1 - p, CLIP, 1 - CLIP))
    (level, slope), error = _recalibrate(logits, y)
    return Calibration(
        rows=len(p),
        said=float(p.mean()),
        seen=float(y.mean()),
        z=z,
        mean_z=mean_z,
        p_value=min(1.0, 2 * min(_two_sided(z), _two_sided(mean_z))),
        slope=slope,
        slope_lower=slope - 1.96 * error,
        slope_upper=slope + 1.96 * error,
        off=float(np.abs(p - _logistic(level + slope * logits)).mean()),
    )


def _z(parts: Floats, variances: Floats) -> float:
    total, spread = float(parts.sum()), math.sqrt(float(variances.sum()))
    if spread > 1e-9:
        return total / spread
    return 0.0 if abs(total) < 1e-9 else math.copysign(math.inf, total)


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def _logistic(logits: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-np.clip(logits, -700, 700)))
    return shares


def _recalibrate(logits: Floats, outcomes: Floats) -> tuple[tuple[float, float], float]:
    """Fit a and b by Newton's method, halving steps that lead up; return them and b's standard error."""
    start = np.array([0.0, 1.0])
    design = np.column_stack([np.ones_like(logits), logits])
    found = start
    for _ in range(_STEPS):
        slope, curve = _derivatives(design, outcomes, found, start)
        step = np.linalg.solve(curve, slope)
        while _loss(design, outcomes, found - step, start) > _loss(design, outcomes, found, start) + 1e-12:
            step = step / 2
        found = found - step
        if np.abs(step).max() < 1e-9:
            break
    error = math.sqrt(float(np.linalg.inv(_derivatives(design, outcomes, found, start)[1])[1, 1]))
    return (float(found[0]), float(found[1])), error


def _loss(design: Floats, outcomes: Floats, at: Floats, start: Floats) -> float:
    signed = np.where(outcomes > 0, -1.0, 1.0) * (design @ at)
    return float(np.logaddexp(0.0, signed).sum() + _PRIOR / 2 * ((at - start) ** 2).sum())


def _derivatives(design: Floats, outcomes: Floats, at: Floats, start: Floats) -> tuple[Floats, Floats]:
    q = _logistic(design @ at)
    slope = design.T @ (q - outcomes) + _PRIOR * (at - start)
    curve = design.T @ (design * (q * (1 - q))[:, None]) + _PRIOR * np.eye(2)
    return slope, curve
