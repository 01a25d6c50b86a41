"""CSV files to Arrow.

Arrow is strict (a row with too few or too many fields is an error), reads in parallel, and settles a column's
type by all of its values. What it does not say is the line of a fault, so a refused file is walked once more,
slowly, to find it.
"""

import csv
import io
from collections.abc import Collection, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mlctl.data.csv_head import Head, delimiter_name, encoding_error, first_bad_byte, read_head
from mlctl.data.members import Member, reading
from mlctl.errors import DataError
from mlctl.params.model import Data

MISSING = (
    *("", "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None", "<NA>"),
    *("#N/A", "#N/A N/A", "#NA", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
)
"""What stands for a missing value: the marks of :func:`pandas.read_csv`."""

DATE_FORMS = (pyarrow.csv.ISO8601, "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d")
"""Dates that mean the same everywhere; 01/02/2026 does not, and stays text."""

_BLOCK = 1 << 24
"""Bytes that are parsed at a time; no row may be longer."""


def read_csv(member: Member, data: Data, as_text: Collection[str] = ()) -> tuple[pa.Table, tuple[str, ...]]:
    """Read one CSV file.

    Parameters
    ----------
    member : Member
        The file.
    data : Data
        Delimiter, encoding, further marks for missing values.
    as_text : collection of str
        Columns that stay text, whatever their values look like.

    Returns
    -------
    tuple of (pyarrow.Table, tuple of str)
        The table, and what to tell of how it was read.

    Raises
    ------
    DataError
        Naming the file and the line, byte or column that is wrong.
    """
    head = read_head(member, data.encoding, data.delimiter)
    if head.alone:
        return pa.table({column: pa.nulls(0) for column in head.columns}), ()
    try:
        with reading(member.name), member.stream() as stream:
            table = pyarrow.csv.read_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, encoding=head.encoding),
                parse_options=pyarrow.csv.ParseOptions(delimiter=head.delimiter, newlines_in_values=True),
                convert_options=_conversion(head, data, as_text),
            )
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _diagnose(member, head, error) from error
    _check_text(member, head, table)
    table, commas = _decimal_commas(table, head.delimiter, as_text)
    return table, tuple(note for note in (head.note, commas and f"{member.name}: {commas}") if note)


def _conversion(head: Head, data: Data, as_text: Collection[str]) -> Any:
    return pyarrow.csv.ConvertOptions(
        null_values=[*MISSING, *data.missing],
        strings_can_be_null=True,
        timestamp_parsers=list(DATE_FORMS),
        column_types={column: pa.string() for column in head.columns if column in as_text},
    )


def _check_text(member: Member, head: Head, table: pa.Table) -> None:
    # Arrow falls back to bytes where a column is not UTF-8.
    if any(pa.types.is_binary(kind) for kind in table.schema.types):
        raise encoding_error(member, head.encoding, first_bad_byte(member, head.encoding) or 0)
    # A quote that never closes swallows the rest of the file into the last row, and Arrow does not mind.
    last = table.slice(max(0, table.num_rows - 1)).to_pylist()
    if any("\n" in str(value) for row in last for value in row.values()) and _odd_quotes(member):
        fault = _first_fault(member, head)
        if fault:
            raise fault


def _odd_quotes(member: Member) -> bool:
    with reading(member.name), member.stream() as stream:
        quotes: int = sum(chunk.count(b'"') for chunk in iter(lambda: stream.read(1 << 20), b""))
    return quotes % 2 == 1


def _diagnose(member: Member, head: Head, error: Exception) -> DataError:
    offset = first_bad_byte(member, head.encoding)
    if offset is not None:
        return encoding_error(member, head.encoding, offset)
    return _first_fault(member, head) or DataError(
        f"{member.name}: is not a CSV file that can be read: {error}",
        f"no row may be longer than {_BLOCK >> 20} MB",
    )


def _first_fault(member: Member, head: Head) -> DataError | None:
    limit = csv.field_size_limit(_BLOCK << 6)
    try:
        with reading(member.name), member.stream() as stream:
            return _fault_in(io.TextIOWrapper(stream, encoding=head.encoding, newline=""), member, head)
    finally:
        csv.field_size_limit(limit)


def _fault_in(lines: Iterable[str], member: Member, head: Head) -> DataError | None:
    width = len(head.columns)
    reader = csv.reader(lines, delimiter=head.delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if row and len(row) != width:
                return DataError(
                    f"{member.name}: line {line:,} has {len(row)} fields, the header has {width}",
                    f"mend the line; a {delimiter_name(head.delimiter)} inside a field needs quotes",
                )
            line = reader.line_num + 1
    except csv.Error as error:
        return DataError(
            f"{member.name}: the row that starts at line {line:,} cannot be read: {error}",
            "look for a quote that is not closed",
        )
    return None


def _decimal_commas(table: pa.Table, delimiter: str, as_text: Collection[str]) -> tuple[pa.Table, str]:
    """Read ``1,5`` as 1.5 where the delimiter is not the comma and a whole column is written so."""
    done = []
    for position, name in enumerate(table.column_names if delimiter != "," else ()):
        column = table.column(position)
        if pa.types.is_string(column.type) and name not in as_text and _all_decimal_commas(column):
            numbers = pc.replace_substring(column, ",", ".").cast(pa.float64())
            table = table.set_column(position, name, numbers)
            done.append(name)
    return table, f"decimal commas read as points: {', '.join(done)}" if done else ""


def _all_decimal_commas(column: pa.ChunkedArray) -> bool:
    def every(values: pa.ChunkedArray, pattern: str) -> bool:
        return pc.all(pc.match_substring_regex(values, pattern)).as_py() is True

    number, thousands = r"^[+-]?\d+(,\d+)?$", r"^[+-]?\d{1,3}(,\d{3})*$"
    # 1,234 alone may be a thousand or a little over one: then it stays text.
    return every(column.slice(0, 1000), number) and every(column, number) and not every(column, thousands)
