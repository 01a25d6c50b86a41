"""Estimators made of others: calibration, votes, stacks, thresholds, targets in other units."""

from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from mlctl.bundle.portable.labels import classes_of, counted
from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, estimators, floats, write_estimator


@estimators(CalibratedClassifierCV)
def calibrated(sink: Sink, part: Any, given: Given) -> Node:
    """Write each member with its calibration."""
    classes = classes_of(part)
    members = []
    for member in part.calibrated_classifiers_:
        inner = member.estimator
        decides = hasattr(inner, "decision_function")
        node: Node = {
            "estimator": write_estimator(sink, inner, given),
            "scores": "decision" if decides else "proba",
        }
        if member.method == "temperature":
            node |= {"temperature": float(member.calibrators[0].beta_), "logs": not decides}
        else:
            places = [classes.index(label) for label in classes_of(inner)]
            if len(classes) == 2:
                places = [1]
            node["places"] = places[: len(member.calibrators)]
            node["curves"] = [_curve(sink, curve) for curve in member.calibrators]
        members.append(node)
    return {"op": "calibrated", "classes": len(classes), "members": members}


def _curve(sink: Sink, part: Any) -> Node:
    if type(part) is IsotonicRegression:
        need(part.out_of_bounds == "clip", part, f"out_of_bounds={part.out_of_bounds!r}")
        x, y = (sink.array(floats(values)) for values in (part.X_thresholds_, part.y_thresholds_))
        return {"curve": "isotonic", "x": x, "y": y}
    need(type(part).__name__ == "_SigmoidCalibration", part, "is a calibration that is not known")
    return {"curve": "sigmoid", "a": float(part.a_), "b": float(part.b_)}


@estimators(VotingClassifier, VotingRegressor)
def voting(sink: Sink, part: Any, given: Given) -> Node:
    """Write the members and their weights."""
    members = part.estimators_
    weights = part._weights_not_none
    node: Node = {
        "op": "average",
        "members": [write_estimator(sink, member, given) for member in members],
        "weights": sink.array(np.ones(len(members)) if weights is None else weights),
    }
    if isinstance(part, VotingClassifier):
        for member in members:
            counted(member)
        node |= {"op": "vote", "classes": len(classes_of(part)), "hard": part.voting == "hard"}
    return node


@estimators(BaggingClassifier, BaggingRegressor)
def bagging(sink: Sink, part: Any, given: Given) -> Node:
    """Write the members, each with the columns that it takes."""
    count = given.numbers(part)
    members = []
    for member, columns in zip(part.estimators_, part.estimators_features_, strict=True):
        places = [int(column) for column in columns]
        inner = write_estimator(sink, member, given.becoming(len(places)))
        whole = places == list(range(count))
        taken = {"op": "pipeline", "steps": [{"op": "take", "of": places}], "estimator": inner}
        members.append(inner if whole else taken)
    node: Node = {"op": "average", "members": members, "weights": sink.array(np.ones(len(members)))}
    if isinstance(part, BaggingClassifier):
        classes = len(classes_of(part))
        for member in part.estimators_:
            counted(member)
            need(len(member.classes_) == classes, part, "has a member that did not see every class")
        node |= {"op": "vote", "classes": classes, "hard": not hasattr(part.estimators_[0], "predict_proba")}
        # Its probabilities are the shares of votes then, which the runtime's hard vote does not give.
        need(not node["hard"], part, "has members without probabilities")
    return node


@estimators(StackingClassifier, StackingRegressor)
def stacking(sink: Sink, part: Any, given: Given) -> Node:
    """Write the members as a step, and the final estimator after it."""
    classes = len(classes_of(part)) if isinstance(part, StackingClassifier) else 0
    members, width = [], 0
    for member, method in zip(part.estimators_, part.stack_method_, strict=True):
        gives, count = _gives(member, method, classes)
        members.append({"estimator": write_estimator(sink, member, given), "gives": gives})
        width += count
    steps: list[Node] = [{"op": "answers", "members": members}]
    if part.passthrough:
        given.numbers(part)
        width += len(given.kinds)
        steps = [{"op": "union", "steps": [*steps, {"op": "pass"}]}]
    final = Given("n" * width, tame=False, full=False)
    return {
        "op": "pipeline",
        "steps": steps,
        "estimator": write_estimator(sink, part.final_estimator_, final),
    }


def _gives(member: Any, method: str, classes: int) -> tuple[str, int]:
    if method == "predict":
        if classes:
            counted(member)
        return "value", 1
    own = len(classes_of(member))
    if method == "decision_function":
        return "decision", 1 if own == 2 else own
    return ("rest", own - 1) if classes == 2 else ("proba", own)


@estimators(TunedThresholdClassifierCV, FixedThresholdClassifier)
def threshold(sink: Sink, part: Any, given: Given) -> Node:
    """Write the threshold, and of which score."""
    inner = getattr(part, "estimator_", part.estimator)
    classes = classes_of(part)
    asked = part._get_response_method()
    methods = [asked] if isinstance(asked, str) else list(asked)
    method = next(name for name in methods if hasattr(inner, name))
    if isinstance(part, TunedThresholdClassifierCV):
        at, positive = part.best_threshold_, part._curve_scorer._get_pos_label()
    else:
        at, positive = part.threshold, part.pos_label
        if at == "auto":
            at = 0.5 if method == "predict_proba" else 0.0
    return {
        "op": "threshold",
        "estimator": write_estimator(sink, inner, given),
        "at": float(at),
        "positive": 1 if positive is None else classes.index(positive),
        "scores": "proba" if method == "predict_proba" else "decision",
    }


@estimators(TransformedTargetRegressor)
def rescaled(sink: Sink, part: Any, given: Given) -> Node:
    """Write the regressor, and the way back to the target's units."""
    return {
        "op": "rescaled",
        "estimator": write_estimator(sink, part.regressor_, given),
        "step": _back(sink, part),
    }


_INVERSES = {
    np.exp: "exp",
    np.expm1: "expm1",
    np.log: "log",
    np.log1p: "log1p",
    np.sqrt: "sqrt",
    np.square: "square",
}


def _back(sink: Sink, part: Any) -> Node:
    transformer = part.transformer_
    if part.transformer is None:
        if part.func is None:
            return {"op": "pass"}
        name = next((name for known, name in _INVERSES.items() if known is part.inverse_func), None)
        need(name, part, "inverse_func is code of its own")
        return {"op": "function", "function": name}
    kind = type(transformer)
    need(
        kind in (StandardScaler, RobustScaler, MaxAbsScaler, MinMaxScaler),
        part,
        f"transformer={kind.__name__}",
    )
    if kind is MinMaxScaler:
        # Backwards: less min_, over scale_.
        return {"op": "scale", "minus": sink.array(transformer.min_), "over": sink.array(transformer.scale_)}
    node: Node = {"op": "scale"}
    divides = getattr(transformer, "with_std", getattr(transformer, "with_scaling", True))
    moves = getattr(transformer, "with_mean", getattr(transformer, "with_centering", False))
    if divides:
        node["times"] = sink.array(transformer.scale_)
    if moves:
        node["plus"] = sink.array(transformer.mean_ if kind is StandardScaler else transformer.center_)
    return node
