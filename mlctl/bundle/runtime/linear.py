"""Linear models: one product and an intercept a class, and what becomes of them."""

from __future__ import annotations

from operator import mul

from .build import width
from .parts import Estimator, Head, logistic, np_logistic, np_softmax, safe_exp, softmax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def estimator_linear(node: Node, kinds: str) -> Estimator:
    """Give a number: product plus ``intercept``, and its exponential where ``link`` says so."""
    coef = node.array("coef", "f8", width(node, kinds))
    intercept, link = node.number("intercept"), node.text("link", ("identity", "exp"))
    weights = coef.flat()
    if link == "exp":
        row = Head(lambda x: safe_exp(sum(map(mul, weights, x)) + intercept))
    else:
        row = Head(lambda x: sum(map(mul, weights, x)) + intercept)

    def batch(np: Any) -> Head:
        values = coef.numpy(np)
        if link == "exp":
            return Head(lambda x: np.exp(x @ values + intercept))
        return Head(lambda x: x @ values + intercept)

    return Estimator(0, row, batch, 0.5 + 0.03 * len(weights))


def estimator_logistic(node: Node, kinds: str) -> Estimator:
    """Give a label: the largest score, or for two classes whether the one score lies above 0.

    ``link`` makes scores into probabilities: ``logistic`` (each by itself, then over their sum), ``softmax``,
    ``clipped`` (score from -1 to 1 as 0 to 1, then over their sum) or ``none``.
    """
    coef = node.array("coef", "f8", None, width(node, kinds))
    lines = coef.shape[0]
    intercept = node.array("intercept", "f8", lines)
    link = node.text("link", _PROBA)
    if not lines:
        raise node.fault("has no class")
    weights, plus = coef.rows(), intercept.flat()
    row = _two(weights[0], plus[0], link) if lines == 1 else _many(weights, plus, link)

    def batch(np: Any) -> Head:
        values, constants = coef.numpy(np).T, intercept.numpy(np)

        def index(scores: Any) -> Any:
            return (scores[:, 0] > 0).astype(np.intp) if lines == 1 else scores.argmax(axis=1)

        proba = None if link == "none" else lambda scores: _np_proba(np, link, scores)
        return Head(lambda x: x @ values + constants, index, proba, lambda scores: scores)

    return Estimator(max(lines, 2), row, batch, (0.7 + 0.03 * len(kinds)) * lines)


def _two(weights: list[float], plus: float, link: str) -> Head:
    one = {"logistic": logistic, "softmax": lambda score: logistic(2.0 * score), "clipped": _clipped}.get(
        link
    )

    def proba(score: float) -> list[float]:
        likely = one(score)  # type: ignore[misc]  # only where there is a link
        return [1.0 - likely, likely]

    return Head(
        lambda x: sum(map(mul, weights, x)) + plus,
        lambda score: 1 if score > 0 else 0,
        None if one is None else proba,
        lambda score: [score],
    )


def _many(weights: list[list[float]], plus: list[float], link: str) -> Head:
    lines = list(zip(weights, plus))
    return Head(
        lambda x: [sum(map(mul, line, x)) + constant for line, constant in lines],
        lambda scores: scores.index(max(scores)),
        _PROBA[link],
        lambda scores: scores,
    )


def _clipped(score: float) -> float:
    return (min(max(score, -1.0), 1.0) + 1.0) / 2.0


def _shared(values: list[float]) -> list[float]:
    total = sum(values)
    # Scores that leave nothing for any class leave the same for all of them.
    return [value / total for value in values] if total else [1.0 / len(values)] * len(values)


_PROBA = {
    "none": None,
    "logistic": lambda scores: _shared([logistic(score) for score in scores]),
    "softmax": softmax,
    "clipped": lambda scores: _shared([_clipped(score) for score in scores]),
}


def _np_proba(np: Any, link: str, scores: Any) -> Any:
    if link == "softmax" and scores.shape[1] > 1:
        return np_softmax(np, scores)
    if link == "clipped":
        found = (np.clip(scores, -1.0, 1.0) + 1.0) / 2.0
    else:
        found = np_logistic(np, 2.0 * scores if link == "softmax" else scores)
    if scores.shape[1] == 1:
        return np.concatenate([1.0 - found, found], axis=1)
    total = found.sum(axis=1, keepdims=True)
    return np.where(total == 0, 1.0 / found.shape[1], found / np.where(total == 0, 1.0, total))
