"""Scores made into probabilities: sigmoid, isotonic steps, temperature."""

from __future__ import annotations

from bisect import bisect_left
from math import log

from .build import build_estimator
from .parts import Estimator, Head, first_largest, logistic, np_logistic, softmax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .node import Node


def estimator_calibrated(node: Node, kinds: str) -> Estimator:
    """Give the mean of the members' probabilities, each an estimator and its calibration."""
    classes = node.whole("classes", 2)
    members = []
    for member in node.nodes("members"):
        inner = build_estimator(member.node("estimator"), kinds)
        scores = _scores(member, inner)
        members.append((inner, scores, _calibration(member, classes)))
        member.end()
    if not members:
        raise node.fault("has no member")

    def head(heads: list[Head]) -> Head:
        parts = [
            (head.raw, scores(head), calibrate.row) for head, (_, scores, calibrate) in zip(heads, members)
        ]
        return Head(lambda x: _mean(parts, x, classes), first_largest, lambda found: found)

    def batch(np: Any) -> Head:
        heads = [inner.batch(np) for inner, _, _ in members]
        parts = [
            (head.raw, scores(head), calibrate.table(np))
            for head, (_, scores, calibrate) in zip(heads, members)
        ]

        def mean(x: Any) -> Any:
            return sum(calibrate(score(raw(x))) for raw, score, calibrate in parts) / len(parts)

        return Head(mean, None, lambda found: found)

    def quick(np: Any) -> Head:
        return head([inner.quickest(np) for inner, _, _ in members])

    return Estimator(
        classes,
        head([inner.row for inner, _, _ in members]),
        batch,
        sum(inner.cost for inner, _, _ in members) + 2.0,
        quick if any(inner.quick for inner, _, _ in members) else None,
    )


def _mean(parts: Any, x: Any, classes: int) -> list[float]:
    totals = [0.0] * classes
    for raw, score, calibrate in parts:
        totals = [total + value for total, value in zip(totals, calibrate(score(raw(x))))]
    return [total / len(parts) for total in totals]


def _scores(member: Node, inner: Estimator) -> Callable[[Head], Any]:
    """Return how a member's head gives what is calibrated: one score for two classes, else one a class."""
    if member.text("scores", ("decision", "proba")) == "decision":
        if inner.row.decision is None:
            raise member.fault("has no decision function")
        return lambda head: head.decision
    if inner.row.proba is None:
        raise member.fault("has no probabilities")
    if inner.classes > 2:
        return lambda head: head.proba
    return lambda head: lambda raw: _second(head.proba(raw))


def _second(proba: Any) -> Any:
    return proba[:, 1:] if hasattr(proba, "shape") else proba[1:]


def _calibration(member: Node, classes: int) -> Any:
    """Return what makes scores into probabilities, for one row and for tables."""
    if "temperature" in member:
        return _Temperature(member.number("temperature"), member.flag("logs"))
    places = member.wholes("places", classes)
    return _Curves(places, [_curve(curve) for curve in member.nodes("curves", len(places))], classes)


class _Temperature:
    def __init__(self, beta: float, logs: bool) -> None:
        self._beta, self._logs = beta, logs

    def row(self, scores: Any) -> list[float]:
        return softmax([self._beta * value for value in self._logits(list(scores))])

    def table(self, np: Any) -> Any:
        return lambda scores: np.array([self.row(line) for line in scores.tolist()])

    def _logits(self, scores: list[float]) -> list[float]:
        if not self._logs:
            return [-scores[0], scores[0]] if len(scores) == 1 else scores
        likely = [1.0 - scores[0], scores[0]] if len(scores) == 1 else scores
        return [log(value + 1e-12) for value in likely]


class _Curves:
    """One curve a class, or one alone for two classes; then over their sum."""

    def __init__(self, places: list[int], curves: list[Any], classes: int) -> None:
        self._curves, self._classes = list(zip(places, curves)), classes

    def row(self, scores: Any) -> list[float]:
        found = [0.0] * self._classes
        for (place, curve), score in zip(self._curves, scores):
            found[place] = curve.row(score)
        if self._classes == 2:
            found[0] = 1.0 - found[1]
        else:
            total = sum(found)
            found = [value / total if total else 1.0 / self._classes for value in found]
        return [1.0 if 1.0 < value <= _ALMOST else value for value in found]

    def table(self, np: Any) -> Any:
        curves, classes = [(place, curve.table(np)) for place, curve in self._curves], self._classes

        def calibrate(scores: Any) -> Any:
            found = np.zeros((len(scores), classes))
            for (place, curve), column in zip(curves, scores.T):
                found[:, place] = curve(column)
            if classes == 2:
                found[:, 0] = 1.0 - found[:, 1]
            else:
                total = found.sum(axis=1, keepdims=True)
                found = np.where(total == 0, 1.0 / classes, found / np.where(total == 0, 1.0, total))
            return np.where((found > 1.0) & (found <= _ALMOST), 1.0, found)

        return calibrate


_ALMOST = 1.0 + 1e-5


def _curve(node: Node) -> Any:
    if node.text("curve", ("sigmoid", "isotonic")) == "sigmoid":
        curve: Any = _Sigmoid(node.number("a"), node.number("b"))
    else:
        x = node.array("x", "f8", None).flat()
        curve = _Isotonic(x, node.array("y", "f8", len(x)).flat())
        if not x or any(b <= a for a, b in zip(x, x[1:])):
            raise node.fault("has steps that do not rise")
    node.end()
    return curve


class _Sigmoid:
    def __init__(self, a: float, b: float) -> None:
        self._a, self._b = a, b

    def row(self, score: float) -> float:
        return logistic(-(self._a * score + self._b))

    def table(self, np: Any) -> Any:
        return lambda scores: np_logistic(np, -(self._a * scores + self._b))


class _Isotonic:
    """Straight lines between steps, flat beyond them."""

    def __init__(self, x: list[float], y: list[float]) -> None:
        self._x, self._y = x, y

    def row(self, score: float) -> float:
        x, y = self._x, self._y
        score = min(max(score, x[0]), x[-1])
        if len(x) == 1:
            return y[0]
        at = min(max(bisect_left(x, score), 1), len(x) - 1)
        slope = (y[at] - y[at - 1]) / (x[at] - x[at - 1])
        return slope * (score - x[at - 1]) + y[at - 1]

    def table(self, np: Any) -> Any:
        return lambda scores: np.array([self.row(score) for score in scores.tolist()])
