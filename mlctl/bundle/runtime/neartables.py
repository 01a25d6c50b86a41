"""The nearest rows with NumPy: where the order among equally near ones matters, the exact search is asked."""

from __future__ import annotations

from .nearest import EQUAL, Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .nearest import Points

_LOST = 1e-12
"""What distances taken from products lose at most, as a share of the squares that they are taken from."""

_SPARE = 8
"""Candidates beyond those wanted that are looked at exactly."""

_PIECE = 1 << 22
"""Numbers held at once."""


def finder(np: Any, points: Points, exact: Any) -> Callable[[Any], list[Any]]:
    """Return the function from a table to the nearest of each row."""
    size = points.nearest_of
    candidates = _by_products(np, points) if points.metric.name == "euclidean" else _all(np, points)
    step = max(1, _PIECE // max(points.count, (size + _SPARE) * points.vectors.shape[1]))

    def find(x: Any) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(x), step):
            found += some(x[start : start + step])
        return found

    def some(x: Any) -> list[Any]:
        with np.errstate(over="ignore", invalid="ignore"):
            places, near, beyond = candidates(x)
        order = near.argsort(axis=1)
        places, near = np.take_along_axis(places, order, 1), np.take_along_axis(near, order, 1)
        limit = near[:, size - 1] * (1.0 + EQUAL)
        clear = (beyond > limit) & np.isfinite(limit)
        if near.shape[1] > size:
            clear &= near[:, size] > limit
        rows, values = places[:, :size].tolist(), near[:, :size].tolist()
        return [Found(values[at], rows[at]) if clear[at] else exact(x[at].tolist()) for at in range(len(x))]

    return find


# Both give for each row some of the training rows, their distances, and a distance that all others exceed.


def _all(np: Any, points: Points) -> Callable[[Any], Any]:
    vectors, taken = points.vectors.numpy(np), min(points.nearest_of + 1, points.count)

    def candidates(x: Any) -> Any:
        reduced = points.metric.table(np, x, vectors)
        places = np.argpartition(reduced, taken - 1, axis=1)[:, :taken]
        return places, np.take_along_axis(reduced, places, 1), np.full(len(x), np.inf)

    return candidates


def _by_products(np: Any, points: Points) -> Callable[[Any], Any]:
    vectors, taken = points.vectors.numpy(np), min(points.nearest_of + _SPARE, points.count)
    centre = vectors.mean(axis=0)
    centred = vectors - centre
    squares = np.einsum("ij,ij->i", centred, centred)
    everything = np.arange(points.count)[None, :]

    def candidates(x: Any) -> Any:
        if len(x) == 1:
            apart = vectors - x
            return everything, np.einsum("ij,ij->i", apart, apart)[None, :], np.full(1, np.inf)
        moved = x - centre
        own = np.einsum("ij,ij->i", moved, moved)
        rough = own[:, None] + squares - 2.0 * (moved @ centred.T)
        places = np.argpartition(rough, taken - 1, axis=1)[:, :taken]
        apart = x[:, None, :] - vectors[places]
        near = np.einsum("ijk,ijk->ij", apart, apart)
        farthest = np.take_along_axis(rough, places, 1).max(axis=1)
        beyond = farthest - _LOST * (own + squares.max()) if taken < points.count else np.full(len(x), np.inf)
        return places, near, beyond

    return candidates
