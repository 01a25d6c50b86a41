"""Numbers: clipping, gaps and scaling, in 64-bit floats and in the order in which scikit-learn computes."""

from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from mlctl.bundle.onnx.graph import DOUBLE, Graph
from mlctl.bundle.onnx.registry import Block, Cells, need, of_kind, steps
from mlctl.estimators.booleans import BooleanToNumber
from mlctl.estimators.clipper import Clipper
from mlctl.estimators.gaps import GapFiller
from mlctl.estimators.numbers import ToFloat


@steps(ToFloat, BooleanToNumber)
def as_it_is(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write nothing: numbers and booleans come in as 64-bit floats."""
    return of_kind(graph, cells, part, "number")


@steps(Clipper)
def clipper(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write two comparisons, which leave NaN as it is."""
    block = of_kind(graph, cells, part, "number")
    return Block(between(graph, block.name, part.lower_, part.upper_), "number", block.width)


def between(graph: Graph, name: str, lower: Any, upper: Any) -> str:
    """Return numbers of at least one and at most another; NaN stays."""
    low, high = graph.numbers(lower), graph.numbers(upper)
    raised = graph.add("Where", graph.add("Less", name, low), low, name)
    return graph.add("Where", graph.add("Greater", raised, high), high, raised)


@steps(GapFiller)
def gap_filler(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write what gaps become; NaN where they stay."""
    block = of_kind(graph, cells, part, "number")
    return Block(_filled(graph, block.name, part.fill_), "number", block.width)


@steps(SimpleImputer)
def imputer(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write what gaps become, and behind it which cells had one."""
    block = of_kind(graph, cells, part, "number")
    fill = np.asarray(part.statistics_, dtype=np.float64)
    need(isinstance(part.missing_values, float) and np.isnan(part.missing_values), part, "fills other gaps")
    need(not np.isnan(fill).any(), part, "drops columns without any value")
    filled = _filled(graph, block.name, fill)
    if part.indicator_ is None:
        return Block(filled, "number", block.width)
    places = [int(place) for place in part.indicator_.features_]
    if not places:
        return Block(filled, "number", block.width)
    gaps = graph.cast(graph.add("IsNaN", graph.take(block.name, places)), DOUBLE)
    return Block(graph.beside([filled, gaps]), "number", block.width + len(places))


@steps(StandardScaler)
def standard(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write the mean taken off, and the division by the deviation."""
    return _scaled(graph, part, cells, part.mean_ if part.with_mean else None, part.scale_)


@steps(RobustScaler)
def robust(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write the median taken off, and the division by the range of the middle."""
    scale = part.scale_ if part.with_scaling else None
    return _scaled(graph, part, cells, part.center_ if part.with_centering else None, scale)


@steps(MinMaxScaler)
def min_max(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write a product and a sum."""
    need(not part.clip, part, "clips")
    block = of_kind(graph, cells, part, "number")
    product = graph.add("Mul", block.name, graph.numbers(part.scale_))
    return Block(graph.add("Add", product, graph.numbers(part.min_)), "number", block.width)


def _scaled(graph: Graph, part: Any, cells: Cells, center: Any, scale: Any) -> Block:
    block = of_kind(graph, cells, part, "number")
    name = block.name
    if center is not None:
        name = graph.add("Sub", name, graph.numbers(center))
    if scale is not None:
        name = graph.add("Div", name, graph.numbers(scale))
    return Block(name, "number", block.width)


def _filled(graph: Graph, name: str, fill: Any) -> str:
    return graph.add("Where", graph.add("IsNaN", name), graph.numbers(fill), name)
