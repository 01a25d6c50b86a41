"""Naive Bayes: a joint likelihood a class, and the labels and probabilities that follow from it."""

from __future__ import annotations

from math import exp
from operator import mul

from .build import width
from .parts import Estimator, Head, first_largest, np_softmax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def estimator_gaussian(node: Node, kinds: str) -> Estimator:
    """``constant`` less half the squared distances from ``mean`` over ``variance``, a line a class."""
    mean = node.array("mean", "f8", None, width(node, kinds))
    classes = mean.shape[0]
    variance = node.array("variance", "f8", classes, len(kinds))
    constant = node.array("constant", "f8", classes, finite=False)
    if not classes or any(value <= 0 for value in variance.flat()):
        raise node.fault("has a variance that is not positive, or no class")
    lines = list(zip(mean.rows(), variance.rows(), constant.flat()))

    def raw(x: Any) -> list[float]:
        return [
            plus - 0.5 * sum([(v - m) * (v - m) / s for v, m, s in zip(x, means, spread)])
            for means, spread, plus in lines
        ]

    def batch(np: Any) -> Head:
        means, spread, plus = mean.numpy(np), variance.numpy(np), constant.numpy(np)

        def table(x: Any) -> Any:
            with np.errstate(over="ignore"):
                far = [((x - m) ** 2 / s).sum(axis=1) for m, s in zip(means, spread)]
            return plus - 0.5 * np.stack(far, axis=1)

        return _np_head(np, table)

    return Estimator(classes, _head(raw), batch, 0.15 * len(kinds) * classes)


def estimator_counts(node: Node, kinds: str) -> Estimator:
    """``constant`` plus the product with ``weights``, a line a class: naive Bayes of counts and of truths."""
    weights = node.array("weights", "f8", None, width(node, kinds))
    constant = node.array("constant", "f8", weights.shape[0])
    if not weights.shape[0]:
        raise node.fault("has no class")
    lines = list(zip(weights.rows(), constant.flat()))

    def batch(np: Any) -> Head:
        values, plus = weights.numpy(np).T, constant.numpy(np)
        return _np_head(np, lambda x: x @ values + plus)

    row = _head(lambda x: [sum(map(mul, line, x)) + plus for line, plus in lines])
    return Estimator(len(lines), row, batch, 0.04 * len(kinds) * len(lines))


def _head(raw: Any) -> Head:
    return Head(raw, first_largest, _proba, lambda found: found)


def _proba(found: list[float]) -> list[float]:
    largest = max(found)
    if largest - largest != 0:  # all of them -inf, or one that is no number: as scikit-learn's, none then is
        return [float("nan")] * len(found)
    powers = [exp(value - largest) for value in found]
    total = sum(powers)
    return [power / total for power in powers]


def _np_head(np: Any, raw: Any) -> Head:
    def proba(found: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return np_softmax(np, found)

    return Head(raw, lambda found: found.argmax(axis=1), proba, lambda found: found)
