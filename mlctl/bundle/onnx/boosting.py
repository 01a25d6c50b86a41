"""Histogram boosting made exact in 32-bit floats: its splits are decided in 64-bit ones, ahead of the trees.

scikit-learn compares 64-bit numbers with 64-bit thresholds, and knows categories; skl2onnx rounds both
numbers and thresholds to 32 bits, and takes categories for numbers. So each number is replaced by the count
of the thresholds below it, each threshold by its place among them, and each split by categories by a column
of its own that is 0 where the row goes left and 1 where it goes right: whole numbers, which 32 bits hold.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import OrdinalEncoder

from mlctl.bundle.onnx.graph import DOUBLE, WHOLE, Graph
from mlctl.bundle.onnx.registry import Block, columns_of, need

_WORD_BITS = 32
"""Of one word of scikit-learn's sets of categories."""


def settled(graph: Graph, part: Any, block: Block) -> tuple[Any, Block]:
    """Return an estimator whose trees compare small whole numbers, and those numbers.

    Parameters
    ----------
    part : HistGradientBoostingClassifier or HistGradientBoostingRegressor
        Fitted; it stays as it is.
    block : Block
        What it takes.
    """
    trees = _Trees(part, block.width)
    columns = columns_of(graph, block)
    done = [trees.number(graph, place, columns[place]) for place in trees.order]
    done += [trees.sides(graph, feature, columns[trees.order[feature]]) for feature in sorted(trees.sets)]
    return trees.changed(), Block(graph.beside(done), "number", trees.width)


class _Trees:
    """The splits of all trees, by feature."""

    def __init__(self, part: Any, width: int) -> None:
        self._part = part
        self._levels = _levels(part)
        is_level = part.is_categorical_ if self._levels else np.zeros(width, dtype=bool)
        # The preprocessor of scikit-learn puts categories before numbers; trees count from there.
        self.order: list[int] = [*np.flatnonzero(is_level).tolist(), *np.flatnonzero(~is_level).tolist()]
        self._known, self._place_of = part._bin_mapper.make_known_categories_bitsets()
        self.thresholds: dict[int, NDArray[np.float64]] = {}
        self.sets: dict[int, list[bytes]] = {}
        numbers: dict[int, set[float]] = {}
        for tree in self._all():
            for node in tree.nodes[tree.nodes["is_leaf"] == 0]:
                feature = int(node["feature_idx"])
                if node["is_categorical"]:
                    sides = self._side(tree, node, feature)
                    kept = self.sets.setdefault(feature, [])
                    if sides not in kept:
                        kept.append(sides)
                else:
                    numbers.setdefault(feature, set()).add(float(node["num_threshold"]))
        self.thresholds = {feature: np.array(sorted(found)) for feature, found in numbers.items()}
        starts = np.cumsum([width, *(len(self.sets[feature]) for feature in sorted(self.sets))]).tolist()
        self._starts = dict(zip(sorted(self.sets), starts, strict=False))
        self.width: int = starts[-1]

    def number(self, graph: Graph, place: int, name: str) -> str:
        """Return a column as counts of thresholds below; NaN stays."""
        found = self.thresholds.get(self.order.index(place))
        if found is None:
            return name
        above = graph.cast(graph.add("Greater", name, graph.numbers([found])), DOUBLE)
        count = graph.add("ReduceSum", above, graph.whole([1]), keepdims=1)
        return graph.add("Where", graph.add("IsNaN", name), graph.numbers(np.nan), count)

    def sides(self, graph: Graph, feature: int, name: str) -> str:
        """Return a column for each split by the categories of a feature."""
        table = np.array([list(sides) for sides in self.sets[feature]], dtype=np.float64).T
        last = len(table) - 1
        gap = graph.add("IsNaN", name)
        code = graph.cast(graph.add("Where", gap, graph.numbers(float(last)), name), WHOLE)
        flat = graph.add("Squeeze", code, graph.whole([1]))
        return graph.add("Gather", graph.numbers(table), flat, axis=0)

    def changed(self) -> Any:
        """Return a copy of the estimator whose trees take those columns."""
        done = copy(self._part)
        done._preprocessor, done.is_categorical_, done.n_features_in_ = None, None, self.width
        done._predictors = [[self._changed(tree) for tree in trees] for trees in self._part._predictors]
        return done

    def _changed(self, tree: Any) -> Any:
        done = copy(tree)
        done.nodes = tree.nodes.copy()
        for node in done.nodes:
            if node["is_leaf"]:
                continue
            feature = int(node["feature_idx"])
            if node["is_categorical"]:
                place = self.sets[feature].index(self._side(tree, node, feature))
                node["feature_idx"], node["num_threshold"] = self._starts[feature] + place, 0.5
                node["is_categorical"] = node["missing_go_to_left"] = 0
            else:
                node["num_threshold"] = np.searchsorted(self.thresholds[feature], node["num_threshold"])
        return done

    def _side(self, tree: Any, node: Any, feature: int) -> bytes:
        """Return 0 for left and 1 for right, for each level that comes in and for a gap."""
        gap = not node["missing_go_to_left"]
        known, left = self._known[self._place_of[feature]], tree.raw_left_cat_bitsets[node["bitset_idx"]]
        sides = [not _has(left, code) if _has(known, code) else gap for code in self._codes(feature)]
        return bytes([*map(int, sides), int(gap)])

    def _codes(self, feature: int) -> Sequence[int]:
        """Return what scikit-learn makes of each code that comes in; -1 for one that it does not know."""
        levels = self._levels[feature]
        need(
            all(level == int(level) >= 0 for level in levels), self._part, "has categories that are no codes"
        )
        places = {int(level): place for place, level in enumerate(levels)}
        return [places.get(code, -1) for code in range(max(places, default=-1) + 1)]

    def _all(self) -> list[Any]:
        return [tree for trees in self._part._predictors for tree in trees]


def _levels(part: Any) -> list[list[float]]:
    """Return the known codes of each category; NaN, which stands for a gap, is left out."""
    if part._preprocessor is None:
        return []
    encoder = part._preprocessor.named_transformers_["encoder"]
    need(isinstance(encoder, OrdinalEncoder), part, "encodes its categories in another way")
    return [[float(level) for level in levels if level == level] for levels in encoder.categories_]


def _has(words: NDArray[np.uint32], code: int) -> bool:
    return code >= 0 and bool(int(words[code // _WORD_BITS]) >> code % _WORD_BITS & 1)
