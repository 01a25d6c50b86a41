"""Predictions as they go out: CSV or JSON Lines; a file is there whole or not at all."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

from .trouble import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

PREDICTED, PROBABILITY, VERSION, ROW = "predicted", "probability_", "model_version_id", "row"


def added_columns(classes: Sequence[Any], has_probabilities: bool) -> list[str]:
    """Return the names of what stands behind a row's own columns."""
    chances = [PROBABILITY + str(label) for label in classes] if has_probabilities else []
    return [PREDICTED, *chances, VERSION]


def check_names(head: Sequence[str], added: Sequence[str]) -> None:
    """Refuse a table that has columns of such names already.

    Raises
    ------
    UsageError
        Naming one.
    """
    taken = [name for name in added if name in head]
    if taken:
        raise UsageError(
            f"the input has a column {taken[0]!r} already, and the predictions would be called so",
            "rename it, or write the predictions alone, by row number: --only",
        )


class CsvForm:
    """Lines of CSV.

    Parameters
    ----------
    head : sequence of str
        The rows' own columns that are written.
    added : sequence of str
        Those behind them, see :func:`added_columns`.
    version : str
        The model version id.
    """

    def __init__(self, head: Sequence[str], added: Sequence[str], version: str, delimiter: str = ",") -> None:
        import csv
        import io

        self._head, self._version, self._buffer = list(head), version, io.StringIO()
        self._added = list(added)
        self._writer = csv.writer(self._buffer, delimiter=delimiter, lineterminator="\n")

    def begin(self) -> str:
        """Return the header."""
        self._writer.writerow([*self._head, *self._added])
        return self._taken()

    def lines(self, rows: Sequence[dict[str, Any]], answers: Iterator[Any]) -> str:
        """Return the lines of some rows."""
        head, version = self._head, self._version
        self._writer.writerows(
            [*[row[name] for name in head], answer.value, *(answer.probabilities or ()), version]
            for row, answer in zip(rows, answers)
        )
        return self._taken()

    def _taken(self) -> str:
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text


class JsonForm:
    """One JSON object a line; probabilities are an object of their own, label to number."""

    def __init__(self, classes: Sequence[Any], version: str, only: bool = False) -> None:
        self._labels = [str(label) for label in classes]
        self._version = version
        self._only = only

    def begin(self) -> str:
        """Return nothing: there is no header."""
        return ""

    def lines(self, rows: Sequence[dict[str, Any]], answers: Iterator[Any]) -> str:
        """Return the lines of some rows."""
        done = []
        for row, answer in zip(rows, answers):
            told = {ROW: row[ROW]} if self._only else dict(row)
            told[PREDICTED] = answer.value
            if answer.probabilities is not None:
                told["probabilities"] = dict(zip(self._labels, answer.probabilities))
            told[VERSION] = self._version
            done.append(json.dumps(told, ensure_ascii=False) + "\n")
        return "".join(done)


class Output:
    """A file that is there whole or not at all, or standard output, which takes what comes when it comes.

    Parameters
    ----------
    path : str or None
        None and ``-`` mean standard output.
    """

    def __init__(self, path: str | None) -> None:
        self._path = None if path == "-" else path
        if self._path is None:
            self._stream, self._aside = sys.stdout.buffer, ""
            return
        name = f".tmp-{os.getpid()}-{os.path.basename(self._path)[-100:]}"
        self._aside = os.path.join(os.path.dirname(self._path), name)
        self._stream = os.fdopen(os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")

    def __enter__(self) -> Output:
        return self

    def write(self, text: str) -> None:
        """Write text as UTF-8."""
        self._stream.write(text.encode("utf-8", "surrogateescape"))

    def __exit__(self, kind: Any, *_: object) -> None:
        if self._path is None:
            if kind is None:
                self._stream.flush()
            return
        try:
            if kind is None:
                self._stream.flush()
                os.fsync(self._stream.fileno())
                os.replace(self._aside, self._path)  # noqa: TID251 - mlctl.files is not in the bundle
                self._aside = ""
        finally:
            self._end()

    def _end(self) -> None:
        with suppress(OSError):  # what could not be flushed cannot be flushed now either
            self._stream.close()
        if self._aside:
            os.unlink(self._aside)
