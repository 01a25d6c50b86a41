"""Distances as scikit-learn sums them: column after column, so that equal ones come out equal.

A *reduced* distance ranks as the distance does and is cheaper: the squared one for euclidean.
"""

from __future__ import annotations

from math import sqrt
from operator import sub

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

METRICS = ("euclidean", "manhattan", "chebyshev", "minkowski")


class Metric:
    """One metric by its name; ``power`` is minkowski's p.

    Attributes
    ----------
    power : float
        Of the reduced distance; infinite for chebyshev.
    reduced : callable
        From two rows to their reduced distance.
    """

    def __init__(self, name: str, power: float) -> None:
        self.name = name
        self.power = {"euclidean": 2.0, "manhattan": 1.0, "chebyshev": float("inf")}.get(name, power)
        self.reduced: Callable[[Any, Any], float] = {
            "euclidean": _squares,
            "manhattan": _absolutes,
            "chebyshev": lambda x, y: max(map(abs, map(sub, x, y)), default=0.0),
        }.get(name) or _powers(power)

    def distance(self, reduced: float) -> float:
        """Return the distance of a reduced one."""
        if self.name == "euclidean":
            return sqrt(reduced)
        return safe_power(reduced, 1.0 / self.power) if self.name == "minkowski" else reduced

    def reduce(self, distance: float) -> float:
        """Return the reduced one of a distance."""
        if self.name == "euclidean":
            return distance * distance
        return safe_power(distance, self.power) if self.name == "minkowski" else distance

    def below(self, gaps: list[float]) -> float:
        """Return the reduced distance to a box, given how far outside it lies in each column."""
        if self.name == "chebyshev":
            return max(gaps, default=0.0)
        total = 0.0
        for gap in gaps:
            total += safe_power(gap, self.power)
        return total

    def table(self, np: Any, x: Any, vectors: Any) -> Any:
        """Return the reduced distances between two tables, (n_rows, n_vectors); not for euclidean."""
        total = np.zeros((len(x), len(vectors)))
        with np.errstate(over="ignore"):
            for column in range(vectors.shape[1]):
                apart = x[:, column, None] - vectors[:, column]
                if self.name == "chebyshev":
                    np.maximum(total, np.abs(apart), out=total)
                else:
                    total += np.abs(apart) if self.name == "manhattan" else np.abs(apart) ** self.power
        return total


def safe_power(base: float, power: float) -> float:
    """Return a power of a number that is not negative, infinite where Python's would fail."""
    try:
        return base**power  # type: ignore[no-any-return]  # the base is not negative
    except OverflowError:
        return float("inf")


def _squares(x: Any, y: Any) -> float:
    total = 0.0
    for a, b in zip(x, y):
        a -= b
        total += a * a
    return total


def _absolutes(x: Any, y: Any) -> float:
    total = 0.0
    for a, b in zip(x, y):
        total += abs(a - b)
    return total


def _powers(power: float) -> Callable[[Any, Any], float]:
    def reduced(x: Any, y: Any) -> float:
        total = 0.0
        for a, b in zip(x, y):
            total += safe_power(abs(a - b), power)
        return total

    return reduced
