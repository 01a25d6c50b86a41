"""The columns that a model takes, and rows and tables checked against them."""

from __future__ import annotations

from collections import namedtuple
from math import nan
from operator import itemgetter

from .cells import converter
from .errors import FormatError, InputError, ValueFault
from .parts import NUMBER, TEXT, TIME, Cells, table_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .node import Node

Column = namedtuple("Column", ["name", "kind", "form"])
"""A column: its name, its kind (number, boolean, category, text, date), the strptime form of its dates."""

KINDS = {"number": NUMBER, "boolean": NUMBER, "category": TEXT, "text": TEXT, "date": TIME}

_FLOATS = {float}
_NUMBERS = {int, float}


class Schema:
    """What a row has to look like.

    Attributes
    ----------
    columns : tuple of Column
        In the model's order.
    kinds : str
        The kind of each cell within the model, see :mod:`parts`.
    """

    def __init__(self, columns: Sequence[Any], missing: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self.kinds = "".join(KINDS[column.kind] for column in columns)
        self.names = [column.name for column in columns]
        marks = frozenset(missing)
        self._converters = [converter(column.kind, column.form, marks) for column in columns]
        self._known = frozenset(self.names)
        self._get = _getter(self.names)
        self._plain = bool(columns) and all(column.kind == "number" for column in columns)

    def row(self, row: Mapping[str, Any], number: int = 1, strict: bool = False) -> Any:
        """Return a row's cells.

        Parameters
        ----------
        row : mapping
            Column to value; the order does not matter.
        number : int, default=1
            The row's number, for errors.
        strict : bool, default=False
            Whether columns that the model does not know are refused rather than ignored.

        Raises
        ------
        InputError
            Naming the row, the column and what was wanted.
        """
        try:
            values = self._get(row)
        except (KeyError, TypeError, IndexError):
            raise self._incomplete(row, number) from None
        if strict and len(row) != len(self.names):
            self.refuse_unknown(row, number)
        return self.cells(values, number)

    def cells(self, values: Sequence[Any], number: int = 1) -> Any:
        """Return the cells of a row that is given as values, in the model's order; see :meth:`row`."""
        if self._plain:
            types = set(map(type, values))
            if types == _FLOATS or types <= _NUMBERS:
                total = sum(values)
                # A sum that is no number, or too large, hides one that is: then each is looked at.
                if -1e308 < total < 1e308:
                    return values if types == _FLOATS else list(map(float, values))
        return self._cells(values, number)

    def table_of(self, np: Any, rows: list[Any]) -> Any:
        """Return the cells of rows as a table."""
        return table_of(np, self.kinds, rows)

    def table(
        self, np: Any, lists: Sequence[Any], count: int, first: int, faults: dict[int, InputError]
    ) -> tuple[Any, Sequence[int]]:
        """Return columns as a table, and the positions of the rows that it has.

        Parameters
        ----------
        np : module
            NumPy.
        lists : sequence
            The columns as :meth:`lists` gives them.
        count : int
            Their length.
        first : int
            Number of the first row, for errors.
        faults : dict
            Takes an error for each row that is left out, by its position.
        """
        cells = [self._column(np, place, values, first, faults) for place, values in enumerate(lists)]
        kept: Sequence[int] = range(count)
        if faults:
            kept = [place for place in range(count) if place not in faults]
            cells = [
                each[kept] if hasattr(each, "dtype") else [each[place] for place in kept] for each in cells
            ]
        if set(self.kinds) == {NUMBER}:
            return np.column_stack(cells), kept
        return Cells(cells, len(kept)), kept

    def lists(self, columns: Mapping[str, Any]) -> tuple[list[Any], int]:
        """Return the model's columns in its order, and their length.

        Raises
        ------
        InputError
            Where one is missing, or not as long as the others.
        """
        absent = [name for name in self.names if name not in columns]
        if absent:
            raise self._incomplete(columns, 1)
        lists = [columns[name] for name in self.names]
        counts = {len(values) for values in (lists or columns.values())}
        if len(counts) > 1:
            raise InputError(min(counts) + 1, None, "the columns are not of one length")
        return lists, counts.pop() if counts else 0

    def refuse_unknown(self, row: Iterable[str], number: int = 1) -> None:
        """Raise an InputError where a column is none of the model's."""
        strange = [name for name in row if name not in self._known]
        if strange:
            raise InputError(
                number, strange[0], "the model has no such column" + self._near(strange[0], self.names)
            )

    def _cells(self, values: Sequence[Any], number: int) -> list[Any]:
        try:
            return [convert(value) for convert, value in zip(self._converters, values)]
        except ValueFault:
            pass
        for column, convert, value in zip(self.columns, self._converters, values):
            try:
                convert(value)
            except ValueFault as fault:
                raise InputError(number, column.name, fault.message) from None
        raise AssertionError("a conversion failed once only")  # pragma: no cover - conversions are pure

    def _column(self, np: Any, place: int, values: Any, first: int, faults: dict[int, InputError]) -> Any:
        column, convert = self.columns[place], self._converters[place]
        if column.kind == "number" and hasattr(values, "dtype") and values.dtype.kind in "iuf":
            found = values.astype(np.float64)
            if not np.isinf(found).any():
                return found
        done = []
        for number, value in enumerate(plain_list(values)):
            try:
                done.append(convert(value))
            except ValueFault as fault:
                faults.setdefault(number, InputError(first + number, column.name, fault.message))
                done.append(nan if self.kinds[place] == NUMBER else None)
        return np.array(done, dtype=np.float64) if self.kinds[place] == NUMBER else done

    def _incomplete(self, row: Any, number: int) -> InputError:
        try:
            absent = [name for name in self.names if name not in row]
        except TypeError:
            absent = []
        if not absent or isinstance(row, (str, list, tuple)):
            return InputError(number, None, "a row is an object that names its columns")
        return InputError(
            number,
            absent[0],
            "the model needs this column, and it is not there" + self._near(absent[0], list(row)),
        )

    def _near(self, name: str, names: Sequence[str]) -> str:
        from difflib import get_close_matches  # needed only where something is wrong

        near = get_close_matches(name, list(map(str, names)), 1)
        return f"; did you mean {near[0]!r}?" if near else ""


def read_columns(nodes: Sequence[Node]) -> list[Any]:
    """Return the columns that a header names."""
    columns = []
    for node in nodes:
        form = node.text("form") if "form" in node else None
        columns.append(Column(node.text("name"), node.text("kind", KINDS), form))
        node.end()
    if len({column.name for column in columns}) != len(columns):
        raise FormatError("the model file names a column twice")
    return columns


def _getter(names: Sequence[str]) -> Any:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: tuple([row[name] for name in names])


def plain_list(values: Any) -> list[Any]:
    """Return a column as a list of Python's own values; a NumPy time that is missing becomes None."""
    if not hasattr(values, "dtype"):
        return values if isinstance(values, list) else list(values)
    plain: list[Any] = (values.astype("datetime64[us]") if values.dtype.kind == "M" else values).tolist()
    return plain
