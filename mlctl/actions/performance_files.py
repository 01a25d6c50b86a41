"""The files that ``mlctl monitor performance`` joins: predictions of ``mlctl predict``, and actual values."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

from mlctl.actions.performance_join import Known, key_text
from mlctl.actions.predict_source import Rows, of_file
from mlctl.actions.served_log import Prediction
from mlctl.bundle.main.written import PREDICTED, PROBABILITY, VERSION
from mlctl.errors import DataError, NotFoundError, UsageError
from mlctl.params.words import did_you_mean

ACTUAL = "actual"
"""The column of the actual values where none is named, and none has the target's name."""


class Sheet:
    """A file of rows, begun: CSV, JSON Lines (both also .gz, .bz2, .zst) or Parquet, by its name.

    Parameters
    ----------
    path : Path
        The file.
    wanted : sequence of str
        Columns that it must have.

    Attributes
    ----------
    head : tuple of str
        Its columns; of JSON Lines those of the first row.
    rows : iterator of (int, dict)
        Number, from 1, and content of each row.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When it is a directory.
    DataError
        When it is empty, or lacks a column.
    """

    def __init__(self, path: Path, wanted: Sequence[str]) -> None:
        if not path.exists():
            raise NotFoundError(
                f"there is no file {str(path)!r}", "check the path, from the working directory"
            )
        if path.is_dir():
            raise UsageError(f"{str(path)!r} is a directory, and no served log", "name a file")
        found = of_file(str(path), path, wanted)
        self.path, self.head, self.rows = path, found.head, _numbered(found)
        if not self.head:
            first = next(self.rows)  # an empty file is refused when it is opened
            self.head, self.rows = tuple(first[1]), chain([first], self.rows)
            self._check(wanted)

    def _check(self, wanted: Sequence[str]) -> None:
        absent = next((name for name in wanted if name not in self.head), None)
        if absent is not None:
            has = f"it has {', '.join(map(repr, self.head[:20]))}"
            raise DataError(
                f"{self.path}: there is no column {absent!r}", did_you_mean(absent, self.head) or has
            )

    def key(self, number: int, row: dict[str, Any], column: str) -> str:
        """Return the key of a row."""
        name = key_text(row.get(column))
        if name is None:
            raise DataError(
                f"{self.path}: row {number:,} has no {column!r}",
                "mend it: without its key it belongs to nothing",
            )
        return name

    def time(self, number: int, row: dict[str, Any], column: str | None) -> str:
        """Return the time of a row as text that sorts by time; empty where there is none."""
        given = row.get(column) if column else None
        if given is None or given == "":
            return ""
        try:
            return _stamp(given)
        except ValueError:
            raise DataError(
                f"{self.path}: row {number:,}, column {column!r}: {given!r} is no date",
                "write times as 2026-01-09 or 2026-01-09T13:00:00Z",
            ) from None


def _numbered(rows: Rows) -> Iterator[tuple[int, dict[str, Any]]]:
    for piece in rows.pieces:
        if piece.faults:
            number = min(piece.faults)
            raise DataError(f"{rows.name}: row {number:,}: {piece.faults[number][0]}", "mend the row")
        found = piece.rows if piece.rows is not None else piece.batch.to_pylist()
        yield from enumerate(found, piece.first)


def _stamp(given: Any) -> str:
    moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if not isinstance(moment, datetime):
        raise ValueError(given)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def actuals_of(
    sheet: Sheet, key: str, column: str | None, targets: Sequence[str], when: str | None = None
) -> dict[str, Known]:
    """Return the actual values of a file, by key.

    Parameters
    ----------
    key : str
        The column that the predictions are known by.
    column : str or None
        That of the actual values; None takes the one with a target's name, ``actual``, or the only one left.
    targets : sequence of str
        What the models learned.
    when : str or None
        The column of the time, where the file has it.

    Returns
    -------
    dict
        A row whose value is missing is not there: it is not known yet.

    Raises
    ------
    DataError
        When a key has two values, a row has none, or the column holds nothing.
    UsageError
        When it cannot be told which column holds the actual values.
    """
    column = column or _column(sheet, (key, when), targets)
    found: dict[str, Known] = {}
    for number, row in sheet.rows:
        name, value = sheet.key(number, row, key), row.get(column)
        if value is None or value == "":
            continue
        told = Known(value, sheet.time(number, row, when))
        if found.setdefault(name, told).actual != value:
            raise DataError(
                f"{sheet.path}: the key {name!r} has two actual values, {found[name].actual!r} and {value!r}",
                "keep the right one; or name a column that tells the rows apart: --key COLUMN",
            )
    if not found:
        raise DataError(
            f"{sheet.path}: column {column!r} holds no value", "name another one: --target COLUMN"
        )
    return found


def _column(sheet: Sheet, others: Sequence[str | None], targets: Sequence[str]) -> str:
    left = [name for name in sheet.head if name not in others]
    known = next((name for name in (*targets, ACTUAL) if name in left), None)
    if known is None and len(left) != 1:
        has = ", ".join(map(repr, left)) or "none"
        raise UsageError(
            f"which column of {sheet.path} holds the actual values? beside the key it has {has}",
            "name it: --target COLUMN",
        )
    return known or left[0]


def predictions_of(sheet: Sheet, key: str, when: str | None = None) -> Iterator[tuple[str, Prediction]]:
    """Yield the predictions that ``mlctl predict`` wrote, each with its key.

    Raises
    ------
    DataError
        When a row has no key, or its time is none.
    """
    chances = [name for name in sheet.head if name.startswith(PROBABILITY)]
    for number, row in sheet.rows:
        name, moment = sheet.key(number, row, key), sheet.time(number, row, when)
        given = {label.removeprefix(PROBABILITY): row.get(label) for label in chances}
        told = row.get("probabilities")
        whole = given or (told if isinstance(told, dict) else None)
        yield name, Prediction(name, moment, "", str(row.get(VERSION)), {}, row.get(PREDICTED), whole)
