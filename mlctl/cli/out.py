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

from mlctl.errors import MlctlError

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
    """Write a line of data."""
    sys.stdout.write(line + "\n")


def document(content: Mapping[str, Any]) -> None:
    """Write the one JSON document of a command."""
    ordered = {"schema_version": SCHEMA_VERSION, **content}
    sys.stdout.write(json.dumps(finite(ordered), ensure_ascii=False, indent=2, default=str) + "\n")


def finite(value: Any) -> Any:
    """Return the value with NaN and infinities as null: JSON has no word for them."""
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def say(line: str) -> None:
    """Write a sentence to the person."""
    sys.stderr.write(line + "\n")


def warn(line: str) -> None:
    """Write a warning."""
    say(_styled("warning: ", "33") + line)


def hint(line: str) -> None:
    """Name the next useful command."""
    say(_styled("next: ", "2") + line)


def error(failure: MlctlError, *, as_json: bool) -> None:
    """Write what went wrong and how to mend it; with ``--json`` as the one document."""
    if as_json:
        told = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        document({"error": told | ({"details": list(failure.details)} if failure.details else {})})
        return
    say(_styled("error: ", "31") + failure.message)
    for line in failure.details:
        say(f"  {line}")
    if failure.hint:
        say(_styled("  fix: ", "32") + failure.hint)


def _styled(words: str, code: str) -> str:
    return f"\x1b[{code}m{words}\x1b[0m" if colour(sys.stderr) else words


def unreadable(records: Sequence[Any]) -> list[str]:
    """Return a line for each record that could not be read: what a JSON document's warnings hold."""
    return [f"{record.path}: {record.reason}" for record in records]


def damaged(records: Sequence[Any]) -> None:
    """Name the records that could not be read."""
    for line in unreadable(records):
        warn(f"{line}; the rest is shown")
