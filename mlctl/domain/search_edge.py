"""Whether the value that a search chose lies at the edge of what was tried (MLC025)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.domain.checks import Check, check
from mlctl.domain.metrics import METRICS

NATURAL_ENDS: Mapping[str, tuple[float, float]] = {
    "ccp_alpha": (0.0, math.inf),
    "degree": (1.0, math.inf),
    "l1_ratio": (0.0, 1.0),
    "l2_regularization": (0.0, math.inf),
    "max_bins": (2.0, 255.0),
    "max_depth": (1.0, math.inf),
    "max_features": (-math.inf, 1.0),
    "max_leaf_nodes": (2.0, math.inf),
    "max_samples": (-math.inf, 1.0),
    "min_impurity_decrease": (0.0, math.inf),
    "min_samples_leaf": (1.0, math.inf),
    "min_samples_split": (2.0, math.inf),
    "n_neighbors": (1.0, math.inf),
    "subsample": (-math.inf, 1.0),
}
"""Parameter to the smallest and the largest value that scikit-learn takes: nothing lies beyond them."""

LEAST_VALUES = 3
"""Of two values each is at an edge."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a search: its parameters as text, and its mean over the folds; None where it failed."""

    parameters: Mapping[str, str]
    mean: float | None


def at_edge(
    chosen: Mapping[str, Any], points: Sequence[Point], metric: str, tolerated: float
) -> Check | None:
    """Judge a search.

    Parameters
    ----------
    chosen : mapping
        The parameters that were taken.
    points : sequence of Point
        All that were tried.
    metric : str
        The one that decided.
    tolerated : float
        By how much the edge has to lead: on a plateau its ends mean nothing.
    """
    names = dict.fromkeys(name for point in points for name in point.parameters)
    told = [said for name in names if (said := _edge(name, chosen.get(name), points, metric, tolerated))]
    if not told:
        return None
    return check("MLC025", "; ".join(figure for figure, _ in told), "; ".join(remedy for _, remedy in told))


def _edge(
    name: str, value: Any, points: Sequence[Point], metric: str, tolerated: float
) -> tuple[str, str] | None:
    own = _number(value)
    tried = {number for point in points if (number := _number(point.parameters.get(name))) is not None}
    unbounded = any(point.parameters.get(name) in ("", "None") for point in points)
    if own is None or len(tried) < LEAST_VALUES or own not in (min(tried), max(tried)):
        return None
    is_low = own == min(tried)
    if own in NATURAL_ENDS.get(name, ()) or (unbounded and not is_low):
        return None  # None stands for "without a limit", which is the largest of all
    gain = METRICS[metric].gain
    here, there = (
        _best(name, own, points, metric, beside=False),
        _best(name, own, points, metric, beside=True),
    )
    if here is None or there is None or gain(here, there) <= tolerated:
        return None
    others = ", ".join(f"{number:g}" for number in sorted(tried - {own}))
    direction = "below" if is_low else "above"
    figure = (
        f"{name} {own:g} is the {'smallest' if is_low else 'largest'} value tried ({metric} {here:.4g}; with "
        f"{others} at best {there:.4g})"
    )
    return figure, f"try values of {name} {direction} {own:g} as well"


def _best(name: str, own: float, points: Sequence[Point], metric: str, *, beside: bool) -> float | None:
    means = [
        point.mean
        for point in points
        if point.mean is not None and (_number(point.parameters.get(name)) == own) != beside
    ]
    return max(means, key=lambda mean: METRICS[metric].gain(mean, 0.0), default=None)


def _number(value: Any) -> float | None:
    """Return a number that is none of True and False; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
