"""From the header's operations to steps and estimators: a closed set, each found in its module by name."""

from __future__ import annotations

from importlib import import_module

from .parts import NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node
    from .parts import Estimator, Step

STEPS = {
    "pass": "frame",
    "columns": "frame",
    "steps": "frame",
    "union": "frame",
    "take": "frame",
    "check": "frame",
    "scale": "scale",
    "clip": "scale",
    "normalize": "scale",
    "binarize": "scale",
    "impute": "impute",
    "impute_text": "impute",
    "gaps": "impute",
    "missing": "impute",
    "levels": "encode",
    "onehot": "encode",
    "lookup": "encode",
    "bins": "bins",
    "dates": "times",
    "time": "times",
    "clean": "text",
    "words": "text",
    "tfidf": "text",
    "polynomial": "numeric",
    "project": "numeric",
    "power": "numeric",
    "function": "numeric",
    "answers": "combine",
}
"""Transforming operations, and the module of each."""

ESTIMATORS = {
    "pipeline": "frame",
    "constant": "constant",
    "last": "constant",
    "linear": "linear",
    "logistic": "linear",
    "tree": "trees",
    "forest": "trees",
    "boosting": "boosting",
    "svc": "svm",
    "svr": "svm",
    "neighbours": "neighbours",
    "gaussian": "bayes",
    "counts": "bayes",
    "layers": "layers",
    "calibrated": "calibrated",
    "vote": "combine",
    "average": "combine",
    "threshold": "combine",
    "rescaled": "combine",
}
"""Answering operations, and the module of each."""


def build_step(node: Node, kinds: str) -> Step:
    """Return the step of an operation.

    Parameters
    ----------
    node : Node
        The operation.
    kinds : str
        The kinds of the cells that it gets.

    Raises
    ------
    FormatError
        When it is no operation, is not complete, or does not fit those cells.
    """
    name = node.text("op", STEPS)
    built: Step = getattr(_module(STEPS[name]), "step_" + name)(node, kinds)
    node.end()
    node.saw(len(built.kinds))
    return built


def build_estimator(node: Node, kinds: str) -> Estimator:
    """Return the estimator of an operation; see :func:`build_step`."""
    name = node.text("op", ESTIMATORS)
    built: Estimator = getattr(_module(ESTIMATORS[name]), "estimator_" + name)(node, kinds)
    node.end()
    return built


def width(node: Node, kinds: str) -> int:
    """Return the number of cells, all of which have to be numbers."""
    if kinds.strip(NUMBER):
        raise node.fault("takes numbers only")
    return len(kinds)


def _module(name: str) -> Any:
    # Only what a model uses is imported: that is what keeps the start short.
    return import_module("." + name, __package__)
