"""Trees and forests of scikit-learn: a row is rounded to 32 bits and compared with 64-bit thresholds."""

from __future__ import annotations

from array import array
from operator import add

from .build import width
from .nodes import Trees
from .parts import Estimator, Head, check_row, check_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def estimator_tree(node: Node, kinds: str) -> Estimator:
    """Answer by one tree's leaf."""
    return _trees(node, kinds, 1)


def estimator_forest(node: Node, kinds: str) -> Estimator:
    """Answer by the mean of many trees' leaves."""
    return _trees(node, kinds, None)


def _trees(node: Node, kinds: str, count: int | None) -> Estimator:
    classes, gaps = node.whole("classes"), node.flag("gaps")
    trees = Trees(node, width(node, kinds), classes or 1)
    if count not in (None, len(trees.starts)):
        raise node.fault(f"has {len(trees.starts)} trees")
    narrow = narrowing(gaps)
    if len(trees.starts) == 1:
        raw = _one(trees, narrow)
    elif classes == 0:
        raw = _mean_number(trees, narrow)
    else:
        raw = _mean_pair(trees, narrow) if classes == 2 else _mean_many(trees, narrow, classes)
    row = _head(raw, classes)

    def batch(np: Any) -> Head:
        from .treetables import mean_of_leaves

        mean, ready = mean_of_leaves(np, trees), np_narrowing(np, gaps)
        return _head(lambda x: mean(ready(x)), classes)

    return Estimator(classes, row, batch, 1.0 + 0.06 * trees.depth())


def narrowing(gaps: bool) -> Any:
    """Return the function that rounds a row to 32 bits, and refuses what is infinite then."""
    check = check_row(gaps)
    return lambda x: check(array("f", x).tolist())


def np_narrowing(np: Any, gaps: bool) -> Any:
    """Do for tables what :func:`narrowing` does for rows."""
    check = check_table(np, gaps)

    def narrow(x: Any) -> Any:
        with np.errstate(over="ignore"):
            return check(x.astype(np.float32).astype(np.float64))

    return narrow


def _head(raw: Any, classes: int) -> Head:
    if not classes:
        return Head(raw)
    return Head(raw, None, lambda found: found, None)


def _one(trees: Trees, narrow: Any) -> Any:
    nodes, values = trees.nodes, trees.values()

    def raw(x: Any) -> Any:
        x = narrow(x)
        if sum(x) != sum(x):
            return values[trees.leaf_in(x, 0)]
        at = 0
        feature, threshold, right = nodes[0]
        while feature >= 0:
            at = at + 1 if x[feature] <= threshold else right
            feature, threshold, right = nodes[at]
        return values[right]

    return raw


def leaves_of(trees: Trees) -> Any:
    """Return the function from a row to the leaf of each tree in which it ends."""
    nodes, starts, special = trees.nodes, trees.starts, bool(trees.codes)

    def leaves(x: Any) -> list[int]:
        if special or sum(x) != sum(x):
            return [trees.leaf_in(x, start) for start in starts]
        found = []
        for at in starts:
            feature, threshold, right = nodes[at]
            while feature >= 0:
                at = at + 1 if x[feature] <= threshold else right
                feature, threshold, right = nodes[at]
            found.append(right)
        return found

    return leaves


# The sums below are taken one by one, in scikit-learn's order: two classes that come out equal there have to
# do so here, and sum() of Python 3.12 rounds otherwise.


def _mean_number(trees: Trees, narrow: Any) -> Any:
    leaves, values, count = leaves_of(trees), trees.values(), len(trees.starts)

    def raw(x: Any) -> float:
        total = 0.0
        for leaf in leaves(narrow(x)):
            total += values[leaf]
        return total / count

    return raw


def _mean_pair(trees: Trees, narrow: Any) -> Any:
    leaves, values, count = leaves_of(trees), trees.values(), len(trees.starts)

    def raw(x: Any) -> list[float]:
        one = two = 0.0
        for leaf in leaves(narrow(x)):
            first, second = values[leaf]
            one += first
            two += second
        return [one / count, two / count]

    return raw


def _mean_many(trees: Trees, narrow: Any, classes: int) -> Any:
    leaves, values, count = leaves_of(trees), trees.values(), len(trees.starts)

    def raw(x: Any) -> list[float]:
        total = [0.0] * classes
        for leaf in leaves(narrow(x)):
            total = list(map(add, total, values[leaf]))
        return [value / count for value in total]

    return raw
