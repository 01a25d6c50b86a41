"""What the first lines of a CSV file tell: its text, its delimiter, its column names."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mlctl.data.members import Member, reading
from mlctl.errors import DataError

_CANDIDATES = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_EAST_ASIAN = ("cp949", "shift_jis", "gb18030")
_WESTERN = ("cp1252", "cp1250", "latin-1")
_LOOK_AT = 50
"""How many rows have a say in what the delimiter is."""


@dataclass(frozen=True, slots=True)
class Head:
    """The header of a CSV file.

    Attributes
    ----------
    encoding : str
        Python's canonical name for it.
    delimiter : str
        One character.
    columns : tuple of str
        The names, all different and none empty.
    note : str
        What to tell of the delimiter; empty where there is nothing to tell.
    alone : bool
        Whether no row stands below the header.
    """

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    note: str = ""
    alone: bool = False


def read_head(member: Member, encoding: str, delimiter: str | None) -> Head:
    """Read the header line.

    Parameters
    ----------
    member : Member
        The file.
    encoding : str
        As the parameters file names it.
    delimiter : str or None
        One character; None takes it from the header: of comma, semicolon, tab and bar the one that cuts the
        first 50 rows most evenly, then into the most columns.

    Raises
    ------
    DataError
        When the bytes are not text of that encoding, the delimiter is not the file's, or column names are
        empty or repeat.
    """
    canonical = codecs.lookup(encoding).name
    text = _text(member, canonical)
    chosen, note = _delimiter(member.name, text, delimiter)
    columns, alone = _first_row(member.name, text, chosen)
    _check_names(member.name, columns)
    return Head(canonical, chosen, tuple(columns), note, member.whole and alone)


def first_bad_byte(member: Member, encoding: str) -> int | None:
    """Return the offset (of the decompressed bytes) where the text stops being of that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with reading(member.name), member.stream() as stream:
        while chunk := stream.read(1 << 20):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return done - held + error.start
            done += len(chunk)
    return None


def encoding_error(member: Member, encoding: str, offset: int) -> DataError:
    """Say that the file is not of the encoding, and where."""
    fitting = [name for name in _likely(member.head) if name != encoding and _decodes(member.head, name)]
    return DataError(
        f"{member.name}: byte {offset:,} is not {encoding} text",
        f"set data.encoding; its beginning can be read as {' or '.join(fitting) or 'latin-1'}",
    )


def _likely(head: bytes) -> tuple[str, ...]:
    if _decodes(head, "utf-8"):
        return ("utf-8",)  # which text in any other encoding almost never is
    return _EAST_ASIAN if _in_pairs(head) or not _decodes(head, "cp1252") else _WESTERN


def _in_pairs(head: bytes) -> bool:
    """Tell whether bytes beyond ASCII stand in long runs, as East Asian characters of two bytes do."""
    high = [len(run) for run in re.findall(rb"[\x80-\xff]+", head)]
    return sum(length for length in high if length > 2) > 0.5 * sum(high)


def _decodes(head: bytes, encoding: str) -> bool:
    """Tell whether the beginning of a file is text of an encoding; a character may be cut at its end."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_name(delimiter: str) -> str:
    """Return the word for a delimiter: ``semicolon``."""
    return _NAMES.get(delimiter, repr(delimiter))


def _text(member: Member, encoding: str) -> str:
    if b"\0" in member.head and not encoding.startswith(("utf-16", "utf-32")):
        raise _zero_bytes(member)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(member.head, final=member.whole)
    except UnicodeDecodeError as error:
        raise encoding_error(member, encoding, error.start) from error
    if not text.strip("\ufeff \t\r\n"):
        raise DataError(f"{member.name}: the file holds only empty lines", "check what wrote it")
    return text.removeprefix("\ufeff")


def _zero_bytes(member: Member) -> DataError:
    if member.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DataError(f"{member.name}: is UTF-16 text", "set data.encoding: utf-16")
    return DataError(
        f"{member.name}: is a binary file, not text (byte {member.head.index(0):,} is 0)",
        "export the table as CSV or Parquet",
    )


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    return (row for row in reader if row)


def _first_row(name: str, text: str, delimiter: str) -> tuple[list[str], bool]:
    rows = _rows(text, delimiter)
    try:
        first = next(rows)
    except csv.Error as error:
        raise DataError(
            f"{name}: line 1: the header cannot be read: {error}", "check that it is a CSV file"
        ) from error
    try:
        return first, next(rows, None) is None
    except csv.Error:  # a row there is, whatever the csv module thinks of its length
        return first, False


def _delimiter(name: str, text: str, given: str | None) -> tuple[str, str]:
    # The last line may be cut where the head ends, so it has no say.
    sample = "".join(text.splitlines(keepends=True)[: _LOOK_AT + 1][:-1]) or text
    found = max(_CANDIDATES, key=lambda candidate: _fit(sample, candidate))
    several = _fit(sample, found)[1] > 1
    if given is None:
        found = found if several else ","
        note = "" if found == "," else f"{name}: {delimiter_name(found)}-delimited, found from the header"
        return found, note
    if not given.isascii() or given in '"\r\n':
        raise DataError(f"data.delimiter: {given!r} cannot be one", "use a plain character, such as ; or |")
    if several and _fit(sample, given)[1] <= 1:
        raise DataError(
            f"{name}: the header has one column when split at {delimiter_name(given)}, "
            f"and {_fit(sample, found)[1]} when split at {delimiter_name(found)}",
            f"set data.delimiter to {found!r}, or leave it out",
        )
    return given, ""


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        rows = list(_rows(sample, delimiter))
    except csv.Error:  # a quoted field beyond what the csv module takes
        return 0.0, 0
    width = len(rows[0]) if rows else 0
    even = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
    return even, width


def _check_names(name: str, columns: list[str]) -> None:
    empty = [str(position) for position, column in enumerate(columns, 1) if not column.strip()]
    if empty:
        pandas = "; pandas writes its index so: to_csv(…, index=False)" if empty == ["1"] else ""
        raise DataError(
            f"{name}: line 1: {'column' if len(empty) == 1 else 'columns'} {', '.join(empty[:10])} "
            f"of {len(columns)} {'has' if len(empty) == 1 else 'have'} no name",
            f"give every column a name in the header line{pandas}",
        )
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if twice:
        raise DataError(
            f"{name}: line 1: the column name {', '.join(map(repr, twice[:10]))} stands more than once",
            "give every column a name of its own; if the file has no header line, add one",
        )
