"""One line on a terminal that says what is being looked at; nothing elsewhere."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mlctl.cli import out
from mlctl.cli.escape import escaped
from mlctl.cli.forms import one_line

_SECONDS_BETWEEN = 0.1
_CLEAR = "\r\x1b[K"


@contextmanager
def looking(verb: str) -> Iterator[Callable[[str], None]]:
    """Give a function that shows a path, with how many there were; the line is gone at the end."""
    if not out.is_live(sys.stderr):
        yield lambda _: None
        return
    count, shown = 0, 0.0

    def show(path: str) -> None:
        nonlocal count, shown
        count += 1
        if time.monotonic() - shown >= _SECONDS_BETWEEN:
            shown = time.monotonic()
            line = one_line(escaped(f"{verb} {count:,}: {path}"))
            sys.stderr.write(_CLEAR + line[: shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
