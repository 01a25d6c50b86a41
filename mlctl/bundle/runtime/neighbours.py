"""Nearest neighbours: the vote or the mean of the nearest training rows."""

from __future__ import annotations

from math import isinf, nan

from .build import width
from .errors import ValueFault
from .nearest import Points
from .parts import Estimator, Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def estimator_neighbours(node: Node, kinds: str) -> Estimator:
    """Answer by the ``neighbours`` nearest of ``vectors``, alike or by one over their distance."""
    points = Points(node, width(node, kinds))
    classes = node.whole("classes")
    by_distance = node.text("weights", ("uniform", "distance")) == "distance"
    if classes:
        targets: list[Any] = node.array("targets", "i4", points.count).flat()
        if any(not 0 <= target < classes for target in targets):
            raise node.fault("has a label that is not there")
    else:
        targets = node.array("targets", "f8", points.count).flat()
    answer = _Answer(points, targets, classes, by_distance)
    exact = points.search()
    cost = points.count * (0.15 + 0.015 * len(kinds))
    if points.tree:
        cost = min(cost, 100.0 + 20.0 * len(kinds) + 0.05 * points.count)

    def batch(np: Any) -> Head:
        from .neartables import finder

        find = finder(np, points, exact)
        return _head(lambda x: [answer.of(heap) for heap in find(x)], classes, np)

    def quick(np: Any) -> Head:
        from .neartables import finder

        find = finder(np, points, exact)
        return _head(lambda x: answer.of(find(np.array([x], dtype=np.float64))[0]), classes)

    return Estimator(classes, _head(lambda x: answer.of(exact(x)), classes), batch, cost, quick)


class _Answer:
    """From the nearest rows to votes (one number a class), or to a mean."""

    def __init__(self, points: Points, targets: list[Any], classes: int, by_distance: bool) -> None:
        self.metric, self.targets = points.metric, targets
        self.classes, self.by_distance = classes, by_distance

    def of(self, found: Any) -> Any:
        """Return the votes, or the mean."""
        weights = self._weights(found.values) if self.by_distance else [1.0] * len(found.places)
        targets = [self.targets[place] for place in found.places]
        total = sum(weights)
        if not self.classes:
            return sum([w * t for w, t in zip(weights, targets)]) / total if total else nan
        if not total:
            raise ValueFault(
                "the row is too far from every row of training for its neighbours to have weights"
            )
        votes = [0.0] * self.classes
        for weight, target in zip(weights, targets):
            votes[target] += weight
        return votes

    def _weights(self, reduced: list[float]) -> list[float]:
        distances = [self.metric.distance(value) for value in reduced]
        weights = [1.0 / distance if distance else float("inf") for distance in distances]
        # Rows that lie where the row itself lies count alone.
        return [float(isinf(weight)) for weight in weights] if any(map(isinf, weights)) else weights


def _head(raw: Any, classes: int, np: Any = None) -> Head:
    if not classes:
        return Head(raw)
    if np is None:
        return Head(raw, lambda votes: votes.index(max(votes)), _shares)
    return Head(
        raw,
        lambda all_votes: np.array(all_votes).argmax(axis=1),
        lambda every: np.array([*map(_shares, every)]),
    )


def _shares(votes: list[float]) -> list[float]:
    total = sum(votes)
    return [vote / total for vote in votes]
