"""JSON Lines to Arrow: one object a line."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.json

from mlctl.data.members import Member, reading
from mlctl.domain.json_text import parsed
from mlctl.errors import DataError

_BLOCK = 1 << 24
_ONE_A_LINE = "write one JSON object a line, without brackets around them (jq -c '.[]' does it)"


def read_json(member: Member) -> pa.Table:
    """Read one JSON Lines file.

    Raises
    ------
    DataError
        Naming the file and the line: not JSON, not an object, a key whose values change their type.
    """
    if member.head.lstrip().startswith(b"["):
        raise DataError(f"{member.name}: is one JSON array, not JSON Lines", _ONE_A_LINE)
    try:
        with reading(member.name), member.stream() as stream:
            table = pyarrow.json.read_json(stream, read_options=pyarrow.json.ReadOptions(block_size=_BLOCK))
        # Arrow itself does not look whether a text is UTF-8.
        table.validate(full=True)
        table = table.rename_columns([str(name) for name in table.column_names])
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _first_fault(member) or DataError(
            f"{member.name}: is not JSON Lines: {error}", _ONE_A_LINE
        ) from error
    return table


def _first_fault(member: Member) -> DataError | None:
    kinds: dict[str, str] = {}
    with reading(member.name), member.stream() as stream:
        for number, line in enumerate(io.BufferedReader(stream), 1):
            what, hint = _fault(line, kinds) if line.strip() else ("", "")
            if what:
                return DataError(f"{member.name}: line {number:,}: {what}", hint)
    return None


def _fault(line: bytes, kinds: dict[str, str]) -> tuple[str, str]:
    try:
        read = parsed(line)
    except UnicodeDecodeError as error:
        return f"byte {error.start} of it is not UTF-8", "JSON is UTF-8: write the file so"
    except ValueError as error:
        return f"is not JSON: {error}", "mend the line, or write the file again"
    if not isinstance(read, dict):
        return f"is not an object but {line[:40].decode(errors='replace').strip()}", _ONE_A_LINE
    for key, value in read.items():
        kind = _kind(value)
        if kind and kinds.setdefault(key, kind) != kind:
            return f"{key!r} is {kind} here and {kinds[key]} above", "write values of one type under a key"
    return "", ""


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true or false"
    return {int: "a number", float: "a number", str: "text", list: "a list"}.get(type(value), "an object")
