"""Scalers, norms and gaps."""

from typing import Any

import numpy as np
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import (
    Binarizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    RobustScaler,
    StandardScaler,
)

from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, checked_step, floats, steps


@steps(StandardScaler, RobustScaler, MaxAbsScaler)
def moved_and_divided(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write what is subtracted, and what divides."""
    count = given.numbers(part)
    node: Node = {"op": "scale"}
    moves = getattr(part, "with_mean", getattr(part, "with_centering", False))
    divides = getattr(part, "with_std", getattr(part, "with_scaling", True))
    if moves:
        node["minus"] = sink.array(part.mean_ if isinstance(part, StandardScaler) else part.center_)
    if divides:
        node["over"] = sink.array(part.scale_)
    if not moves and not divides:
        node = {"op": "pass"}
    done = checked_step(node, given, gaps=True)
    if getattr(part, "clip", False):  # scikit-learn 1.9's MaxAbsScaler
        low, high = np.full(count, -1.0), np.full(count, 1.0)
        clip = {"op": "clip", "lower": sink.array(low), "upper": sink.array(high)}
        done = {"op": "steps", "steps": [done, clip]}
    return done, given.becoming(count, tame=False)


@steps(MinMaxScaler)
def min_max(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write what is multiplied, and what is added."""
    count = given.numbers(part)
    node: Node = {"op": "scale", "times": sink.array(part.scale_), "plus": sink.array(part.min_)}
    node = checked_step(node, given, gaps=True)
    if part.clip:
        low, high = (np.full(count, float(bound)) for bound in part.feature_range)
        clip = {"op": "clip", "lower": sink.array(low), "upper": sink.array(high)}
        node = {"op": "steps", "steps": [node, clip]}
    return node, given.becoming(count, tame=bool(part.clip))


@steps(Normalizer)
def normalizer(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the norm."""
    del sink
    count = given.numbers(part)
    node = checked_step({"op": "normalize", "norm": part.norm}, given)
    return node, given.becoming(count, tame=False, full=False)


@steps(Binarizer)
def binarizer(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the threshold."""
    del sink
    count = given.numbers(part)
    node = checked_step({"op": "binarize", "threshold": float(part.threshold)}, given)
    return node, given.becoming(count, tame=True, full=True)


@steps(SimpleImputer)
def imputer(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write what fills the gaps, and for which columns gaps are told."""
    if given.kinds and not given.kinds.strip("t"):
        return _text_imputer(part, given)
    given.numbers(part)
    fill = floats(part.statistics_)
    keep = [int(place) for place in np.flatnonzero(~np.isnan(fill))]
    told = [] if part.indicator_ is None else [int(place) for place in part.indicator_.features_]
    node: Node = {"op": "impute", "fill": sink.array(fill), "keep": keep, "told": told}
    by_nan = bool(isinstance(part.missing_values, float) and np.isnan(part.missing_values))
    if not by_nan:
        need(isinstance(part.missing_values, int | float), part, f"missing_values={part.missing_values!r}")
        node["gap"] = float(part.missing_values)
    done = checked_step(node, given, gaps=by_nan)
    return done, given.becoming(len(keep) + len(told), tame=True, full=True)


def _text_imputer(part: Any, given: Given) -> tuple[Node, Given]:
    need(part.indicator_ is None, part, "add_indicator on texts")
    fill = list(part.statistics_)
    need(all(isinstance(text, str) for text in fill), part, "fills texts with something else")
    node: Node = {"op": "impute_text", "fill": [str(text) for text in fill]}
    gap = part.missing_values
    if isinstance(gap, str):
        node["gap"] = gap
    else:
        # A table as it is read has NaN for a missing text: an imputer of None would leave it.
        need(isinstance(gap, float) and np.isnan(gap), part, f"missing_values={gap!r} on texts")
    return node, Given(given.kinds, full=given.full or not isinstance(gap, str))


@steps(MissingIndicator)
def missing_indicator(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write for which columns gaps are told."""
    del sink
    given.numbers(part)
    missing = part.missing_values
    need(isinstance(missing, float) and np.isnan(missing), part, f"missing_values={missing!r}")
    strict = bool(part.features == "missing-only" and part.error_on_new)
    node = {"op": "missing", "of": [int(place) for place in part.features_], "strict": strict}
    return checked_step(node, given, gaps=True), given.becoming(len(part.features_), tame=True, full=True)
