"""A file that only grows, kept open by the one process that writes to it."""

import os
from contextlib import suppress
from pathlib import Path

from mlctl.files.atomic import write_all
from mlctl.files.log import open_end
from mlctl.files.trouble import explained


class GrowingFile:
    """Text is added at the end, without a sync: a power cut may take the last of it, nothing else.

    Parameters
    ----------
    path : Path
        The file; made where it is missing.

    Raises
    ------
    MlctlError
        When it cannot be opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = open_end(path)

    @property
    def size(self) -> int:
        """The bytes that stand in it."""
        return os.fstat(self._open()).st_size

    def write(self, text: str) -> None:
        """Add text; where the disk takes only a part of it, the file is as long as it was.

        Raises
        ------
        MlctlError
            When it cannot be written.
        """
        data = text.encode()
        with explained("write", self._path):
            handle = self._open()
            written = os.write(handle, data)
            if written < len(data):
                self._rest(handle, data, written)

    def close(self) -> None:
        """Let go of it; closing twice does no harm."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _rest(self, handle: int, data: bytes, written: int) -> None:
        size = os.fstat(handle).st_size - written
        try:
            write_all(handle, data[written:])
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, size)
            raise

    def _open(self) -> int:
        if self._handle is None:
            raise ValueError(f"{self._path} is closed")
        return self._handle
