"""Support vector machines, neighbours and constants."""

from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC, SVR, NuSVC, NuSVR

from mlctl.bundle.portable.labels import classes_of
from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, checked, estimators, floats


@estimators(SVC, NuSVC)
def svc(sink: Sink, part: Any, given: Given) -> Node:
    """Write the support vectors and the weight of each in each pair of classes."""
    given.numbers(part)
    classes_of(part)
    node: Node = {
        "op": "svc",
        **_kernel(sink, part),
        "counts": [int(count) for count in part._n_support],
        "dual": sink.array(_dense(part._dual_coef_)),
        "intercept": sink.array(floats(part._intercept_)),
        "one_against_rest": part.decision_function_shape == "ovr",
        "break_ties": bool(part.break_ties),
    }
    if getattr(part, "probability", False) is True:
        node |= {"proba_a": sink.array(part._probA), "proba_b": sink.array(part._probB)}
    return checked(node, given)


@estimators(SVR, NuSVR)
def svr(sink: Sink, part: Any, given: Given) -> Node:
    """Write the support vectors and their weights."""
    given.numbers(part)
    node: Node = {
        "op": "svr",
        **_kernel(sink, part),
        "dual": sink.array(_dense(part._dual_coef_).ravel()),
        "intercept": float(part._intercept_[0]),
    }
    return checked(node, given)


def _kernel(sink: Sink, part: Any) -> Node:
    known = ("linear", "poly", "rbf", "sigmoid")
    need(isinstance(part.kernel, str) and part.kernel in known, part, f"kernel={part.kernel!r}")
    need(part.degree <= 1000, part, f"degree={part.degree!r}")
    return {
        "kernel": part.kernel,
        "gamma": float(part._gamma),
        "coef0": float(part.coef0),
        "degree": int(part.degree),
        "vectors": sink.array(_dense(part.support_vectors_)),
    }


def _dense(found: Any) -> Any:
    return floats(found.toarray() if hasattr(found, "toarray") else found)


@estimators(KNeighborsClassifier, KNeighborsRegressor)
def neighbours(sink: Sink, part: Any, given: Given) -> Node:
    """Write the training rows, their answers, and the tree along which they are searched."""
    given.numbers(part)
    classes = len(classes_of(part)) if isinstance(part, KNeighborsClassifier) else 0
    need(np.ndim(part._y) == 1 or part._y.shape[1] == 1, part, "answers with several values a row")
    need(part.weights in ("uniform", "distance", None), part, "weights are code of its own")
    by_distance, brute = part.weights == "distance", part._fit_method == "brute"
    # A tree makes floats of whole numbers; where all rows are searched, such go another way in scikit-learn.
    floating = part._fit_X.dtype == np.float64 or (not brute and part._fit_X.dtype.kind in "iu")
    need(floating, part, f"was fitted on {part._fit_X.dtype} numbers")
    metric = _metric(part)
    # There scikit-learn takes distances from products, and loses the digits of short ones.
    exact = not (by_distance and brute and metric == "euclidean")
    need(
        exact,
        part,
        "weights='distance' where it searches all rows by euclidean distance (more than 15 columns)",
    )
    node: Node = {
        "op": "neighbours",
        "classes": classes,
        "neighbours": int(part.n_neighbors),
        "weights": "distance" if by_distance else "uniform",
        "metric": metric,
        "vectors": sink.array(_dense(part._fit_X)),
        "targets": sink.array(np.ravel(part._y), "i4" if classes else "f8"),
        **_order(sink, part),
    }
    if metric == "minkowski":
        node["power"] = float(part.effective_metric_params_["p"])
    return checked(node, given)


_METRICS = {
    "euclidean": "euclidean",
    "l2": "euclidean",
    "manhattan": "manhattan",
    "cityblock": "manhattan",
    "l1": "manhattan",
    "chebyshev": "chebyshev",
    "infinity": "chebyshev",
    "minkowski": "minkowski",
    "p": "minkowski",
}


def _metric(part: Any) -> str:
    known = isinstance(part.effective_metric_, str) and part.effective_metric_ in _METRICS
    need(known, part, f"metric={part.metric!r}")
    weighted = part.effective_metric_params_.get("w") is not None
    need(not weighted, part, "a metric with weights")
    return _METRICS[part.effective_metric_]


def _order(sink: Sink, part: Any) -> Node:
    if part._fit_method == "brute":
        return {"order": "position"}
    _, rows, nodes, bounds = part._tree.get_arrays()
    nodes = np.asarray(nodes)
    balls = part._fit_method == "ball_tree"
    order: Node = {
        "order": "balls" if balls else "boxes",
        "rows": sink.array(rows, "i4"),
        "starts": sink.array(nodes["idx_start"], "i4"),
        "ends": sink.array(nodes["idx_end"], "i4"),
        "leaf": sink.array(nodes["is_leaf"], "u1"),
        "bounds": sink.array(bounds),
    }
    if balls:
        order["radius"] = sink.array(nodes["radius"])
    return order


@estimators(DummyClassifier, DummyRegressor)
def dummy(sink: Sink, part: Any, given: Given) -> Node:
    """Write the constant answer."""
    del given
    need(part.n_outputs_ == 1, part, "answers with several values a row")
    if isinstance(part, DummyRegressor):
        return {"op": "constant", "classes": 0, "number": float(np.ravel(part.constant_)[0])}
    classes = classes_of(part, 1)
    strategy = part._strategy
    need(strategy in ("prior", "most_frequent", "constant"), part, f"strategy={strategy!r} answers by chance")
    prior = floats(part.class_prior_)
    label = classes.index(np.ravel(part.constant)[0]) if strategy == "constant" else int(prior.argmax())
    proba = prior if strategy == "prior" else np.eye(len(classes))[label]
    return {"op": "constant", "classes": len(classes), "label": label, "proba": sink.array(proba)}
