"""The nearest rows, and among equally near ones those that scikit-learn takes.

Which of several equal distances is kept follows from the order in which rows are looked at: by their position
where all are searched, along the tree where there is one. The heap and the trees' walk are scikit-learn's.
"""

from __future__ import annotations

from heapq import nsmallest
from math import dist

from .metrics import METRICS, Metric
from .node import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .node import Node

_INFINITE = float("inf")

EQUAL = 1e-9
"""Distances closer than this share are told apart by the exact search."""

_FAR = 1e150
"""Distances whose squares are infinite, or nearly so."""


class Found:
    """Nearest rows that need no heap: none is as far as the next one."""

    __slots__ = ("places", "values")

    def __init__(self, values: list[float], places: list[int]) -> None:
        self.values = values
        self.places = places


class Heap:
    """The nearest so far: fixed in size, the farthest on top."""

    __slots__ = ("places", "values")

    def __init__(self, size: int) -> None:
        self.values = [_INFINITE] * size
        self.places = [0] * size

    def push(self, value: float, place: int) -> None:
        """Take a row in place of the farthest; the caller has seen that it is nearer."""
        values, places = self.values, self.places
        size, at = len(values), 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and values[child] < values[child + 1]:
                child += 1
            if value >= values[child]:
                break
            values[at], places[at] = values[child], places[child]
            at = child
        values[at], places[at] = value, place


class Points:
    """The training rows of one operation, and the order in which they are searched."""

    def __init__(self, node: Node, columns: int) -> None:
        self.vectors = node.array("vectors", "f8", None, columns)
        self.count = self.vectors.shape[0]
        power = node.number("power") if "power" in node else 2.0
        self.metric = Metric(node.text("metric", METRICS), power)
        self.nearest_of = node.whole("neighbours", 1, self.count)
        self.order = node.text("order", ("position", "boxes", "balls"))
        if power <= 0:
            raise node.fault("has a power that is not positive")
        self.tree = None if self.order == "position" else _Tree(node, self, columns)

    def search(self) -> Callable[[Any], Any]:
        """Return the function from a row to its nearest, exact to the last bit, in scikit-learn's order."""
        vectors, reduced, size = (
            [tuple(row) for row in self.vectors.rows()],
            self.metric.reduced,
            self.nearest_of,
        )

        def all_of_them(x: Any) -> Heap:
            heap = Heap(size)
            push, values = heap.push, heap.values
            for place, vector in enumerate(vectors):
                value = reduced(x, vector)
                if value < values[0]:
                    push(value, place)
            return heap

        if self.tree is not None:
            return self.tree.search(vectors)
        return _quickly(all_of_them, vectors, size) if self.metric.name == "euclidean" else all_of_them


def _quickly(search: Any, vectors: list[Any], size: int) -> Callable[[Any], Any]:
    """Spare the search where a look at all distances leaves no choice; Python's own distance is quick."""

    def look(x: Any) -> Any:
        distances = [dist(x, vector) for vector in vectors]
        limit = nsmallest(size, distances)[-1] * (1.0 + EQUAL)
        places = [place for place, distance in enumerate(distances) if distance <= limit]
        if len(places) != size or limit > _FAR:
            return search(x)
        return Found([distances[place] * distances[place] for place in places], places)

    return look


class _Tree:
    """scikit-learn's k-d tree (``boxes``) or ball tree, a binary heap of nodes."""

    def __init__(self, node: Node, points: Points, columns: int) -> None:
        self.points = points
        self.rows = node.array("rows", "i4", points.count).flat()
        starts = node.array("starts", "i4", None)
        count = starts.shape[0]
        self.starts, self.ends = starts.flat(), node.array("ends", "i4", count).flat()
        self.leaf = node.array("leaf", "u1", count).flat()
        balls = points.order == "balls"
        self.bounds = node.array("bounds", "f8", 1 if balls else 2, count, columns).flat()
        self.radius = node.array("radius", "f8", count).flat() if balls else []
        self.columns = columns
        inner = [at for at in range(count) if not self.leaf[at]]
        if not (
            count
            and within(self.rows, 0, points.count)
            and within(self.starts, 0, points.count + 1)
            and within(self.ends, 0, points.count + 1)
            and all(2 * at + 2 < count for at in inner)
        ):
            raise node.fault("has a tree that is not whole")

    def search(self, vectors: list[Any]) -> Callable[[Any], Heap]:
        reduced, size = self.points.metric.reduced, self.points.nearest_of
        lower = self._to_ball(self.points.metric) if self.radius else self._to_box(self.points.metric)
        leaf, starts, ends, rows = self.leaf, self.starts, self.ends, self.rows

        def search(x: Any) -> Heap:
            heap = Heap(size)
            push, values = heap.push, heap.values
            waiting = [(lower(x, 0), 0)]
            while waiting:
                bound, at = waiting.pop()
                if bound > values[0]:
                    continue
                if leaf[at]:
                    for row in rows[starts[at] : ends[at]]:
                        value = reduced(x, vectors[row])
                        if value < values[0]:
                            push(value, row)
                    continue
                left, right = (lower(x, 2 * at + 1), 2 * at + 1), (lower(x, 2 * at + 2), 2 * at + 2)
                # The nearer side first, the left one of equals: what is put last is taken first.
                waiting += (right, left) if left[0] <= right[0] else (left, right)
            return heap

        return search

    def _to_box(self, metric: Metric) -> Callable[[Any, int], float]:
        width, half = self.columns, len(self.starts) * self.columns
        low = [self.bounds[at * width : (at + 1) * width] for at in range(len(self.starts))]
        high = [self.bounds[half + at * width : half + (at + 1) * width] for at in range(len(self.starts))]

        def below(x: Any, at: int) -> float:
            gaps = []
            for value, least, most in zip(x, low[at], high[at]):
                under, over = least - value, value - most
                gaps.append(0.5 * ((under + abs(under)) + (over + abs(over))))
            return metric.below(gaps)

        return below

    def _to_ball(self, metric: Metric) -> Callable[[Any, int], float]:
        width, radius = self.columns, self.radius
        centres = [self.bounds[at * width : (at + 1) * width] for at in range(len(self.starts))]

        def below(x: Any, at: int) -> float:
            distance = metric.distance(metric.reduced(x, centres[at]))
            return metric.reduce(max(0.0, distance - radius[at]))

        return below
