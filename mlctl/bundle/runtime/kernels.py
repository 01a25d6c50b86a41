"""Kernels between a row and the support vectors, as libsvm computes them."""

from __future__ import annotations

from math import exp, tanh
from operator import mul

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .container import Array
    from .node import Node

_CLOSE = 250.0
"""Largest gamma times squared distance from the centre up to which distances may be taken from products: the
rounding then stays below 1e-13 of a kernel."""


class Kernel:
    """One of libsvm's kernels, with the support vectors of shape (n_vectors, n_columns)."""

    def __init__(self, node: Node, columns: int) -> None:
        self.vectors: Array = node.array("vectors", "f8", None, columns)
        self.name = node.text("kernel", ("linear", "poly", "rbf", "sigmoid"))
        self.gamma, self.plus = node.number("gamma"), node.number("coef0")
        self.degree = node.whole("degree", 0, 1000)
        self.count, self.columns = self.vectors.shape

    def row(self) -> Callable[[Any], list[float]]:
        """Return the function from a row to its kernel with each vector, in plain Python."""
        vectors = [tuple(vector) for vector in self.vectors.rows()]
        gamma, plus, degree = self.gamma, self.plus, self.degree
        if self.name == "rbf":
            from math import dist

            def rbf(x: Any) -> list[float]:
                distances = [dist(x, vector) for vector in vectors]
                return [exp(-gamma * (d * d)) for d in distances]

            return rbf

        def products(x: Any) -> list[float]:
            return [sum(map(mul, x, vector)) for vector in vectors]

        if self.name == "linear":
            return products
        if self.name == "sigmoid":
            return lambda x: [tanh(gamma * product + plus) for product in products(x)]
        return lambda x: [_power(gamma * product + plus, degree) for product in products(x)]

    def table(self, np: Any) -> Callable[[Any], Any]:
        """Return the function from a table to an array of shape (n_rows, n_vectors)."""
        vectors = self.vectors.numpy(np)
        gamma, plus, degree = self.gamma, self.plus, self.degree
        if self.name == "rbf":
            return _np_rbf(np, vectors, gamma)
        if self.name == "linear":
            return lambda x: x @ vectors.T
        if self.name == "sigmoid":
            return lambda x: np.tanh(gamma * (x @ vectors.T) + plus)
        return lambda x: _power(gamma * (x @ vectors.T) + plus, degree)


def _power(base: Any, times: int) -> Any:
    """Return base to a whole power by repeated squaring, as libsvm does: it overflows to infinity."""
    result = base * 0.0 + 1.0
    while times > 0:
        if times % 2:
            result = result * base
        base = base * base
        times //= 2
    return result


def _np_rbf(np: Any, vectors: Any, gamma: float) -> Callable[[Any], Any]:
    centre = vectors.mean(axis=0) if len(vectors) else 0.0
    centred = vectors - centre
    squares = np.einsum("ij,ij->i", centred, centred)
    widest = float(squares.max()) if len(vectors) else 0.0

    def rbf(x: Any) -> Any:
        if len(x) == 1:
            apart = vectors - x
            return np.exp(-gamma * np.einsum("ij,ij->i", apart, apart))[None, :]
        moved = x - centre
        with np.errstate(over="ignore"):
            own = np.einsum("ij,ij->i", moved, moved)
        if gamma * max(widest, float(own.max())) < _CLOSE:
            return np.exp(-gamma * np.maximum(own[:, None] + squares - 2.0 * (moved @ centred.T), 0.0))
        return _np_rbf_apart(np, x, vectors, gamma)

    return rbf


def _np_rbf_apart(np: Any, x: Any, vectors: Any, gamma: float) -> Any:
    """Take each difference, where taking them from products would lose digits."""
    total = np.zeros((len(x), len(vectors)))
    with np.errstate(over="ignore"):
        for column in range(vectors.shape[1]):
            total += (x[:, column, None] - vectors[:, column]) ** 2
        return np.exp(-gamma * total)
