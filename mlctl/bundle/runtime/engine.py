"""Answers out of cells: one row at once, or a table in pieces, with NumPy or without."""

from __future__ import annotations

import sys
from collections import namedtuple

from .errors import ValueFault
from .parts import Cells, count_of, first_largest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .parts import Estimator, Head

Prediction = namedtuple("Prediction", ["value", "probabilities"])
"""One answer: the label or the number, and the probabilities in the order of ``Model.classes`` or None."""

_WORTH_IMPORTING = 150_000.0
"""Microseconds of plain Python above which NumPy is worth importing, which takes some 60,000."""

_WORTH_CALLING = 300.0
"""Microseconds of plain Python above which a table is quicker with NumPy, once it is there."""

_WORTH_QUICK = 100.0
"""Microseconds of plain Python above which a single row is quicker with NumPy."""

_PIECE_ROWS, _PIECE_CELLS = 8192, 1 << 22
"""Rows of a table that are worked on at once, and fewer where a row is wide: a piece stays within the cache
and the memory of a small machine."""


class Engine:
    """An estimator with its labels, and the choice of how to run it.

    Parameters
    ----------
    estimator : Estimator
        What answers.
    classes : sequence
        Its labels; empty for a regression.
    numpy : bool or None
        True takes NumPy for tables of any size, False never; None where it is quicker, and there.
    widest : int
        Cells of the widest row within the model.
    """

    def __init__(self, estimator: Estimator, classes: Sequence[Any], numpy: bool | None, widest: int) -> None:
        self.classes = tuple(classes)
        self._estimator = estimator
        self._asked = numpy
        self._rows = max(1, min(_PIECE_ROWS, _PIECE_CELLS // max(widest, 1)))
        self.np: Any = None if numpy is False else sys.modules.get("numpy")
        if numpy and not self._import():
            raise ImportError("numpy was asked for, and cannot be imported")
        head = estimator.row
        if estimator.quick and estimator.cost > _WORTH_QUICK and numpy is not False and self._import():
            head = estimator.quick(self.np)
        self.has_probabilities = head.proba is not None
        self.one = _answer_one(head, self.classes)
        self._batch: Any = None

    def with_numpy(self, rows: int) -> bool:
        """Tell whether so many rows are taken with NumPy; imports it where that is worth its time."""
        if self._asked is not None:
            return self._asked
        work = rows * self._estimator.cost
        if self.np is None and work > _WORTH_IMPORTING:
            self._import()
        return self.np is not None and work > _WORTH_CALLING

    def many(self, rows: Sequence[Any]) -> list[Any]:
        """Answer rows one after the other: a Prediction each, or the ValueFault that a row met."""
        done = []
        for row in rows:
            try:
                done.append(self.one(row))
            except ValueFault as fault:
                done.append(fault)
        return done

    def table(self, table: Any) -> tuple[Any, Any, dict[int, ValueFault]]:
        """Answer a table with NumPy.

        Returns
        -------
        tuple of (array, array or None, dict)
            Values and probabilities, and the faults by the row's position; what stands in the answers for
            such a row means nothing.
        """
        if self._batch is None:
            self._batch = self._estimator.batch(self.np)
        pieces, faults = [], {}
        for start in range(0, count_of(table), self._rows):
            piece = _piece(table, start, start + self._rows)
            try:
                pieces.append(self._answer(piece))
            except ValueFault:
                answers, wrong = self._one_by_one(piece)
                pieces.append(answers)
                faults.update({start + place: fault for place, fault in wrong.items()})
        values, probabilities = zip(*pieces) if pieces else ((), ())
        return self._joined(values), self._joined(probabilities) if self.has_probabilities else None, faults

    def _answer(self, piece: Any) -> tuple[Any, Any]:
        np, head = self.np, self._batch
        raw = head.raw(piece)
        if not self.classes:
            return np.asarray(raw, dtype=np.float64), None
        index = head.index(raw) if head.index else head.proba(raw).argmax(axis=1)
        return self._labels()[index], head.proba(raw) if head.proba else None

    def _one_by_one(self, piece: Any) -> tuple[tuple[Any, Any], dict[int, ValueFault]]:
        np = self.np
        rows = piece.rows() if isinstance(piece, Cells) else piece.tolist()
        done = self.many(rows)
        faults = {place: fault for place, fault in enumerate(done) if isinstance(fault, ValueFault)}
        chances = (0.0,) * len(self.classes) if self.has_probabilities else None
        nothing = Prediction(self.classes[0] if self.classes else 0.0, chances)
        whole = [nothing if place in faults else answer for place, answer in enumerate(done)]
        values = np.empty(len(whole), dtype=object if self.classes else np.float64)
        values[:] = [answer.value for answer in whole]
        chances = np.array([answer.probabilities for answer in whole]) if self.has_probabilities else None
        return (values, chances), faults

    def _joined(self, pieces: Sequence[Any]) -> Any:
        if len(pieces) == 1:
            return pieces[0]
        return self.np.concatenate(pieces) if pieces else self.np.empty(0)

    def _labels(self) -> Any:
        labels = self.np.empty(len(self.classes), dtype=object)
        labels[:] = self.classes
        return labels

    def _import(self) -> bool:
        try:
            import numpy  # noqa: ICN001 - np is what is kept of it
        except ImportError:
            return False
        self.np = numpy
        return True


def _answer_one(head: Head, classes: tuple[Any, ...]) -> Any:
    raw_of, proba, index = head.raw, head.proba, head.index
    if not classes:
        return lambda cells: Prediction(raw_of(cells), None)
    if proba is None:
        return lambda cells: Prediction(classes[index(raw_of(cells))], None)

    def answer(cells: Any) -> Prediction:
        raw = raw_of(cells)
        probabilities = proba(raw)
        place = first_largest(probabilities) if index is None else index(raw)
        return Prediction(classes[place], tuple(probabilities))

    return answer


def _piece(table: Any, start: int, end: int) -> Any:
    if not isinstance(table, Cells):
        return table[start:end]
    return Cells([column[start:end] for column in table.columns], min(end, table.count) - start)
