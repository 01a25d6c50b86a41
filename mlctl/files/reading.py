"""Bytes of a file in the store: never through a link, never more than fits, never a pipe that hangs."""

import os
import stat
from pathlib import Path

from mlctl.errors import DamagedError
from mlctl.files.trouble import explained

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def read_bytes_limited(path: Path, limit: int) -> bytes:
    """Return what a file holds.

    Parameters
    ----------
    path : Path
        A regular file; the last part of the path may not be a link.
    limit : int
        The most bytes that it may hold.

    Raises
    ------
    NotFoundError
        When it is missing.
    DamagedError
        When it is larger than the limit, a link, or no regular file.
    MlctlError
        When it cannot be read.
    """
    with explained("read", path):
        handle = os.open(path, _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise DamagedError(f"{path} is no regular file")
            found = _read(handle, limit + 1)
        finally:
            os.close(handle)
    if len(found) > limit:
        raise DamagedError(f"{path} holds more than {limit:,} bytes")
    return found


def _read(handle: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(handle, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def modified(path: Path) -> int | None:
    """Return when a file or a folder was last changed, in ns since the epoch; None where there is none."""
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return None


def is_regular(path: Path) -> bool:
    """Tell whether a regular file stands there: no folder, no link, no pipe."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):  # a name with a NUL byte is a ValueError
        return False
