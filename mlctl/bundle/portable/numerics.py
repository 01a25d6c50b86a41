"""Polynomials, projections, powers and single functions."""

from typing import Any

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, PowerTransformer

from mlctl.bundle.portable.refusal import need
from mlctl.bundle.portable.registry import Given, Node, Sink, checked_step, floats, steps

FUNCTIONS = {
    np.abs: "abs",
    np.exp: "exp",
    np.expm1: "expm1",
    np.log: "log",
    np.log1p: "log1p",
    np.sqrt: "sqrt",
    np.square: "square",
}
"""NumPy's functions that the runtime has too; any other is code that cannot be written as data."""


@steps(PolynomialFeatures)
def polynomial(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write which cells each product takes."""
    given.numbers(part)
    terms = [np.repeat(np.arange(len(powers)), powers) for powers in part.powers_]
    sizes = [len(term) for term in terms]
    need(max(sizes, default=0) <= 64, part, f"degree={part.degree!r}")
    flat = np.concatenate([*terms, np.array([], dtype=np.int64)])
    node: Node = {"op": "polynomial", "sizes": sink.array(sizes, "i4"), "terms": sink.array(flat, "i4")}
    return checked_step(node, given), given.becoming(len(sizes), tame=False, full=True)


@steps(PCA)
def pca(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the components, and the mean already projected, as scikit-learn subtracts it."""
    lines = floats(part.components_)
    minus = floats(part.mean_).reshape(1, -1) @ lines.T
    over = np.ones(len(lines))
    if part.whiten:
        scale = np.sqrt(floats(part.explained_variance_))
        over = np.maximum(scale, np.finfo(scale.dtype).eps)
    return _projected(sink, part, given, lines, minus[0], over)


@steps(TruncatedSVD)
def svd(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the components."""
    lines = floats(part.components_)
    return _projected(sink, part, given, lines, np.zeros(len(lines)), np.ones(len(lines)))


def _projected(sink: Sink, part: Any, given: Given, lines: Any, minus: Any, over: Any) -> tuple[Node, Given]:
    given.numbers(part)
    node: Node = {
        "op": "project",
        "lines": sink.array(lines),
        "minus": sink.array(minus),
        "over": sink.array(over),
    }
    return checked_step(node, given), given.becoming(len(lines), tame=False, full=False)


@steps(PowerTransformer)
def power(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the exponents, and the scaling that follows."""
    count = given.numbers(part)
    lambdas = floats(part.lambdas_)
    need(np.isfinite(lambdas).all(), part, "has an exponent that is no number")
    node: Node = {"op": "power", "method": part.method, "lambdas": sink.array(lambdas)}
    done = checked_step(node, given, gaps=True)
    if part.standardize:
        scaler = part._scaler
        scale = {"op": "scale", "minus": sink.array(scaler.mean_), "over": sink.array(scaler.scale_)}
        done = {"op": "steps", "steps": [done, {"op": "check", "gaps": True}, scale]}
    return done, given.becoming(count, tame=False)


@steps(FunctionTransformer)
def function(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write the name of a function that the runtime has."""
    del sink
    if part.func is None:
        return {"op": "pass"}, given
    need(not part.kw_args, part, "kw_args are not written")
    name = next((name for known, name in FUNCTIONS.items() if known is part.func), None)
    need(name, part, f"func={getattr(part.func, '__name__', part.func)!r} is code of its own")
    count = len(given.kinds)
    need(not given.kinds.strip("n"), part, "gets columns that are no numbers")
    node: Node = {"op": "function", "function": name}
    if part.validate:
        node = checked_step(node, given)
    return node, given.becoming(count, tame=False, full=False)
