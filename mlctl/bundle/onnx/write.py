"""A fitted pipeline into an ONNX model."""

from collections.abc import Mapping, Sequence
from typing import Any

from onnx import checker, helper
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

# Importing them registers what they write.
from mlctl.bundle.onnx import dates, frames, numbers, words  # noqa: F401
from mlctl.bundle.onnx.foreign import estimator
from mlctl.bundle.onnx.graph import DOUBLE, FLOAT, TEXT, WHOLE, Graph
from mlctl.bundle.onnx.registry import Block, Cells, Kind, need, together, write_step
from mlctl.domain.columns import Column

LABEL, PROBABILITIES, VALUE = "label", "probabilities", "value"

_KINDS: dict[str, Kind] = {
    "number": "number",
    "boolean": "number",
    "category": "text",
    "text": "text",
    "date": "date",
}
_TYPES = {"number": DOUBLE, "text": TEXT, "date": WHOLE}


def kind_of(column: Column) -> Kind:
    """Return what a column's cells are within ONNX."""
    return _KINDS[column.kind]


def to_onnx(pipeline: Any, columns: Sequence[Column], *, name: str, facts: Mapping[str, str]) -> bytes:
    """Write a fitted pipeline.

    Parameters
    ----------
    pipeline : estimator
        Fitted on a frame with ``columns``.
    columns : sequence of Column
        Each becomes an input of that name and of shape (rows, 1).
    name : str
        The graph's name.
    facts : mapping of str to str
        What the model's metadata says.

    Returns
    -------
    bytes
        The file. Outputs: ``label`` of shape (rows,) and, where the model has them, ``probabilities`` of
        shape (rows, classes); or ``value`` of shape (rows, 1). Where a column has that name: ``label_``.

    Raises
    ------
    NotOnnx
        Naming the part that cannot be written, and why.
    """
    graph = Graph()
    cells: Cells = tuple(Block(column.name, kind_of(column), 1) for column in columns)
    need(bool(cells), pipeline, "takes no column")
    steps = pipeline.steps if isinstance(pipeline, Pipeline) else [("estimator", pipeline)]
    for _, step in steps[:-1]:
        cells = (write_step(graph, step, cells),)
    last = steps[-1][1]
    found = estimator(graph, last, together(graph, cells, last, kind="number"))
    outputs = _outputs(last, {column.name for column in columns})
    for inner, output in zip(found, outputs, strict=False):
        graph.output(inner, output.name)
    model = graph.to_model([_input(column) for column in columns], outputs, name)
    helper.set_model_props(model, dict(sorted(facts.items())))
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _input(column: Column) -> Any:
    return helper.make_tensor_value_info(column.name, _TYPES[kind_of(column)], ["rows", 1])


def _outputs(last: Any, taken: set[str]) -> list[Any]:
    def output(name: str, kind: int, shape: list[Any]) -> Any:
        return helper.make_tensor_value_info(f"{name}_" if name in taken else name, kind, shape)

    if not is_classifier(last):
        return [output(VALUE, FLOAT, ["rows", 1])]
    label = output(LABEL, TEXT if last.classes_.dtype.kind in "UO" else WHOLE, ["rows"])
    if not hasattr(last, "predict_proba"):
        return [label]
    return [label, output(PROBABILITIES, FLOAT, ["rows", len(last.classes_)])]
