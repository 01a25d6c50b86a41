"""A file that only grows, locked for as long as somebody writes to it."""

import os
from pathlib import Path

from mlctl.files.atomic import write_all
from mlctl.files.locks import try_lock_file
from mlctl.files.trouble import explained


class HeldLog:
    """A log that its writer holds: when the process dies, the kernel gives the lock back.

    The lock belongs to the open file, not to its name: the folder around it may be renamed.

    Parameters
    ----------
    path : Path
        The file to make; nothing stands there.

    Raises
    ------
    MlctlError
        When it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        with explained("write", path):
            self._handle: int | None = os.open(path, flags, 0o666)
            try:
                try_lock_file(self._handle)
            except OSError:
                self.close()  # a file system without locks
                raise

    @property
    def is_closed(self) -> bool:
        """Whether the lock was given back."""
        return self._handle is None

    def write(self, text: str) -> None:
        """Add text at the end, without a sync."""
        with explained("write", self._path):
            write_all(self._open(), text.encode(errors="backslashreplace"))

    def touch(self) -> None:
        """Set the file's time to now: a sign of life for other machines."""
        with explained("write", self._path):
            os.utime(self._open())

    def sync(self) -> None:
        """Have everything on the disk."""
        with explained("write", self._path):
            os.fsync(self._open())

    def close(self) -> None:
        """Give the lock back; closing twice does no harm."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __del__(self) -> None:
        # Work that was cut off may not have come to close it: what nobody writes to any more is not running.
        if hasattr(self, "_handle"):
            self.close()

    def _open(self) -> int:
        if self._handle is None:
            raise ValueError(f"{self._path} is closed")
        return self._handle


def open_end(path: Path) -> int:
    """Open a file to add to its end, for a process that is to write its output there; the caller closes it.

    Raises
    ------
    MlctlError
        When it cannot be opened for writing.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    with explained("write", path):
        return os.open(path, flags, 0o666)
