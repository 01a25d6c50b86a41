"""What ``mlctl predict`` writes: CSV, JSON Lines or Parquet, a prediction behind each row's own columns."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet

from mlctl import files
from mlctl.actions.predict_answers import Answered
from mlctl.actions.predict_source import Form, Piece, Rows
from mlctl.actions.predict_target import Target
from mlctl.bundle.main.trouble import BundleError
from mlctl.bundle.main.written import ROW, CsvForm, JsonForm, check_names
from mlctl.bundle.runtime import Prediction
from mlctl.errors import UsageError

_FORMS: dict[str, Form] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}


class Writer(Protocol):
    """Takes pieces with their answers, in their order."""

    def add(self, piece: Piece, found: Answered) -> None:
        """Write one."""


def form_of(output: Path | None, rows: Rows) -> Form:
    """Return what is written: by the file's name; without one as the rows came, Parquet as CSV.

    Raises
    ------
    UsageError
        When the name says nothing.
    """
    if output is None or output.name.startswith("/dev/"):
        return "csv" if rows.form == "parquet" else rows.form
    form = _FORMS.get(output.suffix.lower())
    if form is None:
        raise UsageError(
            f"--output: cannot tell from {output.name!r} what to write",
            f"let it end in one of {', '.join(_FORMS)}",
        )
    return form


def check_form(form: Form, rows: Rows, added: Sequence[str], *, only: bool) -> None:
    """Refuse what cannot be written so.

    Raises
    ------
    UsageError
        When a column has the name of a prediction's, or rows that name their own columns are to be a table.
    """
    if only:
        return
    if rows.form == "jsonl" and form != "jsonl":
        raise UsageError(
            "each row of JSON Lines has columns of its own, and a table has the same for all",
            "write JSON Lines, or the predictions alone, by row number: --only",
        )
    if form != "jsonl":
        try:
            check_names(rows.head, added)
        except BundleError as error:
            raise UsageError(error.message, error.hint) from None


@contextlib.contextmanager
def open_writer(
    form: Form,
    output: Path | None,
    write: Callable[[str], Any],
    rows: Rows,
    target: Target,
    *,
    only: bool,
) -> Iterator[Writer]:
    """Open what is written to; a file is there when the block ends well, and not otherwise."""
    head = (ROW,) if only else rows.head
    if form == "parquet" and output is not None:
        with (
            files.write_via(output) as place,
            contextlib.closing(_Parquet(place, rows, target, only)) as writer,
        ):
            yield writer
        return
    text: Any = JsonForm(target.classes, target.version, only)
    if form == "csv":
        tab = output is not None and output.suffix == ".tsv"
        text = CsvForm(head, target.added, target.version, "\t" if tab else rows.delimiter or ",")
    if output is None:
        yield _Text(text, write, only)
        return
    with files.write_via(output) as place, place.open("w", encoding="utf-8", newline="") as stream:
        yield _Text(text, stream.write, only)


class _Text:
    def __init__(self, form: Any, write: Callable[[str], Any], only: bool) -> None:
        self._form, self._write, self._only = form, write, only
        self._begun = False

    def add(self, piece: Piece, found: Answered) -> None:
        if not self._begun:
            self._begun = True
            self._write(self._form.begin())
        rows = [{ROW: piece.first + at} for at in found.places] if self._only else piece.kept(found.places)
        chances: Sequence[Any] = found.probabilities or [None] * len(found.values)
        self._write(self._form.lines(rows, map(Prediction, found.values, chances)))


class _Parquet:
    def __init__(self, place: Path, rows: Rows, target: Target, only: bool) -> None:
        self._place, self._rows, self._target, self._only = place, rows, target, only
        self._writer: Any = None

    def add(self, piece: Piece, found: Answered) -> None:
        own = self._own(piece, found.places)
        chances = list(zip(*found.probabilities, strict=True)) if found.probabilities else []
        if not chances and self._target.has_probabilities:
            chances = [()] * len(self._target.classes)
        added = [
            pa.array(found.values, self._value_type()),
            *(pa.array(column, pa.float64()) for column in chances),
            pa.array([self._target.version] * len(found.values), pa.string()),
        ]
        table = pa.table([*own.columns, *added], names=[*own.schema.names, *self._target.added])
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(self._place, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _own(self, piece: Piece, places: list[int]) -> Any:
        if self._only:
            return pa.table({ROW: pa.array([piece.first + at for at in places], pa.int64())})
        if piece.batch is not None:
            return pa.table(piece.batch.take(pa.array(places, pa.int64())))
        schema = pa.schema([(name, pa.string()) for name in self._rows.head])
        return pa.Table.from_pylist(piece.kept(places), schema)

    def _value_type(self) -> Any:
        return pa.array(self._target.classes).type if self._target.classes else pa.float64()
