"""A lock that is held for as long as some work lasts, by the process that does it and by its children.

``flock`` belongs to the open file: a child that is handed the same open file holds the lock as well, and it
is free when the last of them is gone, however they ended.
"""

import os
from pathlib import Path

from mlctl.files.locks import open_locked, write_signature
from mlctl.files.reading import read_bytes_limited

_MOST_SAID = 1000


class Held:
    """A lock that was taken.

    Attributes
    ----------
    handle : int
        The open file; whoever else has it holds the lock too.
    """

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self._open = True

    def close(self) -> None:
        """Give it back, and take the text away; closing twice does no harm."""
        if self._open:
            self._open = False
            write_signature(self.handle, b"")
            os.close(self.handle)


def hold(path: Path, text: str) -> Held | None:
    """Take a lock if it is free, without waiting.

    Parameters
    ----------
    path : Path
        The lock's file; made where it is missing, in a folder that is there.
    text : str
        What the file says of its holder.

    Returns
    -------
    Held or None
        None where somebody else has it.

    Raises
    ------
    MlctlError
        When the file cannot be opened for writing.
    """
    handle = open_locked(path)
    if handle is None:
        return None
    write_signature(handle, text.encode())
    return Held(handle)


def said_by_holder(path: Path) -> str:
    """Return what the holder of a lock wrote into it; empty where nobody did."""
    return read_bytes_limited(path, _MOST_SAID).decode(errors="replace") if path.exists() else ""
