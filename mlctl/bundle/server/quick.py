"""The request that a client sends over and over: one row as ``dataframe_split``, its columns as ever.

What stands before the row is the same each time, byte for byte, and need not be read again: it is read once,
and known from then on by its text. Anything else, and anything wrong, goes the long way.
"""

from __future__ import annotations

import json
from operator import itemgetter

from .service import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .service import Service

MOST_KNOWN = 64
"""Texts that are known; so many different ones come from no ordinary client."""

_KEY = '"data":'
_END = "}}"
_SPLIT = "dataframe_split"

_scan = json.JSONDecoder().raw_decode


class Quick:
    """Answers what can be answered quickly.

    Parameters
    ----------
    service : Service
        What is served; its model answers rows as values where it has ``predict_values``.
    """

    def __init__(self, service: Service) -> None:
        self._columns = service.columns
        self._predict: Callable[[Any], Any] | None = getattr(service.model, "predict_values", None)
        self._known: dict[str, tuple[int, Callable[[Any], Any]] | None] = {}

    def answer(self, body: bytes) -> Any:
        """Return the prediction of a body's one row; None where it has to go the long way."""
        if self._predict is None:
            return None
        try:
            text = body.decode()
            at = text.find(_KEY) + len(_KEY)
            before = text[:at]
            known = self._known[before] if before in self._known else self._learn(before)
            if known is None:
                return None
            data, end = _scan(text, at + 1 if text[at] == " " else at)
            width, pick = known
            if text[end:].rstrip() != _END or type(data) is not list or len(data) != 1:
                return None
            (row,) = data
            return self._predict(pick(row)) if type(row) is list and len(row) == width else None
        except (ValueError, IndexError, RecursionError):  # InputError is a ValueError, too
            return None

    def _learn(self, before: str) -> tuple[int, Callable[[Any], Any]] | None:
        """Read what stands before a row; whatever value follows it, its columns are the same."""
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[before] = found = _read(before, self._columns)
        return found


def _read(before: str, wanted: tuple[str, ...]) -> tuple[int, Callable[[Any], Any]] | None:
    try:
        document = json.loads(before + "0" + _END)
    except (ValueError, RecursionError):
        return None
    table = document.get(_SPLIT) if type(document) is dict and len(document) == 1 else None
    if type(table) is not dict or not {"columns", "data"} <= set(table) <= {"columns", "data", "index"}:
        return None
    columns = table["columns"]
    if type(columns) is not list or not all(type(name) is str for name in columns):
        return None
    if len(set(columns)) != len(columns) or not set(wanted) <= set(columns) or not wanted:
        return None
    places = [columns.index(name) for name in wanted]
    if len(places) == 1:
        (only,) = places
        return len(columns), lambda row: (row[only],)
    return len(columns), itemgetter(*places)


__all__ = ["MOST_KNOWN", "InputError", "Quick"]
