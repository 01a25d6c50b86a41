"""Boosted trees: their leaves added up, one sum a class, and a link.

Histogram boosting compares the row as it is, infinite numbers and missing ones too; scikit-learn's older
boosting rounds it to 32 bits (``round``) and takes neither.
"""

from __future__ import annotations

from .build import width
from .nodes import Trees
from .parts import Estimator, Head, logistic, np_logistic, np_softmax, safe_exp, softmax
from .trees import leaves_of, narrowing, np_narrowing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node

_NUMBERS = ("identity", "exp")
_LABELS = ("logistic", "twice", "softmax")


def estimator_boosting(node: Node, kinds: str) -> Estimator:
    """Answer by ``base`` plus each tree's leaf, the trees of the sums taking turns."""
    classes = node.whole("classes")
    base = node.array("base", "f8", classes if classes > 2 else 1)
    rounds, at_zero = node.flag("round"), node.flag("second_at_zero")
    trees = Trees(node, width(node, kinds), 1)
    sums = base.shape[0]
    if classes == 1 or len(trees.starts) % sums:
        raise node.fault(f"has {len(trees.starts)} trees for {sums} sums")
    link = node.text("link", (_LABELS if classes <= 2 else _LABELS[2:]) if classes else _NUMBERS)
    if classes == 2 and link == "softmax":
        raise node.fault("has a link for more classes")
    check = narrowing(False) if rounds else _as_it_is
    raw = _one_sum(trees, base.flat()[0], check) if sums == 1 else _sums(trees, base.flat(), check)
    row = _head(raw, link, at_zero)

    def batch(np: Any) -> Head:
        from .treetables import sums_of_leaves

        ready = np_narrowing(np, False) if rounds else _as_it_is
        summed = sums_of_leaves(np, trees, base.numpy(np))
        return _np_head(np, lambda x: summed(ready(x)), link, at_zero)

    return Estimator(classes, row, batch, 1.0 + 0.06 * trees.depth())


def _as_it_is(x: Any) -> Any:
    return x


def _one_sum(trees: Trees, base: float, check: Any) -> Any:
    leaves, values = leaves_of(trees), trees.values()

    def raw(x: Any) -> float:
        total = base
        for leaf in leaves(check(x)):
            total += values[leaf]
        return total

    return raw


def _sums(trees: Trees, base: list[float], check: Any) -> Any:
    leaves, values, sums = leaves_of(trees), trees.values(), len(base)

    def raw(x: Any) -> list[float]:
        found = leaves(check(x))
        totals = []
        for place, total in enumerate(base):
            for leaf in found[place::sums]:
                total += values[leaf]
            totals.append(total)
        return totals

    return raw


def _head(raw: Any, link: str, at_zero: bool) -> Head:
    if link == "identity":
        return Head(raw)
    if link == "exp":
        return Head(lambda x: safe_exp(raw(x)))
    if link == "softmax":
        return Head(raw, lambda found: found.index(max(found)), softmax, lambda found: found)
    times = 2.0 if link == "twice" else 1.0

    def proba(found: float) -> list[float]:
        likely = logistic(times * found)
        return [1.0 - likely, likely]

    label = (lambda found: 1 if found >= 0 else 0) if at_zero else (lambda found: 1 if found > 0 else 0)
    return Head(raw, label, proba, lambda found: [found])


def _np_head(np: Any, raw: Any, link: str, at_zero: bool) -> Head:
    if link == "identity":
        return Head(lambda x: raw(x)[:, 0])
    if link == "exp":
        return Head(lambda x: np.exp(raw(x)[:, 0]))
    if link == "softmax":
        return Head(raw, lambda found: found.argmax(axis=1), lambda f: np_softmax(np, f), lambda f: f)
    times = 2.0 if link == "twice" else 1.0

    def proba(found: Any) -> Any:
        likely = np_logistic(np, times * found)
        return np.concatenate([1.0 - likely, likely], axis=1)

    above = np.greater_equal if at_zero else np.greater
    return Head(raw, lambda found: above(found[:, 0], 0.0).astype(np.intp), proba, lambda found: found)
