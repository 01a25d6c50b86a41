"""The nodes of many trees in one list, each tree from its root leftwards, as the runtime walks them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.bundle.portable.registry import Node, Sink, floats

_CODES = 256


class Orchard:
    """Trees taken one after another; see :mod:`mlctl.bundle.runtime.nodes` for what is written."""

    def __init__(self) -> None:
        self._feature: list[NDArray[Any]] = []
        self._threshold: list[NDArray[Any]] = []
        self._right: list[NDArray[Any]] = []
        self._missing: list[NDArray[Any]] = []
        self._sorts: list[NDArray[Any]] = []
        self._leaves: list[NDArray[Any]] = []
        self._codes: list[NDArray[Any]] = []
        self._nodes = self._ends = 0

    def add(self, tree: Any, values: NDArray[np.float64]) -> None:
        """Take a tree of scikit-learn's ``Tree``; ``values`` has a line a node."""
        feature = np.where(tree.children_left < 0, -1, tree.feature)
        missing = np.asarray(tree.missing_go_to_left).astype(bool)
        sorts = np.full(len(feature), -1)
        self._take(
            tree.children_left, tree.children_right, feature, floats(tree.threshold), missing, sorts, values
        )

    def add_binned(self, predictor: Any, known: NDArray[Any], place_of: NDArray[Any]) -> None:
        """Take a tree of histogram boosting; ``known`` are the bits of each column's categories."""
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        feature = np.where(leaf, -1, nodes["feature_idx"].astype(np.int64))
        missing = nodes["missing_go_to_left"].astype(bool)
        sorts = np.full(len(nodes), -1)
        for at in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf):
            left = _bits(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][at]])
            seen = _bits(known[place_of[feature[at]]])
            # What is no category of training goes where missing values go.
            sorts[at] = len(self._codes)
            self._codes.append(left | (~seen & missing[at]))
        left_child = np.where(leaf, -1, nodes["left"].astype(np.int64))
        self._take(
            left_child,
            nodes["right"].astype(np.int64),
            feature,
            floats(nodes["num_threshold"]),
            missing,
            sorts,
            floats(nodes["value"]).reshape(-1, 1),
        )

    def _take(
        self,
        left: NDArray[Any],
        right: NDArray[Any],
        feature: NDArray[Any],
        threshold: NDArray[Any],
        missing: NDArray[Any],
        sorts: NDArray[Any],
        values: NDArray[np.float64],
    ) -> None:
        order = _leftwards(left, right)
        new_place = np.empty(len(order), dtype=np.int64)
        new_place[order] = np.arange(len(order))
        feature, leaf = feature[order], feature[order] < 0
        lines = self._ends + np.cumsum(leaf) - 1
        children = self._nodes + new_place[np.where(leaf, 0, right[order])]
        self._feature.append(feature)
        self._threshold.append(np.where(leaf, 0.0, threshold[order]))
        self._right.append(np.where(leaf, lines, children))
        self._missing.append(missing[order] & ~leaf)
        self._sorts.append(np.where(leaf, -1, sorts[order]))
        self._leaves.append(values[order][leaf])
        self._nodes += len(order)
        self._ends += int(leaf.sum())

    def written(self, sink: Sink) -> Node:
        """Return the fields of the operation."""
        node: Node = {
            "feature": sink.array(np.concatenate(self._feature), "i4"),
            "threshold": sink.array(np.concatenate(self._threshold)),
            "right": sink.array(np.concatenate(self._right), "i4"),
            "leaves": sink.array(np.concatenate(self._leaves)),
        }
        missing = np.concatenate(self._missing)
        if missing.any():
            node["missing"] = sink.array(missing, "u1")
        if self._codes:
            node["sorts"] = sink.array(np.concatenate(self._sorts), "i4")
            node["codes"] = sink.array(np.array(self._codes), "u1")
        return node


def _leftwards(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.int64]:
    """Return the nodes in the order in which a walk meets them that always goes left first."""
    inner = np.flatnonzero(left >= 0)
    if (left[inner] == inner + 1).all() and (right[inner] > inner).all() and _is_preorder(left, right):
        return np.arange(len(left))
    order, waiting = [], [0]
    lefts, rights = left.tolist(), right.tolist()
    while waiting:
        at = waiting.pop()
        order.append(at)
        if lefts[at] >= 0:
            waiting += (rights[at], lefts[at])
    return np.array(order)


def _is_preorder(left: NDArray[Any], right: NDArray[Any]) -> bool:
    """Tell whether each left side ends where the right side begins."""
    waiting: list[int] = []
    for at, (child, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True), 1):
        if child >= 0:
            waiting.append(other)
        elif waiting and waiting.pop() != at:
            return False
    return True


def _bits(words: NDArray[Any]) -> NDArray[np.bool_]:
    """Return 256 truths out of eight words of 32 bits."""
    shifts = np.arange(32, dtype=np.uint32)
    found: NDArray[np.bool_] = ((words[:, None] >> shifts) & 1).astype(bool).ravel()
    return found[:_CODES]
