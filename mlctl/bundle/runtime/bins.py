"""Numbers cut into bins."""

from __future__ import annotations

from bisect import bisect_right

from .build import width
from .parts import NUMBER, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def step_bins(node: Node, kinds: str) -> Step:
    """Give each number its bin: how many of the inner ``edges`` are not above it."""
    count = width(node, kinds)
    edges = []
    for branch in node.nodes("columns", count):
        inner = branch.array("edges", "f8", None)
        if sorted(inner.flat()) != inner.flat():
            raise branch.fault("has edges that do not rise")
        edges.append(inner)
        branch.end()
    lists = [inner.flat() for inner in edges]

    def row(x: Any) -> list[float]:
        return [float(bisect_right(inner, value)) for inner, value in zip(lists, x)]

    def batch(np: Any) -> Any:
        arrays = [inner.numpy(np) for inner in edges]

        def table(x: Any) -> Any:
            found = [np.searchsorted(inner, x[:, j], side="right") for j, inner in enumerate(arrays)]
            return np.column_stack(found).astype(np.float64) if found else x

        return table

    return Step(NUMBER * count, row, batch)
