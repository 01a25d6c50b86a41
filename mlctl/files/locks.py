"""One writer at a time: ``flock``, which the kernel takes back when its holder dies, however it dies.

The lock's file says who holds it, for the person who waits. It is never removed, since somebody may
be waiting on it.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mlctl.errors import BusyError
from mlctl.files.atomic import write_all
from mlctl.files.trouble import explained

_FIRST_WAIT = 0.001
_LONGEST_WAIT = 0.01
"""Seconds. Whoever looks more seldom than others take the lock may wait for ever among sixteen of them."""
_MOST_SAID = 1000


@contextmanager
def lock(path: Path, *, what: str, timeout: float = 10.0) -> Iterator[None]:
    """Hold a lock for the length of a block.

    Parameters
    ----------
    path : Path
        The lock's file; made where it is missing.
    what : str
        The command that holds it, for those who wait.
    timeout : float, default=10.0
        Seconds to wait for another holder.

    Raises
    ------
    BusyError
        When it is not free in time; names the process, its command and since when it holds the lock.
    MlctlError
        When the file cannot be opened for writing.
    """
    handle = _take(path, timeout)
    try:
        write_signature(handle, _signature(what))
        yield
    finally:
        write_signature(handle, b"")
        os.close(handle)


def _take(path: Path, timeout: float) -> int:
    deadline, wait = time.monotonic() + timeout, _FIRST_WAIT
    while True:
        handle = open_locked(path)
        if handle is not None:
            return handle
        if time.monotonic() >= deadline:
            raise BusyError(f"{path} is held by {_holder(path)}", "wait for it to end, then try again")
        time.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)


def open_locked(path: Path) -> int | None:
    """Open a lock's file and take the lock; None where somebody else has it."""
    with explained("lock", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        taken = False
        try:
            taken = try_lock_file(handle) and _is_still(handle, path)
        finally:
            if not taken:
                os.close(handle)
    return handle if taken else None


def _is_still(handle: int, path: Path) -> bool:
    """Tell whether the locked file is the one that others would open: it may have been deleted meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def try_lock_file(handle: int) -> bool:
    """Take the lock of an open file if it is free; it is free again when the file is closed."""
    return _try(handle, fcntl.LOCK_EX)


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds the lock of a file; a file that is missing or cannot be read is free."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not _try(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _try(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _signature(what: str) -> bytes:
    # This machine's clock, whatever --now says: it is about a process that runs here and now.
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"process {os.getpid()} on {os.uname().nodename} ({what}) since {since}\n".encode()


def write_signature(handle: int, text: bytes) -> None:
    """Have a lock's file say who holds it; nothing where nobody does."""
    try:
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        write_all(handle, text)
    except OSError:
        return  # a full disk: the lock is held all the same, and the text is a courtesy


def _holder(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            text = stream.read(_MOST_SAID).decode(errors="replace")
    except OSError:
        text = ""
    return "".join(c for c in text.strip() if c.isprintable()) or "another process"
