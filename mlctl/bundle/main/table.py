"""Rows as they come: CSV or JSON Lines, a chunk at a time."""

from __future__ import annotations

import json
from io import TextIOWrapper

from .trouble import RowsError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

CHUNK = 4096
"""Rows that are held at a time."""

LONGEST = 1 << 24
"""Characters of a cell."""

_DELIMITERS = ",;\t|"
_ONE_A_LINE = "write one JSON object a line, without brackets around them"


class Chunk:
    """Some rows.

    Attributes
    ----------
    first : int
        Number of the first one, from 1.
    rows : list of dict
        Column to cell; empty for what is no row.
    faults : dict
        Number of what is no row to what is wrong with it, and to what it is.
    """

    __slots__ = ("faults", "first", "rows")

    def __init__(self, first: int) -> None:
        self.first = first
        self.rows: list[dict[str, Any]] = []
        self.faults: dict[int, tuple[str, Any]] = {}

    def add(self, row: dict[str, Any]) -> None:
        """Add a row."""
        self.rows.append(row)

    def refuse(self, what: str, given: Any) -> None:
        """Add what is no row."""
        self.faults[self.first + len(self.rows)] = (what, given)
        self.rows.append({})

    def given(self, number: int) -> Any:
        """Return a row as it came."""
        return self.faults[number][1] if number in self.faults else self.rows[number - self.first]


class Table:
    """Rows out of a stream; made by :func:`read_table`.

    Attributes
    ----------
    form : {"csv", "jsonl"}
        How they are written.
    head : list of str
        The columns of a CSV; empty for JSON Lines, whose rows name their own.
    delimiter : str
        Of a CSV.
    """

    def __init__(
        self, form: str, head: list[str], delimiter: str, chunks: Iterator[Chunk], text: Any
    ) -> None:
        self._text = text  # closed with its stream, not when the last row has come
        self.form = form
        self.head = head
        self.delimiter = delimiter
        self.chunks = chunks


def read_table(
    stream: Any,
    columns: Sequence[str],
    *,
    encoding: str = "utf-8-sig",
    delimiter: str | None = None,
    size: int = CHUNK,
) -> Table:
    """Begin to read rows.

    Parameters
    ----------
    stream : binary stream
        With ``peek``.
    columns : sequence of str
        Those that are needed; by them the delimiter is told.
    encoding : str
        Of the text.
    delimiter : str, optional
        One character; by default the one of comma, semicolon, tab and bar that finds most columns.
    size : int
        Rows of a chunk.

    Raises
    ------
    RowsError
        When there is nothing, no header, or a column that is needed is missing; all missing ones are named.
    UsageError
        For an unknown encoding.
    """
    start = stream.peek(4)[:4].lstrip(b"\xef\xbb\xbf")
    if not start:
        raise RowsError("there are no rows: the input is empty", "give CSV with a header, or JSON Lines")
    if start.startswith(b"["):
        raise RowsError("the input is one JSON array, not JSON Lines", _ONE_A_LINE)
    try:
        text = TextIOWrapper(stream, encoding=encoding, newline="")
    except LookupError:
        raise UsageError(f"there is no encoding {encoding!r}", "such as utf-8 or latin-1") from None
    if start.startswith(b"{"):
        return Table("jsonl", [], "", _decoded(_json_chunks(text, size), encoding), text)
    return _csv(text, columns, encoding, delimiter, size)


def _csv(text: Any, columns: Sequence[str], encoding: str, delimiter: str | None, size: int) -> Table:
    import csv  # JSON Lines need it not

    csv.field_size_limit(LONGEST)
    try:
        line = text.readline()
        best = delimiter or max(_DELIMITERS, key=lambda each: _known(csv, line, each, columns))
        head = next(csv.reader([line], delimiter=best, strict=True), [])
    except UnicodeDecodeError as error:
        raise _not_text(error, encoding) from None
    except (csv.Error, TypeError) as error:
        raise RowsError(f"the header cannot be read: {error}", "it is the first line, on one line") from None
    absent = [name for name in columns if name not in head]
    if absent:
        raise RowsError(
            "the input lacks {}: {}".format(
                "columns" if len(absent) > 1 else "a column", ", ".join(map(repr, absent))
            ),
            "it has {}".format(", ".join(map(repr, head[:20]))),
        )
    twice = [name for place, name in enumerate(head) if name in head[:place]]
    if twice:
        raise RowsError(f"the input has two columns {twice[0]!r}", "give every column a name of its own")
    reader = csv.reader(text, delimiter=best)
    return Table("csv", head, best, _decoded(_csv_chunks(csv, reader, head, size), encoding), text)


def _known(csv: Any, line: str, delimiter: str, columns: Sequence[str]) -> int:
    return len(set(next(csv.reader([line], delimiter=delimiter), [])) & set(columns))


def _csv_chunks(csv: Any, reader: Any, head: list[str], size: int) -> Iterator[Chunk]:
    width, chunk = len(head), Chunk(1)
    try:
        for line in reader:
            if len(line) == width:
                chunk.add(dict(zip(head, line)))
            elif line:
                chunk.refuse(f"it has {len(line)} fields, and the header has {width}", line)
            if len(chunk.rows) == size:
                yield chunk
                chunk = Chunk(chunk.first + size)
    except csv.Error as error:
        raise RowsError(
            f"line {reader.line_num + 1:,}: {error}", "look for a quote that is not closed"
        ) from None
    if chunk.rows:
        yield chunk


def _json_chunks(lines: Any, size: int) -> Iterator[Chunk]:
    chunk = Chunk(1)
    for line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            chunk.refuse(f"it is not JSON: {error}", line)
        else:
            chunk.add(row) if isinstance(row, dict) else chunk.refuse("it is no JSON object", row)
        if len(chunk.rows) == size:
            yield chunk
            chunk = Chunk(chunk.first + size)
    if chunk.rows:
        yield chunk


def _decoded(chunks: Iterator[Chunk], encoding: str) -> Iterator[Chunk]:
    try:
        yield from chunks
    except UnicodeDecodeError as error:
        raise _not_text(error, encoding) from None


def _not_text(error: UnicodeDecodeError, encoding: str) -> RowsError:
    name = "UTF-8" if encoding.startswith("utf-8") else encoding
    found = error.object[error.start : error.start + 1]
    return RowsError(f"the input is not {name} text: it holds the byte {found!r}", "name its --encoding")
