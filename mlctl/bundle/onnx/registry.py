"""Which function writes which transformer, and what flows from one to the next."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any, Literal

from mlctl.bundle.onnx.graph import Graph
from mlctl.errors import RefusedError

Kind = Literal["number", "text", "date"]


class NotOnnx(RefusedError):  # noqa: N818 - it is a verdict on a model, and no mistake
    """A part that cannot be written exactly."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table within the graph.

    Attributes
    ----------
    name : str
        The value's name.
    kind : {"number", "text", "date"}
        64-bit floats, texts, or microseconds since 1970 as 64-bit integers.
    width : int
        Columns.
    """

    name: str
    kind: Kind
    width: int


Cells = tuple[Block, ...]
Write = Callable[[Graph, Any, Cells], Block]

_STEPS: dict[type, Write] = {}
_OTHERS: list[Write] = []


def steps(*classes: type) -> Callable[[Write], Write]:
    """Name the transformers that a function writes."""

    def register(function: Write) -> Write:
        _STEPS.update(dict.fromkeys(classes, function))
        return function

    return register


def others(function: Write) -> Write:
    """Name the function that writes every other transformer."""
    _OTHERS.append(function)
    return function


def write_step(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write one transformer.

    Raises
    ------
    NotOnnx
        For one that cannot be written exactly.
    """
    if part is None or (isinstance(part, str) and part == "passthrough"):
        return together(graph, cells, part)
    # Only the very class: a subclass may compute something else.
    return _STEPS.get(type(part), _OTHERS[-1])(graph, part, cells)


def together(graph: Graph, cells: Cells, part: Any, *, kind: Kind | None = None) -> Block:
    """Return the cells as one table.

    Raises
    ------
    NotOnnx
        When they are not all of one kind, or not of the one that the part takes.
    """
    kinds = {block.kind for block in cells}
    need(len(kinds) == 1 and kinds <= {kind or cells[0].kind}, part, f"gets columns of {_listed(kinds)}")
    return Block(
        graph.beside([block.name for block in cells]), cells[0].kind, sum(block.width for block in cells)
    )


def of_kind(graph: Graph, cells: Cells, part: Any, kind: Kind) -> Block:
    """Return the cells as one table of a kind, as wide as the part was fitted on."""
    block = together(graph, cells, part, kind=kind)
    fitted = getattr(part, "n_features_in_", block.width)
    need(fitted == block.width, part, f"was fitted on {fitted} columns, and gets {block.width}")
    return block


def columns_of(graph: Graph, block: Block) -> list[str]:
    """Return each column of a table by itself."""
    return [block.name] if block.width == 1 else [graph.take(block.name, [j]) for j in range(block.width)]


def need(holds: bool, part: Any, why: str) -> None:
    """Refuse a part unless something holds."""
    if not holds:
        raise NotOnnx(
            f"{type(part).__name__} (of {type(part).__module__}) cannot be written as ONNX: it {why}",
            "build the bundle instead, which is exact: mlctl build REF",
        )


def _listed(kinds: Set[Kind]) -> str:
    return " and ".join(sorted(kinds)) or "no kind"
