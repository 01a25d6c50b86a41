"""Tables: one set of rows for every format, and nothing lost unsaid.

On a terminal the columns are planned for its width, and the last line says what was left out. In a pipe the
same rows are plain text with every column and full precision. JSON and CSV show them all too, and so do
Markdown and HTML, in a person's form.
"""

import shutil
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlctl.cli import forms, out

Format = Literal["table", "json", "csv", "md", "html"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "md", "html")

GAP = 2
DRAWN_GAP = 3  # what rich leaves between two columns
MOST_ROWS = 50  # on a terminal, where more were not asked for
NARROWEST = 20  # on less, rich draws empty cells; the terminal wraps instead


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    key : str
        The rows' key, and the heading where a machine reads.
    title : str
        The heading for a person.
    form : str
        How a person is shown the value: a name in :data:`mlctl.cli.forms.FORMS`.
    keep : bool
        Never left out for want of width.
    spread : str
        Key of a value that a person sees behind this one, as ``0.95 ± 0.01``; a machine sees its own column.
    """

    key: str
    title: str
    form: str = "text"
    keep: bool = False
    spread: str = ""

    def cell(self, row: Mapping[str, Any]) -> str:
        """Return the value as a person reads it."""
        shown = forms.FORMS[self.form](row.get(self.key))
        if not self.spread or not shown:
            return shown
        return f"{shown} ± {forms.spread(row.get(self.spread))}"

    @property
    def is_number(self) -> bool:
        """Whether it is set against the right edge."""
        return self.form != "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and the columns to show them in.

    Attributes
    ----------
    columns : tuple of Column
        In the order of their importance: the last are left out first.
    rows : tuple of mapping
        Raw values by key; what a row lacks is empty.
    more : str
        How to see what a narrow terminal hides.
    """

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    more: str = "a wider terminal, or a pipe, shows them"


def few(top: int | None, form: Format = "table") -> int | None:
    """Return how many rows to show: what was asked for, else all of them, and on a terminal the first few."""
    return MOST_ROWS if top is None and form == "table" and out.is_terminal(sys.stdout) else top


def show(table: Table, form: Format = "table") -> tuple[str, ...]:
    """Write a table to stdout and return the titles of the columns that had no room."""
    if form == "table" and out.is_terminal(sys.stdout):
        return _terminal(table)
    _WRITERS[form](table)
    return ()


def _terminal(table: Table) -> tuple[str, ...]:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    width = max(NARROWEST, shutil.get_terminal_size().columns)
    columns = fit(table, width)
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column.title, justify="right" if column.is_number else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(column.cell(row)) for column in columns))
    Console(width=width, color_system="auto" if out.colour(sys.stdout) else None).print(drawn)
    hidden = tuple(column.title for column in table.columns if column not in columns)
    if hidden:
        out.say(
            f"{forms.many(len(hidden), 'column')} hidden ({width} wide): {', '.join(hidden)} — {table.more}"
        )
    return hidden


def fit(table: Table, width: int) -> tuple[Column, ...]:
    """Return the columns that a width has room for, the kept ones first."""
    room = width + DRAWN_GAP - sum(_width(c, table.rows) + DRAWN_GAP for c in table.columns if c.keep)
    chosen = {c.key for c in table.columns if c.keep}
    for column in table.columns:
        if column.keep:
            continue
        room -= _width(column, table.rows) + DRAWN_GAP
        if room < 0:
            break
        chosen.add(column.key)
    return tuple(c for c in table.columns if c.key in chosen)


def _width(column: Column, rows: Sequence[Mapping[str, Any]]) -> int:
    return max([cells(column.title), *(cells(column.cell(row)) for row in rows)])


def cells(text: str) -> int:
    """Return how many character cells a text takes: East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def machine_columns(table: Table) -> list[str]:
    """Return the keys of every column, spreads included."""
    return [key for column in table.columns for key in (column.key, column.spread) if key]


def _grid(table: Table) -> list[list[str]]:
    keys = machine_columns(table)
    return [keys, *([forms.exact(row.get(key)) for key in keys] for row in table.rows)]


def _shown(table: Table) -> list[list[str]]:
    """Return headings and cells as a person reads them: for a page that is made for people."""
    rows = ([column.cell(row) for column in table.columns] for row in table.rows)
    return [[column.title for column in table.columns], *rows]


def _plain(table: Table) -> None:
    grid = _grid(table)
    widths = [max(cells(line[i]) for line in grid) for i in range(len(grid[0]))]
    for line in grid:
        padded = (cell + " " * (width - cells(cell)) for cell, width in zip(line, widths, strict=True))
        out.text((" " * GAP).join(padded).rstrip())


def _csv(table: Table) -> None:
    import csv

    csv.writer(sys.stdout, lineterminator="\n").writerows(_grid(table))


def _md(table: Table) -> None:
    head, *body = [[cell.replace("|", "\\|") for cell in line] for line in _shown(table)]
    for line in (head, ["---"] * len(head), *body):
        out.text(f"| {' | '.join(line)} |")


def _html(table: Table) -> None:
    import html

    head, *body = [[html.escape(cell) for cell in line] for line in _shown(table)]
    out.text("<table>")
    out.text(f"<tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>")
    for line in body:
        out.text(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>")
    out.text("</table>")


_WRITERS: dict[str, Callable[[Table], None]] = {"table": _plain, "csv": _csv, "md": _md, "html": _html}
