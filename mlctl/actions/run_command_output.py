"""What a command writes, on its way into ``log.txt``."""

from collections.abc import Callable

from mlctl.errors import MlctlError
from mlctl.store.store import OpenExperiment

LONGEST = 1_000_000
"""Bytes without a line's end that wait in memory; then what there is becomes a line."""

MOST = 50_000_000
"""Bytes that are kept: a command that never ends is not to fill the disk."""


class OutputLog:
    """Output on its way into ``log.txt``: pieces may end within a character, or within a line.

    Where the disk does not take it, or there is too much of it, the command goes on: the log ends there.

    Parameters
    ----------
    opened : OpenExperiment
        The experiment.
    most : int
        Bytes that are kept.
    """

    def __init__(self, opened: OpenExperiment, most: int = MOST) -> None:
        self._log: Callable[[str], None] = opened.log
        self._left = most
        self._waiting: list[bytes] = []
        self._size = 0
        self.trouble = ""

    def add(self, data: bytes) -> None:
        """Write the whole lines, and keep the rest."""
        if self.trouble:
            return
        whole, newline, rest = data.rpartition(b"\n")
        if newline:
            self._write([*self._waiting, whole])
            self._waiting, self._size = [], 0
        if rest:
            self._waiting.append(rest)
            self._size += len(rest)
        if self._size > LONGEST:
            self.flush()

    def flush(self) -> None:
        """Write what waits for its line's end."""
        if self._waiting and not self.trouble:
            self._write(self._waiting)
        self._waiting, self._size = [], 0

    def _write(self, pieces: list[bytes]) -> None:
        text = b"".join(pieces)
        self._left -= len(text) + 1
        try:
            if self._left < 0:
                self.trouble = "the output is longer than what is kept of it: log.txt ends before its end"
                self._log(f"… {self.trouble}")
            else:
                self._log(text.decode(errors="backslashreplace"))
        except MlctlError as error:
            self.trouble = f"not all of the output was kept: {error.message}"
