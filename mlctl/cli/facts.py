"""Facts about one thing: a name, a gap, a value; long values are wrapped under their own beginning."""

import shutil
import sys
import textwrap
from collections.abc import Sequence

from mlctl.cli import out
from mlctl.cli.table import cells

Fact = tuple[str, str]


def show(facts: Sequence[Fact]) -> None:
    """Write facts to stdout, one a line; those without a value are left out."""
    told = [(name, value) for name, value in facts if value]
    indent = max((cells(name) for name, _ in told), default=0) + 2
    for name, value in told:
        for line in _lines(name, value, indent):
            out.text(line)


def _lines(name: str, value: str, indent: int) -> list[str]:
    head = name + " " * (indent - cells(name))
    if not out.is_terminal(sys.stdout):
        return [head + value]
    width = max(20, shutil.get_terminal_size().columns - indent)
    first, *rest = textwrap.wrap(value, width, break_long_words=False, break_on_hyphens=False) or [""]
    return [head + first, *(" " * indent + line for line in rest)]
