"""One ONNX graph in the making."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper

OPSET = {"": 17, "ai.onnx.ml": 3}
"""Operator sets that every ONNX Runtime since 1.12 (2022) knows."""

IR_VERSION = 8
"""The file's own version, which goes with these operator sets."""

ML = "ai.onnx.ml"
DOUBLE, FLOAT, WHOLE, TEXT = TensorProto.DOUBLE, TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING


class Graph:
    """Nodes in the order in which they are computed.

    Attributes
    ----------
    nodes : list of NodeProto
        What is computed.
    constants : list of TensorProto
        What is known beforehand.
    opset : dict
        Domain to version, of all operators.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.opset = dict(OPSET)
        self._count = 0

    def new(self, word: str) -> str:
        """Return a name that nothing has yet."""
        self._count += 1
        return f"mlctl/{word.lower()}_{self._count}"  # no column is called so

    def add(self, operator: str, *given: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator with one output; return that output's name."""
        name = self.new(operator)
        self.nodes.append(helper.make_node(operator, given, [name], name=name, domain=domain, **attributes))
        return name

    def array(self, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        name = self.new("constant")
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def numbers(self, values: Any) -> str:
        """Add a constant of 64-bit floats; one value alone has no dimension."""
        return self.array(np.asarray(values, dtype=np.float64).copy())

    def whole(self, values: int | Sequence[int]) -> str:
        """Add a constant of 64-bit integers."""
        return self.array(np.asarray(values, dtype=np.int64).copy())

    def cast(self, name: str, kind: int) -> str:
        """Add a change of type."""
        return self.add("Cast", name, to=kind)

    def take(self, name: str, places: Sequence[int]) -> str:
        """Take columns of a table."""
        return self.add("Gather", name, self.whole(list(places)), axis=1)

    def beside(self, names: Sequence[str]) -> str:
        """Put tables side by side."""
        return names[0] if len(names) == 1 else self.add("Concat", *names, axis=1)

    def inline(self, model: Any, given: str) -> list[str]:
        """Put a model of one input into the graph; return the names of its outputs."""
        inner = compose.add_prefix(model, self.new("part") + "_")
        for imported in inner.opset_import:
            self.opset[imported.domain] = max(self.opset.get(imported.domain, 1), imported.version)
        self.nodes.append(helper.make_node("Identity", [given], [inner.graph.input[0].name]))
        self.nodes += inner.graph.node
        self.constants += inner.graph.initializer
        return [output.name for output in inner.graph.output]

    def output(self, name: str, as_name: str) -> None:
        """Give a value the name under which it leaves the graph."""
        self.nodes.append(helper.make_node("Identity", [name], [as_name]))

    def to_model(self, inputs: Iterable[Any], outputs: Iterable[Any], name: str) -> Any:
        """Return the model."""
        graph = helper.make_graph(self.nodes, name, list(inputs), list(outputs), self.constants)
        imports = [helper.make_opsetid(domain, version) for domain, version in sorted(self.opset.items())]
        return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION, producer_name="mlctl")


__all__ = ["DOUBLE", "FLOAT", "ML", "TEXT", "WHOLE", "Graph"]
