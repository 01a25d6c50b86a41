"""Ask a pipeline and the ONNX model made of it for the same rows."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from mlctl.bundle.onnx.agreement import Agreement, agreement
from mlctl.bundle.onnx.graph import DOUBLE, Graph
from mlctl.bundle.onnx.registry import Block, write_step
from mlctl.bundle.onnx.session import answers
from mlctl.bundle.onnx.write import _input, kind_of, to_onnx
from mlctl.domain.columns import Column


def columns_of(frame: pd.DataFrame) -> list[Column]:
    """Return the columns of a frame: numbers, dates, and categories for the rest."""
    kinds = {"f": "number", "i": "number", "b": "boolean", "M": "date"}
    return [
        Column(
            str(name), kinds.get(kind.kind, "category"), frame[name].nunique(), int(frame[name].isna().sum())
        )
        for name, kind in frame.dtypes.items()
    ]


def cells_of(frame: pd.DataFrame) -> list[list[Any]]:
    """Return rows as the schema of a bundle gives them."""

    def cell(value: Any) -> Any:
        if pd.isna(value):
            return None
        if isinstance(value, pd.Timestamp):
            return int(value.as_unit("us").asm8.astype(np.int64))
        return value if isinstance(value, str) else float(value)

    return [[cell(value) for value in row] for row in frame.itertuples(index=False)]


def compared(pipeline: Any, frame: pd.DataFrame) -> Agreement:
    """Return how far both agree."""
    columns = columns_of(frame)
    data = to_onnx(pipeline, columns, name="test", facts={"version": "test_1"})
    outputs = answers(data, columns, cells_of(frame))
    values = outputs[0].ravel().tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = np.asarray(pipeline.predict(frame)).ravel().tolist()
        chances = pipeline.predict_proba(frame).tolist() if hasattr(pipeline, "predict_proba") else None
    others = outputs[1].tolist() if len(outputs) > 1 else None
    empty = [None] * len(wanted)
    return agreement(
        list(zip(wanted, chances or empty, strict=True)), list(zip(values, others or empty, strict=True))
    )


def transformed(step: Any, frame: pd.DataFrame) -> Any:
    """Return what a fitted transformer becomes in ONNX makes of a frame."""
    graph, columns = Graph(), columns_of(frame)
    block = write_step(graph, step, tuple(Block(c.name, kind_of(c), 1) for c in columns))
    graph.output(graph.cast(block.name, DOUBLE) if block.kind == "number" else block.name, "out")
    from onnx import helper

    kind = {"number": DOUBLE, "text": 8, "date": 7}[block.kind]
    out = helper.make_tensor_value_info("out", kind, ["rows", block.width])
    model = graph.to_model([_input(column) for column in columns], [out], "test").SerializeToString()
    return answers(model, columns, cells_of(frame))[0]


def exact(step: Any, frame: pd.DataFrame, rows: pd.DataFrame | None = None) -> None:
    """Fit a transformer, and hold what ONNX makes of rows against it."""
    step = step.fit(frame)
    rows = frame if rows is None else rows
    wanted = step.transform(rows)
    wanted = wanted.toarray() if hasattr(wanted, "toarray") else np.asarray(wanted)
    found = transformed(step, rows)
    if found.dtype == object:
        assert found.tolist() == wanted.tolist()
    else:
        np.testing.assert_allclose(found, wanted.astype(float), rtol=1e-14, atol=1e-14, equal_nan=True)
