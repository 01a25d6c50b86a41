"""Pieces of rows to answers: in this process first, and with all cores where there is much to do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlctl.actions.predict_source import Piece
from mlctl.errors import MlctlError
from mlctl.ml.pool import Call, Failure, Pool

PATIENCE_S = 2.0
"""Seconds that one process works alone: the start of others takes about one."""

SHARE = 0.7
"""Of that time, spent on answers, from which other processes help: reading and writing stay with this one,
and rows cost time to hand over."""

AHEAD = 3
"""Pieces for each process that are read before they are written: all that is ever held."""


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
    """

    load: Callable[[str], Any]
    columns: tuple[tuple[str, str], ...]
    form: str

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


def answered(
    pieces: Iterable[Piece], loader: Loader, jobs: int, scratch: Path, clock: Callable[[], float]
) -> Iterator[tuple[Piece, Answered]]:
    """Answer pieces in their order.

    Parameters
    ----------
    jobs : int
        Processes at once; the others are started when one has worked for :data:`PATIENCE_S`.
    scratch : Path
        A directory for what they say.
    clock : callable
        Seconds that only grow.

    Raises
    ------
    MlctlError
        When a process dies.
    """
    left = iter(pieces)
    loaded, begin, answering = loader(), clock(), 0.0
    for piece in left:
        start = clock()
        found = loaded.answer(piece)
        answering += clock() - start
        yield piece, found
        passed = clock() - begin
        if jobs > 1 and passed > PATIENCE_S and answering > SHARE * passed:
            yield from _together(left, loader, jobs, scratch, clock)


def _together(
    left: Iterator[Piece], loader: Loader, jobs: int, scratch: Path, clock: Callable[[], float]
) -> Iterator[tuple[Piece, Answered]]:
    numbered, held, done = enumerate(left), dict[int, Piece](), dict[int, Answered]()
    with Pool(loader, workers=jobs, scratch=scratch, clock=clock) as pool:

        def fill() -> None:
            while len(held) < jobs * AHEAD and (one := next(numbered, None)):
                held[one[0]] = one[1]
                pool.submit([Call(one[0], Loaded.answer, (one[1],))])

        fill()
        turn = 0
        for outcome in pool.results():
            if isinstance(outcome, Failure):
                raise MlctlError(f"a worker process failed: {outcome.message}", "try with --jobs 1")
            done[int(str(outcome.key))] = outcome.value
            while turn in done:
                yield held.pop(turn), done.pop(turn)
                turn += 1
            fill()
