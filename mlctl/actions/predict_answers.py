"""How a model is asked for the answers to a piece of rows, here or in another process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlctl.actions.predict_source import Piece


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to a piece.

    Attributes
    ----------
    places : list of int
        Of the rows that have an answer, from 0.
    values : list
        A label or a number for each of them.
    probabilities : list of list of float or None
        In the order of the model's classes.
    faults : list of (int, str or None, str)
        Row number, column and reason of the others.
    """

    places: list[int]
    values: list[Any]
    probabilities: list[list[float]] | None
    faults: list[tuple[int, str | None, str]]


@dataclass(frozen=True, slots=True)
class Loader:
    """What a worker process loads once.

    Attributes
    ----------
    load : callable
        Takes ``csv``, ``jsonl`` or ``parquet``; returns the model. Can be pickled.
    columns : tuple of (str, str)
        Name and kind of what the model needs.
    form : str
        What the rows are kept as.
    other : callable or None
        Loads the same model as scikit-learn holds it; None where there is no other.
    """

    load: Callable[[str], Any]
    columns: tuple[tuple[str, str], ...]
    form: str
    other: Callable[[str], Any] | None = None

    def __call__(self) -> "Loaded":
        """Load the model."""
        return Loaded(self.load(self.form), self.columns, self.form)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is there, and how it is asked."""

    model: Any
    columns: tuple[tuple[str, str], ...]
    form: str

    def answer(self, piece: Piece) -> Answered:
        """Answer a piece."""
        faults: list[Any] = []
        by_columns = self.form != "jsonl" and hasattr(self.model, "predict_columns")
        if by_columns:
            found = self.model.predict_columns(self._columns(piece), first=piece.first, bad=faults)
        else:
            found = self.model.predict_rows(_plain(piece), first=piece.first, bad=faults)
        told = {fault.row: (fault.column, fault.message) for fault in faults}
        told |= {number: (None, what) for number, (what, _) in piece.faults.items()}
        return _answered(found, told, piece)

    def _columns(self, piece: Piece) -> dict[str, Any]:
        if piece.batch is not None:
            return {name: _cells(piece.batch.column(name)) for name, _ in self.columns}
        rows = piece.rows or []
        cells = {name: [row.get(name) for row in rows] for name, _ in self.columns}
        numbers = [name for name, kind in self.columns if kind == "number"]
        return cells | {name: _numbers(cells[name]) for name in numbers}


def _answered(found: Any, told: dict[int, tuple[str | None, str]], piece: Piece) -> Answered:
    values, chances = _listed(found.values), _listed(found.probabilities)
    good = [at for at, place in enumerate(found.rows) if piece.first + place not in told]
    if len(good) != len(values):
        values = [values[at] for at in good]
        chances = None if chances is None else [chances[at] for at in good]
    places = [found.rows[at] for at in good]
    return Answered(places, values, chances, [(number, *told[number]) for number in sorted(told)])


def _listed(values: Any) -> Any:
    return values.tolist() if hasattr(values, "tolist") else values


def _plain(piece: Piece) -> list[dict[str, Any]]:
    return piece.rows if piece.rows is not None else piece.batch.to_pylist()


def _numbers(texts: list[str | None]) -> Any:
    """Return cells as float64 where every one of them is a plain finite number; else as they are."""
    try:
        found = pc.cast(pa.array(texts, pa.string()), pa.float64())
    except pa.ArrowException:  # a gap, a unit, a thousands separator: each cell is then looked at by itself
        return texts
    values = found.to_numpy(zero_copy_only=False)
    return values if not found.null_count and np.isfinite(values).all() else texts


def _cells(column: Any) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return column.to_pylist()
