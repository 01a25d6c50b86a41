"""Pipelines, column transformers and unions."""

from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from mlctl.bundle.onnx.graph import Graph
from mlctl.bundle.onnx.registry import Block, Cells, need, steps, together, write_step


@steps(Pipeline)
def pipeline(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write a pipeline of transformers, one after the other."""
    for _, step in part.steps:
        cells = (write_step(graph, step, cells),)
    return together(graph, cells, part)


@steps(ColumnTransformer)
def column_transformer(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write each branch with the columns that it takes; what comes out stands side by side."""
    need(not part.transformer_weights, part, "has transformer_weights")
    need(all(block.width == 1 for block in cells), part, "is not the first step")
    need(part.n_features_in_ == len(cells), part, "was fitted on another number of columns")
    done = []
    for name, transformer, _ in part.transformers_:
        places = [int(place) for place in part._transformer_to_input_indices[name]]
        if places and not (isinstance(transformer, str) and transformer == "drop"):
            done.append(write_step(graph, transformer, tuple(cells[place] for place in places)))
    need(bool(done), part, "takes no column")
    return together(graph, tuple(done), part)


@steps(FeatureUnion)
def feature_union(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write the parts of a union side by side."""
    need(not part.transformer_weights, part, "has transformer_weights")
    kept = [each for _, each in part.transformer_list if not (isinstance(each, str) and each == "drop")]
    need(bool(kept), part, "takes no column")
    return together(graph, tuple(write_step(graph, each, cells) for each in kept), part)


@steps(FrozenEstimator)
def frozen(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write what was frozen."""
    return write_step(graph, part.estimator, cells)


@steps(FunctionTransformer)
def function(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write nothing: this is what a column transformer makes of columns that pass."""
    need(part.func is None, part, "runs a function of Python")
    return together(graph, cells, part)
