"""Trees as the file holds them: all nodes of all trees in one list, each tree from its root leftwards.

A node's left child is the next one. ``feature`` is -1 for a leaf; ``right`` is the right child, for a leaf
the line of ``leaves`` with its values. A number goes left where it is at most ``threshold``; a missing one
where ``missing`` says so, else right.

A node with ``codes`` sorts categories: ``threshold`` is the line of ``codes`` with 256 bits, and a code goes
left where its bit is set.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .node import Node

CODES = 256


class Trees:
    """The trees of one operation, checked: every walk ends in a leaf.

    Attributes
    ----------
    starts : list of int
        The root of each tree.
    nodes : list of (int, float, int)
        Feature, threshold and right child of each node.
    missing : list of bool
        For each node whether a missing value goes left.
    codes : list of frozenset or None
        For each node that sorts categories the codes that go left, else None; empty where none does.
    leaves : Array of shape (n_leaves, n_outputs)
        The values.
    """

    def __init__(self, node: Node, width: int, outputs: int) -> None:
        self._feature = node.array("feature", "i4", None)
        count = self._feature.shape[0]
        self._threshold = node.array("threshold", "f8", count, finite=False)
        self._right = node.array("right", "i4", count)
        self._missing = node.array("missing", "u1", count) if "missing" in node else None
        self._sorts = node.array("sorts", "i4", count) if "sorts" in node else None
        self._codes = node.array("codes", "u1", None, CODES) if self._sorts else None
        self.leaves = node.array("leaves", "f8", None, outputs)
        feature, right = self._feature.flat(), self._right.flat()
        self.starts = _roots(node, feature, right, width, self.leaves.shape[0])
        self.nodes = list(zip(feature, self._threshold.flat(), right))
        self.missing: Sequence[int] = self._missing.flat() if self._missing else bytes(count)
        self.codes = self._left_codes(node)
        self.width = width

    def _left_codes(self, node: Node) -> list[frozenset[int] | None]:
        if self._sorts is None or self._codes is None:
            return []
        lines = [frozenset(code for code in range(CODES) if bits[code]) for bits in self._codes.rows()]
        sorts = self._sorts.flat()
        if any(not -1 <= place < len(lines) for place in sorts):
            raise node.fault("sorts by a line that is not there")
        return [lines[place] if place >= 0 else None for place in sorts]

    def depth(self) -> float:
        """Return how many nodes a walk meets, all trees together, if the trees are balanced."""
        ends = [*self.starts[1:], len(self.nodes)]
        return sum((end - start).bit_length() for start, end in zip(self.starts, ends))

    def values(self) -> list[Any]:
        """Return each leaf's values: a number where there is one output only."""
        return self.leaves.flat() if self.leaves.shape[1] == 1 else self.leaves.rows()

    def numpy(self, np: Any) -> tuple[Any, Any, Any, Any]:
        """Return feature, threshold, right child and missing direction of each node, as arrays."""
        missing = (
            np.array(self.missing, dtype=bool) if self._missing else np.zeros(len(self.nodes), dtype=bool)
        )
        return self._feature.numpy(np), self._threshold.numpy(np), self._right.numpy(np), missing

    def leaf_in(self, x: Any, start: int) -> int:
        """Return the leaf of one tree in which a row ends, its gaps and categories heeded."""
        nodes, missing, codes = self.nodes, self.missing, self.codes
        at = start
        while True:
            feature, threshold, right = nodes[at]
            if feature < 0:
                return int(right)
            value = x[feature]
            if value != value or (codes and codes[at] is not None and value < 0):
                left = bool(missing[at])
            elif codes and codes[at] is not None:
                left = int(value) in codes[at]  # type: ignore[operator]  # just seen to be a set
            else:
                left = value <= threshold
            at = at + 1 if left else right


def _roots(node: Node, feature: list[int], right: list[int], width: int, leaves: int) -> list[int]:
    """Return the roots; refuse nodes that are not whole trees, each child after its parent."""
    starts, waiting, begun = [], [], False
    for at, (column, child) in enumerate(zip(feature, right), 1):
        if not begun:
            starts.append(at - 1)
        begun = True
        if column >= 0:
            if column >= width:
                raise node.fault("has a tree that asks for a column that is not there")
            waiting.append(child)
        elif column != -1 or not 0 <= child < leaves:
            raise node.fault("has a leaf without values")
        elif waiting:
            # The left side ends here, so the right side of the last node still waiting begins with the next.
            if waiting.pop() != at:
                raise node.fault("has a tree whose branches are not in order")
        else:
            begun = False
    if begun or not starts:
        raise node.fault("has a tree that is not whole")
    return starts
