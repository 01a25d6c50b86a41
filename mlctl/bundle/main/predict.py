"""``predict``: rows in, the same rows out with what the model says of them."""

from __future__ import annotations

import sys

from .table import read_table
from .trouble import RowsError
from .written import ROW, CsvForm, JsonForm, Output, added_columns, check_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .table import Chunk, Table


class Asked:
    """What was asked for.

    Attributes
    ----------
    source : str
        A file, or ``-`` for standard input.
    output : str or None
        A file; None for standard output.
    bad_rows : str or None
        The file that takes rows which cannot be predicted; None refuses them.
    only : bool
        Leave the rows' own columns out, and number the rows instead.
    encoding : str
        Of the text.
    delimiter : str or None
        Of a CSV.
    """

    def __init__(
        self,
        source: str = "-",
        output: str | None = None,
        bad_rows: str | None = None,
        only: bool = False,
        encoding: str = "utf-8-sig",
        delimiter: str | None = None,
    ) -> None:
        self.source = source
        self.output = output
        self.bad_rows = bad_rows
        self.only = only
        self.encoding = encoding
        self.delimiter = delimiter


def predict(
    load: Callable[[str], Any], columns: Sequence[str], version: str, asked: Asked
) -> tuple[int, int]:
    """Predict rows.

    Parameters
    ----------
    load : callable
        Takes ``csv`` or ``jsonl`` and returns the model: what stands for a missing value depends on it.
    columns : sequence of str
        Those that the model needs.
    version : str
        The model version id.

    Returns
    -------
    tuple of (int, int)
        Rows that were predicted, and rows that were set aside.

    Raises
    ------
    RowsError
        For the first row that cannot be predicted, where none may be set aside; for input that is no table.
    """
    with _opened(asked.source) as stream:
        table = read_table(stream, columns, encoding=asked.encoding, delimiter=asked.delimiter)
        model = load(table.form)
        form = _form(table, model, version, asked)
        with Output(asked.output) as output:
            if asked.bad_rows is None:
                return _all(table, model, form, output, None, asked)
            with Output(asked.bad_rows) as aside:
                return _all(table, model, form, output, aside, asked)


def _opened(source: str) -> Any:
    return sys.stdin.buffer if source == "-" else open(source, "rb")


def _form(table: Table, model: Any, version: str, asked: Asked) -> Any:
    if table.form == "jsonl":
        return JsonForm(model.classes, version, asked.only)
    added = added_columns(model.classes, model.has_probabilities)
    if asked.only:
        return CsvForm([ROW], added, version, table.delimiter)
    check_names(table.head, added)
    return CsvForm(table.head, added, version, table.delimiter)


def _all(
    table: Table, model: Any, form: Any, output: Output, aside: Output | None, asked: Asked
) -> tuple[int, int]:
    done = bad = 0
    output.write(form.begin())
    for chunk in table.chunks:
        answers, faults = _answers(chunk, model)
        if faults and aside is None:
            raise RowsError(str(faults[0]), "mend it, or set such rows aside: --bad-rows FILE")
        if faults and aside is not None:
            aside.write("".join(told(fault, chunk.given(fault.row)) for fault in faults))
        if asked.only:
            rows = [{ROW: chunk.first + place} for place in answers.rows]
        else:
            rows = [chunk.rows[place] for place in answers.rows]
        output.write(form.lines(rows, iter(answers)))
        done, bad = done + len(rows), bad + len(faults)
    return done, bad


def _answers(chunk: Chunk, model: Any) -> tuple[Any, list[Any]]:
    """Return the answers, and the faults of the rows that have none."""
    faults: list[Any] = []
    answers = model.predict_rows(chunk.rows, first=chunk.first, bad=faults)
    for place, fault in enumerate(faults):
        if fault.row in chunk.faults:
            faults[place] = type(fault)(fault.row, None, chunk.faults[fault.row][0])
    return answers, faults


def told(fault: Any, row: dict[str, Any]) -> str:
    """Return a line about a row that was set aside: its number, the column, the reason, the row."""
    import json

    line = {"row": fault.row, "column": fault.column, "reason": fault.message, "input": row}
    return json.dumps(line, ensure_ascii=False, default=str) + "\n"
