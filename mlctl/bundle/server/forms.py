"""Bodies to rows: every form that MLflow's model server takes, those of its version 1 among them.

::

    {"dataframe_split": {"columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]}}
    {"dataframe_records": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}
    {"inputs": {"a": [1, 2], "b": ["x", "y"]}}      also a list of objects, or of rows in the model's order
    {"instances": [{"a": 1, "b": "x"}]}             likewise
    {"columns": ["a", "b"], "data": [[1, "x"]]}     MLflow 1
    a,b                                             text/csv
    1,x
"""

from __future__ import annotations

import csv
import io
import json

from .faults import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from typing import Any

    from .heads import Head

    Rows = list[dict[str, Any]]

JSON, CSV = "application/json", "text/csv"
FORMS = ("dataframe_split", "dataframe_records", "inputs", "instances")

_scan = json.JSONDecoder().raw_decode
_WANTED = "an object with exactly one of dataframe_split, dataframe_records, inputs and instances"


def rows_of(head: Head, body: bytes, columns: Sequence[str], csv_missing: Container[str] = ()) -> Rows:
    """Return the rows that a body holds, each a mapping of column to value.

    Parameters
    ----------
    head : Head
        Says the media type.
    body : bytes
        The body.
    columns : sequence of str
        The model's, for rows that do not name theirs.
    csv_missing : container of str
        Texts that stand for a missing value in CSV.

    Raises
    ------
    Refusal
        415 for another media type, 400 for a body that does not hold rows; the place is named.
    """
    if head.is_json:
        return rows_in(document_of(body), columns)
    check_media(head)
    if head.media == CSV:
        return _csv(text_of(body), csv_missing)
    return rows_in(document_of(body), columns)


def check_media(head: Head, *, only: Sequence[str] = (JSON, CSV)) -> None:
    """Refuse a media type that is not taken."""
    if head.media not in only:
        raise Refusal(
            415, "the Content-Type is {!r}, and wanted is {}".format(head.media_said, " or ".join(only))
        )
    charset = head.media_parameters.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise Refusal(415, f"the charset is {charset!r}, and only UTF-8 is taken")
    strange = sorted(set(head.media_parameters) - {"charset"})
    if strange:
        raise Refusal(415, "the Content-Type has an unknown parameter: {}".format(", ".join(strange)))


def text_of(body: bytes) -> str:
    """Return a body as text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the body is not UTF-8: byte {error.start + 1:,} is wrong") from None
    return text[1:] if text.startswith("\ufeff") else text


def document_of(body: bytes) -> Any:
    """Return the JSON document that a body is."""
    try:
        text = body.decode()
        document, end = _scan(text)
    except (ValueError, RecursionError):
        text = text_of(body)
        document, end = _read_slowly(text)
    if end != len(text) and text[end:].strip(" \t\r\n"):
        raise Refusal(400, f"the body goes on after the end of its JSON document, at character {end + 1:,}")
    return document


def _read_slowly(text: str) -> tuple[Any, int]:
    """Read a document that does not begin with its first character, or say what is wrong with it."""
    start = len(text) - len(text.lstrip(" \t\r\n"))
    if start == len(text):
        raise Refusal(400, "the body is empty; wanted is " + _WANTED)
    try:
        return _scan(text, start)
    except RecursionError:
        raise Refusal(400, "the JSON document is nested too deeply") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno:,}, column {error.colno:,}"
        raise Refusal(400, f"the body is not JSON: {error.msg} ({place})") from None
    except ValueError:
        raise Refusal(400, "the JSON document holds a number with too many digits") from None


def rows_in(document: Any, columns: Sequence[str]) -> Rows:
    """Return the rows of a JSON document; see :func:`rows_of`."""
    if type(document) is not dict:
        raise Refusal(400, f"the JSON document is {kind(document)}; wanted is {_WANTED}")
    if len(document) == 1 and "dataframe_split" in document:
        return _split(document["dataframe_split"], "dataframe_split")
    form = _form_of(document)
    if form == "":
        return _split(document, "the document")
    if form == "dataframe_split":
        return _split(document[form], form)
    if form == "dataframe_records":
        return _records(document[form], form)
    return _tensors(document[form], form, columns)


def _form_of(document: dict[str, Any]) -> str:
    given = [form for form in FORMS if form in document]
    if len(given) == 1:  # what else there is, MLflow's server ignores as well
        return given[0]
    if not given and set(document) <= {"columns", "data", "index"} and "data" in document:
        return ""
    listed = ", ".join(repr(key)[:60] for key in list(document)[:5]) or "nothing"
    raise Refusal(400, f"the JSON document holds {listed}; wanted is {_WANTED}")


def _split(table: Any, form: str) -> Rows:
    if (
        type(table) is not dict
        or type(table.get("columns")) is not list
        or type(table.get("data")) is not list
    ):
        raise Refusal(400, f'{form} is not {{"columns": […], "data": [[…], …]}}')
    return table_rows(table["columns"], table["data"])


def table_rows(columns: Sequence[Any], data: Sequence[Any]) -> Rows:
    """Return rows of cells as mappings; each has to be a list with a cell for each column."""
    width = len(columns)
    if len(data) == 1 and type(data[0]) is list and len(data[0]) == width:
        try:
            row = dict(zip(columns, data[0]))
        except TypeError:
            row = {}
        if len(row) == width:
            return [row]
    try:
        rows = [dict(zip(columns, row)) for row in data if len(row) == width and type(row) is list]
    except TypeError:
        rows = []
    if len(rows) != len(data) or (rows and len(rows[0]) != width):
        raise _no_table(columns, data)
    return rows


def _no_table(columns: Sequence[Any], data: Sequence[Any]) -> Refusal:
    for place, name in enumerate(columns):
        if type(name) is not str:
            return Refusal(400, f"name {place + 1:,} of the columns is {kind(name)}, and not text")
    if len(set(columns)) != len(columns):
        double = next(name for place, name in enumerate(columns) if name in columns[:place])
        return Refusal(400, f"the column {double!r} is named twice")
    for place, row in enumerate(data):
        if type(row) is not list:
            return _bad_row(place, f"it is {kind(row)}; wanted is a list of {len(columns):,} cells")
        if len(row) != len(columns):
            return _bad_row(place, f"it has {len(row):,} cells for {len(columns):,} columns")
    raise AssertionError("a table that is whole was refused")  # pragma: no cover - one of the three is wrong


def _bad_row(place: int, message: str) -> Refusal:
    told: dict[str, object] = {"row": place + 1, "column": None, "message": message}
    return Refusal(400, f"row {place + 1:,}: {message}", [told])


def _records(records: Any, form: str) -> Rows:
    if type(records) is not list:
        raise Refusal(400, f"{form} is {kind(records)}; wanted is a list of objects")
    for place, row in enumerate(records):
        if type(row) is not dict:
            raise _bad_row(place, f"it is {kind(row)}; wanted is an object that names its columns")
    return records


def _tensors(given: Any, form: str, columns: Sequence[str]) -> Rows:
    if type(given) is dict:
        return _by_column(given, form)
    if type(given) is not list:
        raise Refusal(400, f"{form} is {kind(given)}; wanted is a list of rows, or an object of columns")
    if given and type(given[0]) is dict:
        return _records(given, form)
    if len(columns) == 1 and given and type(given[0]) is not list:
        given = [[cell] for cell in given]
    return table_rows(columns, given)


def _by_column(given: dict[str, Any], form: str) -> Rows:
    lists = {name: _cells(values) for name, values in given.items()}
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} {length:,}" for name, length in list(lengths.items())[:5])
        raise Refusal(400, f"the columns of {form} are not of one length: {told}")
    return [dict(zip(lists, row)) for row in zip(*lists.values())]


def _cells(values: Any) -> list[Any]:
    if type(values) is not list:
        return [values]
    # A column of a tensor may come as (n, 1).
    return [cell[0] if type(cell) is list and len(cell) == 1 else cell for cell in values]


def _csv(text: str, missing: Container[str]) -> Rows:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(lines, None)
        data = [[None if cell in missing else cell for cell in line] for line in lines if line]
    except csv.Error as error:
        raise Refusal(400, f"the body is not CSV: line {lines.line_num:,}: {error}") from None
    if not head:
        raise Refusal(
            400, "the body is empty; wanted is a line with the columns' names, and a line for each row"
        )
    return table_rows(head, data)


def kind(value: Any) -> str:
    """Return what a JSON value is, in words."""
    words = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return words.get(type(value), "a number")
