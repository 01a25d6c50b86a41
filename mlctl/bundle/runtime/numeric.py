"""Numbers made into other numbers: products, projections, powers, functions."""

from __future__ import annotations

from math import expm1, log1p, sqrt
from operator import mul

from .build import width
from .node import MOST_WIDTH
from .parts import NUMBER, Step, safe_exp, safe_log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node


def step_polynomial(node: Node, kinds: str) -> Step:
    """Give products of cells: ``terms`` are their positions, ``sizes`` of them a product."""
    count = width(node, kinds)
    sizes = node.array("sizes", "i4", None).flat()
    terms = node.array("terms", "i4", None).flat()
    wrong = len(sizes) > MOST_WIDTH or any(not 0 <= size <= 64 for size in sizes)
    if wrong or sum(sizes) != len(terms) or any(not 0 <= term < count for term in terms):
        raise node.fault("has products of cells that are not there")
    products, at = [], 0
    for size in sizes:
        # The last cell first, as scikit-learn multiplies: the product is then the same to the last bit.
        products.append(tuple(reversed(terms[at : at + size])))
        at += size

    def row(x: Any) -> list[float]:
        out = []
        for product in products:
            value = 1.0
            for place in product:
                value *= x[place]
            out.append(value)
        return out

    def batch(np: Any) -> Any:
        def table(x: Any) -> Any:
            out = np.ones((len(x), len(products)))
            with np.errstate(over="ignore", invalid="ignore"):
                for column, product in enumerate(products):
                    for place in product:
                        out[:, column] *= x[:, place]
            return out

        return table

    return Step(NUMBER * len(products), row, batch, 0.1 * len(terms))


def step_project(node: Node, kinds: str) -> Step:
    """Multiply by ``lines``, subtract ``minus``, divide by ``over``."""
    lines = node.array("lines", "f8", None, width(node, kinds))
    count = lines.shape[0]
    minus = node.array("minus", "f8", count)
    over = node.array("over", "f8", count)
    if 0.0 in over.flat():
        raise node.fault("divides by zero")
    parts = list(zip(lines.rows(), minus.flat(), over.flat()))

    def batch(np: Any) -> Any:
        values, less, divided = lines.numpy(np).T, minus.numpy(np), over.numpy(np)
        return lambda x: (x @ values - less) / divided

    def row(x: Any) -> list[float]:
        return [(sum(map(mul, line, x)) - less) / divided for line, less, divided in parts]

    return Step(NUMBER * count, row, batch, 0.04 * len(kinds) * count)


def step_power(node: Node, kinds: str) -> Step:
    """Bring each column nearer to a normal distribution: Yeo-Johnson's powers, or Box-Cox's."""
    lambdas = node.array("lambdas", "f8", width(node, kinds)).flat()
    one = {"yeo-johnson": _yeo_johnson, "box-cox": _box_cox}[node.text("method", ("yeo-johnson", "box-cox"))]
    return Step(kinds, lambda x: [one(value, power) for value, power in zip(x, lambdas)])


_SMALLEST = 2.220446049250313e-16


def _yeo_johnson(value: float, power: float) -> float:
    if value >= 0:
        return log1p(value) if abs(power) < _SMALLEST else _grown(power * log1p(value)) / power
    if value != value:
        return value
    rest = 2.0 - power
    return -_grown(rest * log1p(-value)) / rest if abs(rest) > _SMALLEST else -log1p(-value)


def _box_cox(value: float, power: float) -> float:
    if value != value:
        return value
    if value <= 0:
        from .errors import ValueFault

        raise ValueFault("a number is not positive, and the Box-Cox transformation takes only such")
    if abs(power) < 1e-19:
        return safe_log(value)
    return _grown(power * safe_log(value)) / power


def _grown(value: float) -> float:
    return safe_exp(value) if value > 709.0 else expm1(value)


_NAN = float("nan")
_FUNCTIONS: dict[str, Any] = {
    "abs": abs,
    "exp": safe_exp,
    "expm1": _grown,
    "log": safe_log,
    "log1p": lambda value: log1p(value) if value > -1.0 else safe_log(value + 1.0),
    "sqrt": lambda value: sqrt(value) if value >= 0 else _NAN,
    "square": lambda value: value * value,
}
"""The functions that numpy has under these names: what a FunctionTransformer may hold."""


def step_function(node: Node, kinds: str) -> Step:
    """Apply one function of a closed set to every cell."""
    width(node, kinds)
    name = node.text("function", _FUNCTIONS)
    function = _FUNCTIONS[name]

    def batch(np: Any) -> Any:
        def table(x: Any) -> Any:
            with np.errstate(all="ignore"):
                return getattr(np, name)(x)

        return table

    return Step(kinds, lambda x: [function(value) for value in x], batch)
