"""Answers that need no model: a constant, and the last or the last season's value."""

from __future__ import annotations

from bisect import bisect_left
from math import ceil

from .build import width
from .parts import Estimator, Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def estimator_constant(node: Node, _kinds: str) -> Estimator:
    """Answer the same to every row."""
    classes = node.whole("classes")
    if not classes:
        number = node.number("number")
        return Estimator(
            0, Head(lambda _x: number), lambda np: Head(lambda x: np.full(_count(x), number)), 0.1
        )
    label = node.whole("label", 0, classes - 1)
    proba = node.array("proba", "f8", classes).flat()
    row = Head(lambda _x: label, lambda found: found, lambda _found: proba)

    def batch(np: Any) -> Head:
        return Head(
            lambda x: np.full(_count(x), label, dtype=np.intp),
            lambda found: found,
            lambda found: np.repeat(np.array([proba]), len(found), axis=0),
        )

    return Estimator(classes, row, batch, 0.1)


def _count(x: Any) -> int:
    return x.count if hasattr(x, "count") else len(x)


def estimator_last(node: Node, kinds: str) -> Estimator:
    """Answer the value at the same point of the latest season known; ``season`` 0 is the last value."""
    if width(node, kinds) != 1:
        raise node.fault("takes one column")
    classes, season = node.whole("classes"), node.number("season")
    times = node.array("times", "f8", None).flat()
    values = node.array("values", "f8", len(times)).flat()
    if not times or sorted(times) != times or season < 0:
        raise node.fault("has times that do not rise")
    if classes:
        if any(not 0 <= value < classes or value != int(value) for value in values):
            raise node.fault("has a label that is not there")
        values = [int(value) for value in values]

    def raw(x: Any) -> Any:
        now = x[0]
        if not season or now != now:
            return values[-1]
        seasons = max(ceil((now - times[-1]) / season), 1)
        return values[_nearest(times, now - seasons * season)]

    if not classes:
        return Estimator(0, Head(raw))

    def proba(label: int) -> list[float]:
        certain = [0.0] * classes
        certain[label] = 1.0
        return certain

    return Estimator(classes, Head(raw, lambda label: label, proba))


def _nearest(times: list[float], wanted: float) -> int:
    right = min(max(bisect_left(times, wanted), 1), max(len(times) - 1, 1), len(times) - 1)
    left = max(right - 1, 0)
    return left if wanted - times[left] <= times[right] - wanted else right
