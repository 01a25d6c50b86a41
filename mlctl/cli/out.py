"""The one sink: data on stdout, talk on stderr.

Commands never print. They hand over a table, a document or a sentence, and the mode decides: for a person at
a terminal, for a pipe, or one JSON document.
"""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from mlctl.cli.escape import escaped, escaped_json
from mlctl.cli.streams import drop_stdout
from mlctl.errors import MlctlError, ReaderGoneError

SCHEMA_VERSION = 1


def is_terminal(stream: Any) -> bool:
    """Tell whether a person reads this stream as it is written."""
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def is_live(stream: Any) -> bool:
    """Tell whether a drawing that changes is welcome: on a terminal, but not in the log of a CI."""
    return is_terminal(stream) and not os.environ.get("CI")


def colour(stream: Any) -> bool:
    """Tell whether colour is welcome there (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def text(line: str = "") -> None:
    """Write a line of data, or several; control characters are spelled out."""
    sys.stdout.write(escaped(line) + "\n")


def document(content: Mapping[str, Any]) -> None:
    """Write the one JSON document of a command."""
    ordered = {"schema_version": SCHEMA_VERSION, **content}
    text = json.dumps(finite(ordered), ensure_ascii=False, indent=2, default=str)
    if not _can_carry(sys.stdout, text):
        text = json.dumps(finite(ordered), indent=2, default=str)
    sys.stdout.write(escaped_json(text) + "\n")


def _can_carry(stream: Any, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def finite(value: Any) -> Any:
    """Return the value with NaN and infinities as null: JSON has no word for them."""
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def say(line: str) -> None:
    """Write a sentence to the person."""
    _say("", "", line)


def warn(line: str) -> None:
    """Write a warning."""
    _say("warning: ", "33", line)


def hint(line: str) -> None:
    """Name the next useful command."""
    _say("next: ", "2", line)


def _say(heading: str, code: str, line: str) -> None:
    styled = f"\x1b[{code}m{heading}\x1b[0m" if heading and colour(sys.stderr) else heading
    sys.stderr.write(f"{styled}{escaped(line)}\n")


def error(failure: MlctlError, *, as_json: bool) -> None:
    """Write what went wrong and how to mend it; with ``--json`` as the one document."""
    if as_json:
        told = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        document({"error": told | ({"details": list(failure.details)} if failure.details else {})})
        sys.stdout.flush()
        return
    _say("error: ", "31", failure.message)
    for line in failure.details:
        say(f"  {line}")
    if failure.hint:
        _say("  fix: ", "32", failure.hint)


def failed(failure: MlctlError, *, as_json: bool) -> int:
    """Tell of a failure as far as the streams allow, and return the exit code."""
    if not isinstance(failure, ReaderGoneError) and not _is_lost():
        try:
            error(failure, as_json=as_json)
            return failure.exit_code
        except MlctlError as refused:
            failure = refused
    drop_stdout()
    if not isinstance(failure, ReaderGoneError):
        error(failure, as_json=False)
    return failure.exit_code


def _is_lost() -> bool:
    return getattr(sys.stdout, "is_lost", False)


def unreadable(records: Sequence[Any]) -> list[str]:
    """Return a line for each record that could not be read: what a JSON document's warnings hold."""
    return [f"{record.path}: {record.reason}" for record in records]


def damaged(records: Sequence[Any]) -> None:
    """Name the records that could not be read."""
    for line in unreadable(records):
        warn(f"{line}; the rest is shown")
