"""Multi-layer perceptrons."""

from __future__ import annotations

from math import tanh
from operator import mul

from .build import width
from .parts import Estimator, Head, logistic, np_logistic, np_softmax, softmax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node

_HIDDEN = {
    "identity": lambda values: values,
    "relu": lambda values: [value if value > 0.0 else 0.0 for value in values],
    "tanh": lambda values: [tanh(value) for value in values],
    "logistic": lambda values: [logistic(value) for value in values],
}


def estimator_layers(node: Node, kinds: str) -> Estimator:
    """Products and intercepts, one layer after another, each but the last through ``activation``."""
    classes = node.whole("classes")
    name = node.text("activation", _HIDDEN)
    size, layers = width(node, kinds), []
    for layer in node.nodes("layers"):
        weights = layer.array("weights", "f8", None, size)  # a line for each number that comes out
        size = weights.shape[0]
        layers.append((weights, layer.array("intercept", "f8", size)))
        layer.end()
    if classes == 1 or not layers or size != (classes if classes > 2 else 1):
        raise node.fault("has layers that do not end in the right number of outputs")
    link = node.text(
        "link", ("softmax",) if classes > 2 else ("logistic",) if classes else ("identity", "exp")
    )
    row = _head(_forward(layers, _HIDDEN[name]), classes, link)
    cost = sum(weights.shape[0] * (0.2 + 0.025 * weights.shape[1]) for weights, _ in layers)

    def batch(np: Any) -> Head:
        return _np_head(np, _np_forward(np, layers, name), classes, link)

    def quick(np: Any) -> Head:
        forward = _np_forward(np, layers, name)
        return _head(lambda x: forward(np.array([x]))[0].tolist(), classes, link)

    return Estimator(classes, row, batch, cost, quick)


def _forward(layers: Any, activation: Any) -> Any:
    lines = [list(zip(weights.rows(), intercept.flat())) for weights, intercept in layers]
    hidden, last = lines[:-1], lines[-1]

    def forward(x: Any) -> list[float]:
        for layer in hidden:
            x = activation([sum(map(mul, line, x)) + plus for line, plus in layer])
        return [sum(map(mul, line, x)) + plus for line, plus in last]

    return forward


def _np_forward(np: Any, layers: Any, name: str) -> Any:
    ready = [(weights.numpy(np).T, intercept.numpy(np)) for weights, intercept in layers]
    activation = {
        "identity": lambda x: x,
        "relu": lambda x: np.maximum(x, 0.0),
        "tanh": np.tanh,
        "logistic": lambda x: np_logistic(np, x),
    }[name]

    def forward(x: Any) -> Any:
        for weights, plus in ready[:-1]:
            x = activation(x @ weights + plus)
        return x @ ready[-1][0] + ready[-1][1]

    return forward


def _head(raw: Any, classes: int, link: str) -> Head:
    if not classes:
        from .parts import safe_exp

        return Head(lambda x: safe_exp(raw(x)[0])) if link == "exp" else Head(lambda x: raw(x)[0])
    if link == "softmax":
        return Head(lambda x: softmax(raw(x)), None, lambda found: found)

    def pair(x: Any) -> list[float]:
        likely = logistic(raw(x)[0])
        return [1.0 - likely, likely]

    return Head(pair, lambda found: 1 if found[1] > 0.5 else 0, lambda found: found)


def _np_head(np: Any, raw: Any, classes: int, link: str) -> Head:
    if not classes:
        return Head(lambda x: np.exp(raw(x)[:, 0])) if link == "exp" else Head(lambda x: raw(x)[:, 0])
    if link == "softmax":
        return Head(lambda x: np_softmax(np, raw(x)), None, lambda found: found)

    def pair(x: Any) -> Any:
        likely = np_logistic(np, raw(x))
        return np.concatenate([1.0 - likely, likely], axis=1)

    return Head(pair, lambda found: (found[:, 1] > 0.5).astype(np.intp), lambda found: found)
