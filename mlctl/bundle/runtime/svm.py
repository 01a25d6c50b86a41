"""Support vector machines of libsvm: one decision for each pair of classes, and the votes.

Probabilities go through pairwise coupling (Wu, Lin and Weng 2004), for two classes too.
"""

from __future__ import annotations

from math import exp
from operator import mul

from .build import width
from .kernels import Kernel
from .parts import Estimator, Head, first_largest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def estimator_svr(node: Node, kinds: str) -> Estimator:
    """Give a number: the kernels weighted, plus ``intercept``."""
    kernel = Kernel(node, width(node, kinds))
    dual = node.array("dual", "f8", kernel.count)
    intercept = node.number("intercept")
    weights, kernels = dual.flat(), kernel.row()

    def batch(np: Any) -> Head:
        values, table = dual.numpy(np), kernel.table(np)
        return Head(lambda x: table(x) @ values + intercept)

    def quick(np: Any) -> Head:
        values, table = dual.numpy(np), kernel.table(np)
        return Head(lambda x: float(table(np.array([x]))[0] @ values) + intercept)

    row = Head(lambda x: sum(map(mul, weights, kernels(x))) + intercept)
    return Estimator(0, row, batch, _cost(kernel), quick)


def estimator_svc(node: Node, kinds: str) -> Estimator:
    """Give a label by the votes of the pairs, or by the decision function where ``break_ties``."""
    kernel = Kernel(node, width(node, kinds))
    counts = node.wholes("counts", kernel.count + 1)
    classes = len(counts)
    pairs = [(i, j) for i in range(classes) for j in range(i + 1, classes)]
    if classes < 2 or sum(counts) != kernel.count:
        raise node.fault(f"has {kernel.count} vectors for {counts}")
    dual = node.array("dual", "f8", classes - 1, kernel.count)
    intercept = node.array("intercept", "f8", len(pairs))
    machine = _Machine(kernel, counts, dual, intercept.flat(), pairs)
    ovr, ties = node.flag("one_against_rest"), node.flag("break_ties")
    shape = machine.against_rest if ovr and classes > 2 else machine.against_each
    index = (lambda pairwise: first_largest(shape(pairwise))) if ties and classes > 2 else machine.most_votes
    proba = _platt(node, classes, pairs) if "proba_a" in node else None
    row = Head(machine.row(), index, proba, shape)

    def batch(np: Any) -> Head:
        return _by_row(np, machine.table(np), row)

    def quick(np: Any) -> Head:
        table = machine.table(np)
        return Head(lambda x: table(np.array([x]))[0].tolist(), index, proba, shape)

    return Estimator(classes, row, batch, _cost(kernel), quick)


def _platt(node: Node, classes: int, pairs: Any) -> Any:
    a, b = (node.array(name, "f8", len(pairs)).flat() for name in ("proba_a", "proba_b"))
    return lambda pairwise: coupled(classes, [*map(_sigmoid, pairwise, a, b)], pairs)


class _Machine:
    """The pairs' decisions; positive ones are for the pair's first class."""

    def __init__(self, kernel: Kernel, counts: Any, dual: Any, intercept: list[float], pairs: Any) -> None:
        self.kernel, self.dual, self.intercept, self.pairs = kernel, dual, intercept, pairs
        self.classes = len(counts)
        ends = [sum(counts[: place + 1]) for place in range(self.classes)]
        self.parts = list(zip([0, *ends], ends))

    def row(self) -> Any:
        kernels, parts, pairs, intercept = self.kernel.row(), self.parts, self.pairs, self.intercept
        lines = self.dual.rows()
        cut = [[line[start:end] for line in lines] for start, end in parts]

        def decisions(x: Any) -> list[float]:
            found = kernels(x)
            sums = [
                [sum(map(mul, line, found[start:end])) for line in of] for of, (start, end) in zip(cut, parts)
            ]
            return [sums[i][j - 1] + sums[j][i] + plus for (i, j), plus in zip(pairs, intercept)]

        return decisions

    def table(self, np: Any) -> Any:
        kernels, dual, parts = self.kernel.table(np), self.dual.numpy(np), self.parts
        cut = [np.ascontiguousarray(dual[:, start:end].T) for start, end in parts]
        first = np.array([i * (self.classes - 1) + j - 1 for i, j in self.pairs])
        second = np.array([j * (self.classes - 1) + i for i, j in self.pairs])
        plus = np.array(self.intercept)

        def decisions(x: Any) -> Any:
            found = kernels(x)
            sums = np.concatenate([found[:, start:end] @ of for of, (start, end) in zip(cut, parts)], axis=1)
            return sums[:, first] + sums[:, second] + plus

        return decisions

    def most_votes(self, pairwise: Any) -> int:
        votes = [0] * self.classes
        for (i, j), value in zip(self.pairs, pairwise):
            votes[i if value > 0 else j] += 1
        return votes.index(max(votes))

    def against_each(self, pairwise: Any) -> list[float]:
        # scikit-learn turns the sign for two classes, so that more means the second.
        return [-pairwise[0]] if self.classes == 2 else list(pairwise)

    def against_rest(self, pairwise: Any) -> list[float]:
        votes, confidence = [0.0] * self.classes, [0.0] * self.classes
        for (i, j), value in zip(self.pairs, pairwise):
            confidence[i] += value
            confidence[j] -= value
            votes[j if value < 0 else i] += 1.0
        return [vote + sure / (3.0 * (abs(sure) + 1.0)) for vote, sure in zip(votes, confidence)]


def coupled(classes: int, likely: list[float], pairs: Any) -> list[float]:
    """Return probabilities of classes out of those of pairs, by libsvm's iteration.

    Parameters
    ----------
    classes : int
        Their number.
    likely : list of float
        For each pair, the probability of its first class against the second.
    pairs : list of (int, int)
        The pairs.
    """
    r = [[0.0] * classes for _ in range(classes)]
    for (i, j), value in zip(pairs, likely):
        r[i][j] = min(max(value, 1e-7), 1.0 - 1e-7)
        r[j][i] = 1.0 - r[i][j]
    q = [[-r[j][t] * r[t][j] for j in range(classes)] for t in range(classes)]
    for t in range(classes):
        q[t][t] = sum(r[j][t] * r[j][t] for j in range(classes) if j != t)
    p = [1.0 / classes] * classes
    for _ in range(max(100, classes)):
        qp = [sum(map(mul, line, p)) for line in q]
        pqp = sum(map(mul, p, qp))
        if max(abs(value - pqp) for value in qp) < 0.005 / classes:
            break
        for t in range(classes):
            step = (pqp - qp[t]) / q[t][t]
            p[t] += step
            scale = 1.0 + step
            pqp = (pqp + step * (step * q[t][t] + 2.0 * qp[t])) / scale / scale
            qp = [(value + step * of) / scale for value, of in zip(qp, q[t])]
            p = [value / scale for value in p]
    return p


def _sigmoid(decision: float, a: float, b: float) -> float:
    power = decision * a + b
    return exp(-power) / (1.0 + exp(-power)) if power >= 0 else 1.0 / (1.0 + exp(power))


def _by_row(np: Any, table: Any, row: Head) -> Head:
    """Decide with NumPy, and take the votes row by row: they are quick beside the kernels."""

    def many(function: Any) -> Any:
        return function and (lambda found: np.array([function(line) for line in found.tolist()]))

    return Head(table, many(row.index), many(row.proba), many(row.decision))


def _cost(kernel: Kernel) -> float:
    return kernel.count * (0.15 + 0.015 * kernel.columns)
