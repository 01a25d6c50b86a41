"""The rows that ``mlctl predict`` reads: CSV, JSON Lines and Parquet, a piece at a time."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet

from mlctl.bundle.main.table import read_table
from mlctl.bundle.main.trouble import BundleError
from mlctl.data.members import look, reading
from mlctl.data.sources import resolve
from mlctl.errors import DataError, UsageError
from mlctl.params.model import Data

PIECE = 8192
"""Rows that are worked on at once."""

_LOOK_AHEAD = 1 << 20
Form = Literal["csv", "jsonl", "parquet"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows that follow one another.

    Attributes
    ----------
    first : int
        Number of the first one, from 1.
    rows : list of dict or None
        The rows of text; empty for what is no row.
    batch : pyarrow.RecordBatch or None
        The rows of a Parquet file.
    faults : dict
        Number of what is no row to what is wrong with it, and to what it is.
    """

    first: int
    rows: list[dict[str, Any]] | None = None
    batch: Any = None
    faults: dict[int, tuple[str, Any]] = field(default_factory=dict)

    def given(self, number: int) -> Any:
        """Return a row as it came."""
        return self.faults[number][1] if number in self.faults else self.kept([number - self.first])[0]

    def kept(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """Return the rows at some places."""
        if self.rows is not None:
            return [self.rows[place] for place in places]
        found: list[dict[str, Any]] = self.batch.take(pa.array(places, pa.int64())).to_pylist()
        return found


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows come from.

    Attributes
    ----------
    name : str
        For messages.
    form : {"csv", "jsonl", "parquet"}
        How they are kept.
    head : tuple of str
        The columns; empty for JSON Lines, whose rows name their own.
    pieces : iterator of Piece
        The rows.
    delimiter : str
        Of a CSV.
    schema : pyarrow.Schema or None
        Of a Parquet file.
    """

    name: str
    form: Form
    head: tuple[str, ...]
    pieces: Iterator[Piece]
    delimiter: str = ","
    schema: Any = None


def of_stream(
    stream: BinaryIO,
    name: str,
    columns: Sequence[str],
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
) -> Rows:
    """Read CSV or JSON Lines out of a stream, which stays open.

    Parameters
    ----------
    name : str
        For messages.
    columns : sequence of str
        Those that the model needs.

    Raises
    ------
    DataError
        When it is empty, no text, or lacks a column; all that it lacks are named.
    """
    raw: Any = stream
    buffered = io.BufferedReader(raw, _LOOK_AHEAD)
    plain = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        table = read_table(buffered, columns, encoding=plain, delimiter=delimiter, size=PIECE)
    except BundleError as error:
        raise _in_words(error, name) from None
    form: Form = "csv" if table.form == "csv" else "jsonl"
    return Rows(name, form, tuple(table.head), _pieces(table.chunks, name), table.delimiter)


def _pieces(chunks: Iterator[Any], name: str) -> Iterator[Piece]:
    try:
        with reading(name):
            for chunk in chunks:
                yield Piece(chunk.first, chunk.rows, faults=chunk.faults)
    except BundleError as error:
        raise _in_words(error, name) from None


def _in_words(error: BundleError, name: str) -> DataError | UsageError:
    kind = UsageError if error.code == UsageError.exit_code else DataError
    return kind(f"{name}: {error.message}", error.hint)


def of_file(
    name: str, path: Path, columns: Sequence[str], *, encoding: str = "utf-8", delimiter: str | None = None
) -> Rows:
    """Read a file: CSV, JSON Lines (both also .gz, .bz2, .zst) or Parquet, by its name.

    Raises
    ------
    DataError
        When it is not what its name says, is damaged, or lacks a column.
    MlctlError
        When the system does not let it be read.
    """
    member = look(name, path)
    if member.format == "parquet":
        return _of_parquet(name, path, columns)
    with reading(name):
        stream = member.stream()
    return of_stream(stream, name, columns, encoding=encoding, delimiter=delimiter)


def _of_parquet(name: str, path: Path, columns: Sequence[str]) -> Rows:
    with reading(name):
        try:
            file = pyarrow.parquet.ParquetFile(path)
        except pa.ArrowException as error:
            raise _damaged(name, error) from error
    schema = file.schema_arrow
    absent = [column for column in columns if column not in schema.names]
    if absent:
        what = "columns" if len(absent) > 1 else "a column"
        raise DataError(
            f"{name}: the input lacks {what}: {', '.join(map(repr, absent))}",
            f"it has {', '.join(map(repr, schema.names[:20]))}",
        )
    return Rows(name, "parquet", tuple(schema.names), _batches(file, name), schema=schema)


def _batches(file: Any, name: str) -> Iterator[Piece]:
    first = 1
    try:
        with reading(name), file:
            for batch in file.iter_batches(PIECE):
                batch.validate(full=True)  # texts that are no UTF-8, above all
                yield Piece(first, batch=batch)
                first += batch.num_rows
    except pa.ArrowException as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> DataError:
    return DataError(f"{name}: is cut short or damaged: {error}", "fetch or write the file again")


def of_data(data: Data, base: Path, scratch: Path, columns: Sequence[str], *, typed: Any = None) -> Rows:
    """Read what a data section means: one file, here or at an address, a query, a function.

    Raises
    ------
    DataError
        When it means several files, or one is refused.
    NotFoundError, UsageError, MlctlError
        As :func:`mlctl.data.sources.resolve` raises them.
    """
    members = resolve(data, base, scratch, typed).members
    if len(members) > 1:
        raise DataError(
            f"there are {len(members)} files, {members[0][0]} and others, and one is predicted at a time",
            "name one, or read them all with a query: --query \"SELECT * FROM 'data/*.csv'\"",
        )
    ((name, path),) = members
    return of_file(name, path, columns, encoding=data.encoding, delimiter=data.delimiter)
