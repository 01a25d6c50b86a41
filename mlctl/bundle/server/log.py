"""The served log: inputs, outputs and the actual values that came back, a JSON object a line.

``served-<time>-<process>-<count>.jsonl`` in one directory; each worker writes files of its own. The first
line of each file says what wrote it, and is there again where another version takes over; the others are
predictions and feedback. ``what`` comes first in every line::

    {"what": "log", "format": 1, "model": "species", "version": "iris_3f9a1c_12", "sample": 1.0,
     "redacted": []}
    {"what": "prediction", "id": "5f0c-1a", "time": "2026-01-09T03:00:00.000000Z",
     "version": "iris_3f9a1c_12", "inputs": {"petal length": 1.4},
     "output": "setosa", "probabilities": {"setosa": 0.98}}
    {"what": "feedback", "id": "5f0c-1a", "time": "2026-01-10T09:00:00.000000Z", "actual": "setosa"}

Inputs are as they were sent, columns that the model does not use among them: one of those may be the key
that an actual value is found by. Redacted columns are left out. The feedback of a prediction may stand in
another file than the prediction, and in another worker's; of several for one id the last counts. What the
disk refuses is counted and dropped: a server does not stop answering because its log is full.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone

from .answers import dump, finite, prediction_id
from .log_files import PREFIX, SUFFIX, keep_newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .service import Service
    from .settings import Settings

FORMAT = 1

__all__ = ["FORMAT", "PREFIX", "SUFFIX", "ServedLog", "stamp"]


def stamp(moment: float) -> str:
    """Return seconds since 1970 as the store writes times: UTC, RFC 3339 with microseconds and ``Z``."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class ServedLog:
    """One worker's part of the served log.

    Lines are collected and written by :meth:`flush`, which the server calls several times a second and at its
    end.

    Parameters
    ----------
    settings : Settings
        Says where, how much and what not.
    clock : callable
        Seconds since 1970.
    note : callable
        Takes the name of a counter and by how much it grows.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], float], note: Callable[[str, int], None]
    ) -> None:
        self._settings = settings
        self._clock, self._note = clock, note
        self._redacted = frozenset(settings.log_redact)
        self._lines: list[str] = []
        self._file = -1
        self._model = self._version = ""
        self._opened = self._size = 0
        self._count = 0
        self._due = 0.0

    def predictions(
        self, service: Service, number: str, rows: Sequence[Mapping[str, Any]], answers: Sequence[Any]
    ) -> None:
        """Write down the rows of one request and their answers, or a share of them."""
        self._begin(service)
        now, many, share = stamp(self._clock()), len(rows) > 1, self._settings.log_sample
        for place, (row, answer) in enumerate(zip(rows, answers)):
            self._due += share
            if self._due >= 1.0:
                self._due -= 1.0
                told = _told(service, prediction_id(number, place, many), now, self._shown(row), answer)
                self._add(told)

    def feedback(self, service: Service, number: str, actual: Any) -> None:
        """Write down the actual value of a prediction."""
        self._begin(service)
        self._add({"what": "feedback", "id": number, "time": stamp(self._clock()), "actual": actual})

    def flush(self) -> None:
        """Write what was collected; begin a new file where this one is full."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        count, self._count = self._count, 0
        try:
            if self._file >= 0 and not os.fstat(self._file).st_nlink:
                self.close()  # somebody has removed it
            if self._file < 0:
                self._open()
            self._write("".join(lines))
            full = self._size >= self._settings.log_bytes
        except OSError:
            self._note("log_lost", count)
            full = True
        else:
            self._note("logged", count)
        if full:
            self.close()

    def close(self) -> None:
        """Close the file; the next line begins another."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def end(self) -> None:
        """Write what is left, and close."""
        self.flush()
        self.close()

    def _begin(self, service: Service) -> None:
        """Say so where another version is served from here on.

        In the same file: while one version takes over from another, both answer by turns, and a file for each
        turn would soon push out the older ones.
        """
        if service.version == self._version:
            return
        self.flush()
        self._version, self._model = service.version, service.name
        if self._file >= 0:
            self._lines.append(_line(self._heading()))

    def _add(self, told: Mapping[str, Any]) -> None:
        self._lines.append(_line(told))
        self._count += 1

    def _open(self) -> None:
        folder = self._settings.log_dir
        os.makedirs(folder, exist_ok=True)
        self._opened, self._size = self._opened + 1, 0
        moment = stamp(self._clock()).replace(":", "").replace("-", "").replace(".", "")
        name = f"{PREFIX}{moment}-{os.getpid()}-{self._opened}{SUFFIX}"
        path = os.path.join(folder, name)
        # Rows may tell of people: others than the owner and the group have no business there.
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        self._write(_line(self._heading()))
        keep_newest(path, self._model, self._settings.log_files * self._settings.workers)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        if os.write(self._file, data) != len(data):
            raise OSError("the disk took only a part")
        self._size += len(data)

    def _heading(self) -> dict[str, Any]:
        return {
            "what": "log",
            "format": FORMAT,
            "model": self._model,
            "version": self._version,
            "sample": self._settings.log_sample,
            "redacted": list(self._settings.log_redact),
        }

    def _shown(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: finite(value) for name, value in row.items() if name not in self._redacted}


def _told(service: Service, number: str, now: str, row: Mapping[str, Any], answer: Any) -> dict[str, Any]:
    told = {
        "what": "prediction",
        "id": number,
        "time": now,
        "version": service.version,
        "inputs": row,
        "output": finite(answer.value),
    }
    if answer.probabilities is not None:
        told["probabilities"] = dict(zip(map(str, service.classes), map(finite, answer.probabilities)))
    return told


def _line(told: Mapping[str, Any]) -> str:
    return dump(told) + "\n"
