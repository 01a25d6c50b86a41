"""Numbers moved and stretched: scalers, clipping, unit norms, one threshold."""

from __future__ import annotations

from math import sqrt
from operator import add, mul, sub, truediv

from .build import width
from .parts import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node

_ARITHMETIC = (("minus", sub), ("over", truediv), ("times", mul), ("plus", add))
"""The parts of a scaling, in the order in which they are done."""


def step_scale(node: Node, kinds: str) -> Step:
    """Subtract, divide, multiply, add; each by one number a column, where the operation names them."""
    count = width(node, kinds)
    found = [(how, node.array(name, "f8", count)) for name, how in _ARITHMETIC if name in node]
    if any(how is truediv and 0.0 in values.flat() for how, values in found):
        raise node.fault("divides by zero")
    parts = [(how, values.flat()) for how, values in found]

    def batch(np: Any) -> Any:
        ready = [(how, values.numpy(np)) for how, values in found]

        def table(x: Any) -> Any:
            for how, values in ready:
                x = how(x, values)
            return x

        return table

    return Step(kinds, _scaling(parts), batch)


def _scaling(parts: list[tuple[Any, list[float]]]) -> Any:
    if [how for how, _ in parts] == [sub, truediv]:
        minus, over = parts[0][1], parts[1][1]
        return lambda row: [(value - a) / b for value, a, b in zip(row, minus, over)]

    def scale(row: Any) -> list[float]:
        for how, values in parts:
            row = map(how, row, values)
        return list(row)

    return scale


def step_clip(node: Node, kinds: str) -> Step:
    """Bring each number into its column's bounds; missing ones stay missing."""
    count = width(node, kinds)
    lower, upper = (node.array(name, "f8", count, finite=False) for name in ("lower", "upper"))
    low, high = lower.flat(), upper.flat()
    if not all(a <= b for a, b in zip(low, high)):
        raise node.fault("has a lower bound above the upper one")

    def row(x: Any) -> list[float]:
        return [v if a <= v <= b else (a if v < a else b if v > b else v) for v, a, b in zip(x, low, high)]

    return Step(kinds, row, lambda np: lambda x: np.clip(x, lower.numpy(np), upper.numpy(np)))


_SMALLEST = 10 * 2.220446049250313e-16
"""Norms below it are taken for zero, as scikit-learn takes them."""


def step_normalize(node: Node, kinds: str) -> Step:
    """Divide each row by its norm."""
    width(node, kinds)
    norm = _NORMS[node.text("norm", _NORMS)]

    def row(x: Any) -> list[float]:
        size = norm(x)
        if size < _SMALLEST:
            return list(x)
        return [value / size for value in x]

    return Step(kinds, row)


_NORMS: dict[str, Any] = {
    "l1": lambda x: sum(map(abs, x)),
    "l2": lambda x: sqrt(sum(map(mul, x, x))),
    "max": lambda x: max(map(abs, x), default=0.0),
}


def step_binarize(node: Node, kinds: str) -> Step:
    """Tell whether each number lies above a threshold."""
    width(node, kinds)
    threshold = node.number("threshold")
    return Step(
        kinds,
        lambda x: [1.0 if value > threshold else 0.0 for value in x],
        lambda np: lambda x: (x > threshold).astype(np.float64),
    )
