"""Ask a model in ONNX Runtime, on one thread, for what a bundle's schema makes of rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlctl.bundle.onnx.dates import MISSING
from mlctl.bundle.onnx.write import kind_of
from mlctl.domain.columns import Column
from mlctl.errors import MlctlError

_QUIET = 4  # only what ends the process


def answers(model: bytes, columns: Sequence[Column], cells: Sequence[Sequence[Any]]) -> list[NDArray[Any]]:
    """Return the outputs for all rows at once.

    Parameters
    ----------
    model : bytes
        The file.
    columns : sequence of Column
        Its inputs.
    cells : sequence of sequences
        Rows as :meth:`mlctl.bundle.runtime.schema.Schema.row` gives them.

    Raises
    ------
    MlctlError
        When ONNX Runtime cannot load or run it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    given = {column.name: _array(column, [row[j] for row in cells]) for j, column in enumerate(columns)}
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return [np.asarray(output) for output in session.run(None, given)]
    except Exception as error:  # its errors have no common class
        first = str(error).strip().partition("\n")[0][:300]
        raise MlctlError(f"ONNX Runtime {onnxruntime.__version__} cannot run the model: {first}") from None


def _array(column: Column, cells: Sequence[Any]) -> NDArray[Any]:
    kind = kind_of(column)
    if kind == "text":
        return np.array([["" if cell is None else cell] for cell in cells], dtype=object)
    if kind == "date":
        return np.array([[MISSING if cell is None else cell] for cell in cells], dtype=np.int64)
    return np.array([[np.nan if cell is None else cell] for cell in cells], dtype=np.float64)
