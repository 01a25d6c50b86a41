"""Categories as numbers."""

from __future__ import annotations

from .errors import ValueFault
from .node import MOST_WIDTH
from .parts import NUMBER, TEXT, Cells, Step, columns_of, count_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .node import Node

MISSING, RARE = "<missing>", "<rare>"

_REFUSED = -2
"""In place of a position: the category is refused. -1 means that it sets none of the columns."""


def step_levels(node: Node, kinds: str) -> Step:
    """Name each cell's level: what is not kept is rare, a missing cell is a level of its own."""
    if kinds.strip(TEXT):
        raise node.fault("takes texts only")
    finders = []
    for branch in node.nodes("columns", len(kinds)):
        names: dict[Any, str] = {name: name for name in branch.texts("kept")}
        names[None] = names.get(MISSING, RARE)
        finders.append(names.get)
        branch.end()

    def row(x: Any) -> list[str]:
        return [get(value, RARE) for get, value in zip(finders, x)]

    def table(x: Any) -> Any:
        columns = [[get(value, RARE) for value in column] for get, column in zip(finders, columns_of(x))]
        return Cells(columns, count_of(x))

    return Step(kinds, row, lambda _np: table)


def step_onehot(node: Node, kinds: str) -> Step:
    """Give each column as many cells as it has categories, one of which is 1."""
    maps, widths = [], []
    for branch, kind in zip(node.nodes("columns", len(kinds)), kinds):
        width = branch.whole("width")
        places = [place - 1 for place in branch.wholes("places", width + 1)]  # 0 sets none
        unknown = branch.whole("unknown", 0, width) - 1 if "unknown" in branch else _REFUSED
        maps.append(Keys(branch, kind, places, unknown))
        widths.append(width)
        branch.end()
    total = sum(widths)
    if total > MOST_WIDTH or sum(width * width for width in widths) > MOST_WIDTH * 64:
        raise node.fault(f"gives rows of {total:,} cells")
    parts = [(keys.place, _units(width)) for keys, width in zip(maps, widths)]

    def row(x: Any) -> list[float]:
        out: list[float] = []
        for value, (place, units) in zip(x, parts):
            out += units[place(value)]
        return out

    def batch(np: Any) -> Any:
        def table(x: Any) -> Any:
            out = np.zeros((count_of(x), total))
            start = 0
            for keys, width, column in zip(maps, widths, columns_of(x)):
                found = np.array(keys.places(column), dtype=np.intp)
                rows = np.flatnonzero(found >= 0)
                out[rows, start + found[rows]] = 1.0
                start += width
            return out

        return table

    return Step(NUMBER * total, row, batch, 0.5 + 0.2 * len(kinds))


def step_lookup(node: Node, kinds: str) -> Step:
    """Give each column the numbers that stand in its category's line; the last line is for unknown ones."""
    maps, tables = [], []
    for branch, kind in zip(node.nodes("columns", len(kinds)), kinds):
        lines = branch.array("lines", "f8", None, None, finite=False)
        last = lines.shape[0] - 1
        maps.append(Keys(branch, kind, list(range(last)), _REFUSED if branch.flag("refuse") else last))
        tables.append(lines)
        branch.end()
    parts = [(keys.place, lines.rows()) for keys, lines in zip(maps, tables)]

    def row(x: Any) -> list[float]:
        out: list[float] = []
        for value, (place, lines) in zip(x, parts):
            out += lines[place(value)]
        return out

    def batch(np: Any) -> Any:
        ready = [(keys, lines.numpy(np)) for keys, lines in zip(maps, tables)]

        def table(x: Any) -> Any:
            found = [lines[keys.places(column)] for (keys, lines), column in zip(ready, columns_of(x))]
            return np.concatenate(found, axis=1) if found else np.empty((count_of(x), 0))

        return table

    total = sum(lines.shape[1] for lines in tables)
    if total > MOST_WIDTH:
        raise node.fault(f"gives rows of {total:,} cells")
    return Step(NUMBER * total, row, batch, 0.5 + 0.2 * len(kinds))


class Keys:
    """One column's categories and the position of each.

    Parameters
    ----------
    node : Node
        Its ``keys`` are texts or numbers, and null for the missing cell.
    kind : str
        The kind of the column's cells.
    places : sequence of int
        The position of each key.
    unknown : int
        That of any other.
    """

    __slots__ = ("_find", "_missing", "_unknown")

    def __init__(self, node: Node, kind: str, places: Sequence[int], unknown: int) -> None:
        keys = node.values("keys")
        wanted = {TEXT: str, NUMBER: float}.get(kind)
        plain = [key if key is None or isinstance(key, str) else float(key) for key in keys]
        if wanted is None or any(key is not None and not isinstance(key, wanted) for key in plain):
            raise node.fault("has keys of another kind than its column")
        if len(keys) != len(places):
            raise node.fault(f"has {len(keys)} keys for {len(places)} positions")
        self._find: dict[Any, int] = dict(zip(plain, places))
        self._missing = self._find.pop(None, unknown)
        self._unknown = unknown

    def place(self, value: Any) -> int:
        """Return the position of a cell's category."""
        found = self._find.get(value)
        if found is None:
            found = self._missing if value is None or value != value else self._unknown
            if found == _REFUSED:
                raise ValueFault(f"{value!r:.60} is no category of training")
        return found

    def places(self, column: Any) -> list[int]:
        """Return the positions of a column's cells."""
        cells = column if isinstance(column, list) else column.tolist()
        found = list(map(self._find.get, cells))
        if None in found:
            for at, place in enumerate(found):
                if place is None:
                    found[at] = self._rare(cells[at], at)
        known: list[int] = found  # type: ignore[assignment]  # no None is left
        return known

    def _rare(self, value: Any, at: int) -> int:
        try:
            return self.place(value)
        except ValueFault as fault:
            raise ValueFault(fault.message, at) from None


def _units(width: int) -> list[list[float]]:
    """Return the rows of a unit matrix, and at the place -1 one of zeros."""
    lines = [[0.0] * width for _ in range(width + 1)]
    for place in range(width):
        lines[place][place] = 1.0
    return lines
