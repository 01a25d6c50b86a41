"""A loaded model: rows in, answers out."""

from __future__ import annotations

from .build import build_estimator
from .container import read_container
from .engine import Engine, Prediction
from .errors import FormatError, InputError, ValueFault
from .node import Node
from .schema import Schema, plain_list, read_columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

__all__ = ["Model", "Prediction", "Predictions", "load"]

_NOT_THE_MODEL = ("format", "arrays", "about")


def load(
    buffer: bytes | bytearray | memoryview, *, numpy: bool | None = None, missing: Iterable[str] = ("",)
) -> Model:
    """Return the model that a file holds.

    Parameters
    ----------
    buffer : bytes-like
        The whole file.
    numpy : bool, optional
        True takes NumPy for every table, False never. Default: where it is there and quicker.
    missing : iterable of str, default=("",)
        The texts that stand for a missing value in any column.

    Raises
    ------
    FormatError
        When the file is damaged, is not a model, or is of a newer format.
    ImportError
        When NumPy is asked for and not there.
    """
    header, arrays = read_container(buffer)
    return Model(header, arrays, numpy, missing)


class Predictions:
    """The answers to a table.

    Attributes
    ----------
    values : list or NumPy array
        Labels or numbers, one a row.
    probabilities : list, NumPy array or None
        One row of probabilities a row.
    rows : sequence of int
        Positions, from 0, of the rows that have an answer: all, unless bad ones were set aside.
    """

    __slots__ = ("probabilities", "rows", "values")

    def __init__(self, values: Any, probabilities: Any, rows: Sequence[int]) -> None:
        self.values = values
        self.probabilities = probabilities
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Any:
        """Go through the answers, a :class:`Prediction` each."""
        values = _plain(self.values)
        if self.probabilities is None:
            return (Prediction(value, None) for value in values)
        return (Prediction(value, tuple(row)) for value, row in zip(values, _plain(self.probabilities)))


class Model:
    """A model read from a file; made by :func:`load`.

    Attributes
    ----------
    task : {"classification", "regression"}
        The task.
    classes : tuple
        The labels, in the order of probabilities; empty for a regression.
    columns : tuple of Column
        What a row has to name: ``name``, ``kind`` and, of dates, ``form``.
    has_probabilities : bool
        Whether answers come with probabilities.
    """

    def __init__(
        self, header: dict[str, Any], arrays: Sequence[Any], numpy: bool | None, missing: Iterable[str]
    ) -> None:
        top = Node({key: header[key] for key in header if key not in _NOT_THE_MODEL}, arrays)
        self.task = top.text("task", ("classification", "regression"))
        self.classes = tuple(top.values("classes"))
        self._schema = Schema(read_columns(top.nodes("columns")), missing)
        self.columns = self._schema.columns
        estimator = build_estimator(top.node("model"), self._schema.kinds)
        top.end()
        if estimator.classes != len(self.classes) or bool(self.classes) != (self.task == "classification"):
            raise FormatError("the model file's classes do not fit its model")
        self._engine = Engine(estimator, self.classes, numpy, top.widest)
        self.has_probabilities = self._engine.has_probabilities
        self._cells, self._one = self._schema.row, self._engine.one

    def predict_row(self, row: Mapping[str, Any], *, strict: bool = False, number: int = 1) -> Prediction:
        """Return the answer to one row.

        Parameters
        ----------
        row : mapping
            Column to value: None, NaN and ``""`` are missing; numbers and booleans may be text.
        strict : bool, default=False
            Whether unknown columns are refused rather than ignored.
        number : int, default=1
            The row's number, for errors.

        Raises
        ------
        InputError
            For a row that the model cannot take.
        """
        try:
            answer: Prediction = self._one(self._cells(row, number, strict))
        except ValueFault as fault:
            raise InputError(number, None, fault.message) from None
        return answer

    def predict_values(self, values: Sequence[Any], *, number: int = 1) -> Prediction:
        """Return the answer to one row that is given as values, in the model's order.

        Raises
        ------
        InputError
            For a row that the model cannot take.
        """
        try:
            if len(values) != len(self.columns):
                raise ValueFault(f"has {len(values):,} values for {len(self.columns):,} columns")
            answer: Prediction = self._one(self._schema.cells(values, number))
        except ValueFault as fault:
            raise InputError(number, None, fault.message) from None
        return answer

    def predict_rows(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        strict: bool = False,
        first: int = 1,
        bad: list[InputError] | None = None,
    ) -> Predictions:
        """Return the answers to several rows.

        Parameters
        ----------
        rows : iterable of mapping
            As :meth:`predict_row` takes them.
        strict : bool, default=False
            Whether unknown columns are refused rather than ignored.
        first : int, default=1
            Number of the first row, for errors.
        bad : list, optional
            Takes an InputError for each row that cannot be taken, which then has no answer; without it the
            first such row raises.
        """
        cells, faults = [], {}
        for place, row in enumerate(rows):
            try:
                cells.append(self._cells(row, first + place, strict))
            except InputError as error:
                if bad is None:
                    raise
                faults[place] = error
        kept = [place for place in range(len(cells) + len(faults)) if place not in faults]
        if self._engine.with_numpy(len(cells)):
            table = self._schema.table_of(self._engine.np, cells)
            return self._table(table, kept, faults, first, bad)
        return self._rows(cells, kept, faults, first, bad)

    def predict_columns(
        self,
        columns: Mapping[str, Any],
        *,
        strict: bool = False,
        first: int = 1,
        bad: list[InputError] | None = None,
    ) -> Predictions:
        """Return the answers to a table that is given column by column; see :meth:`predict_rows`.

        Parameters
        ----------
        columns : mapping
            Column to list or NumPy array (numbers, objects, datetime64), all of one length.
        """
        lists, count = self._schema.lists(columns)
        if strict:
            self._schema.refuse_unknown(columns)
        if not self._engine.with_numpy(count):
            plain = [plain_list(each) for each in lists]
            names = self._schema.names
            rows = (dict(zip(names, row)) for row in zip(*plain)) if names else ({} for _ in range(count))
            return self.predict_rows(rows, first=first, bad=bad)
        faults: dict[int, InputError] = {}
        table, kept = self._schema.table(self._engine.np, lists, count, first, faults)
        if faults and bad is None:
            raise faults[min(faults)]
        return self._table(table, kept, faults, first, bad)

    def _rows(self, cells: Any, kept: Any, faults: Any, first: int, bad: Any) -> Predictions:
        done = self._engine.many(cells)
        wrong = {place: fault for place, fault in enumerate(done) if isinstance(fault, ValueFault)}
        kept = _settled(wrong, kept, faults, first, bad)
        good = [answer for place, answer in enumerate(done) if place not in wrong]
        probabilities = [list(each.probabilities) for each in good] if self.has_probabilities else None
        return Predictions([each.value for each in good], probabilities, kept)

    def _table(self, table: Any, kept: Any, faults: Any, first: int, bad: Any) -> Predictions:
        values, probabilities, wrong = self._engine.table(table)
        if wrong:
            good = [place for place in range(len(kept)) if place not in wrong]
            values = values[good]
            probabilities = None if probabilities is None else probabilities[good]
        return Predictions(values, probabilities, _settled(wrong, kept, faults, first, bad))


def _settled(
    wrong: dict[int, ValueFault], kept: Sequence[int], faults: dict[int, InputError], first: int, bad: Any
) -> Sequence[int]:
    """Raise or set aside the faults, those of the cells and those met within the model; return the rest."""
    for place, fault in wrong.items():
        number = first + kept[place]
        faults[kept[place]] = InputError(number, None, fault.message)
    if not faults:
        return kept
    if bad is None:
        raise faults[min(faults)]
    bad.extend(faults[place] for place in sorted(faults))
    return [row for place, row in enumerate(kept) if place not in wrong]


def _plain(values: Any) -> list[Any]:
    plain: list[Any] = values.tolist() if hasattr(values, "tolist") else values
    return plain
