"""Files and folders that are there whole or not at all.

What is made is first built under a name of its own on the same file system, synced, and then renamed into
place; a rename is atomic. The folder is synced as well: without that, a power cut may take the rename back.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mlctl.files.trouble import explained

ASIDE = ".tmp-"
"""How the name of a half-made file begins."""

TORN = " (torn)"
"""What marks a line that a crash has cut off, in a log that goes on after it; it makes JSON none."""

_LONGEST_SUFFIX = 16
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}
"""What file systems answer that know no sync of a folder; they keep renames in order by themselves."""


def aside_name(name: str) -> str:
    """Return a name beside ``name`` that nobody else uses; the suffix stays, since some writers go by it."""
    suffix = os.path.splitext(name)[1]
    return f"{ASIDE}{os.urandom(6).hex()}{suffix if len(suffix) <= _LONGEST_SUFFIX else ''}"


@contextmanager
def write_via(path: Path) -> Iterator[Path]:
    """Hand out a path to write to; what was written there becomes ``path`` when the block ends well.

    Parameters
    ----------
    path : Path
        The file to make or to replace; its folder exists.

    Yields
    ------
    Path
        Beside the target, with its suffix. It is removed when the block raises.

    Raises
    ------
    MlctlError
        When it cannot be written: the target is then as it was.
    """
    aside = path.with_name(aside_name(path.name))
    with explained("write", path):
        try:
            yield aside
            _sync_file(aside)
            os.replace(aside, path)
            sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                os.unlink(aside)
            raise


def write_atomic(path: Path, data: bytes | str) -> None:
    """Make or replace a file; text is written as UTF-8.

    Raises
    ------
    MlctlError
        When it cannot be written: what stood there before still stands.
    """
    with write_via(path) as aside:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            write_all(handle, data.encode() if isinstance(data, str) else data)
        finally:
            os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write every byte: one call may take fewer than it was given."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def append_line(path: Path, text: str) -> None:
    """Add one line to a file and sync it; the caller holds the lock.

    A last line that a crash has torn is ended first, so that it cannot swallow the new one, and is marked:
    one that was whole but for its end has been read as torn, and must not come to life now.

    Raises
    ------
    MlctlError
        When it cannot be written: the file is then as long as it was.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    with explained("write", path):
        handle = os.open(path, flags, 0o666)
        size = 0
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            write_all(handle, ((TORN + "\n") * torn + text + "\n").encode())
            os.fsync(handle)
            sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, size)
            raise
        finally:
            os.close(handle)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are missing."""
    with explained("make", path):
        _make_folder(path)


def _make_folder(path: Path) -> None:
    if not path.is_dir():
        _make_folder(path.parent)
        with suppress(FileExistsError):
            os.mkdir(path)
        sync_folder(path.parent)


@contextmanager
def new_folder(target: Path, *, aside: Path) -> Iterator[Path]:
    """Hand out an empty folder; it becomes ``target`` when the block ends well.

    Parameters
    ----------
    target : Path
        The folder to make; nothing stands there. Those above it are made where they are missing.
    aside : Path
        Where to build it: a folder on the same file system, made where it is missing.

    Raises
    ------
    MlctlError
        When it cannot be made, or ``target`` exists: nothing is left behind.
    """
    make_folder(target.parent)
    with scratch_folder(aside) as place, explained("make", target):
        yield place
        sync_folder(place)
        _rename(place, target)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Hand out an empty folder that is removed at the end, with what is still in it.

    It is locked meanwhile: what a killed process left behind is told from what somebody works on.
    """
    make_folder(parent)
    place = parent / aside_name("")
    handle: int | None = None
    try:
        with explained("make", place):
            os.mkdir(place)
            handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with suppress(OSError):  # a file system without locks of folders
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield place
    finally:
        if handle is not None:
            os.close(handle)
        remove_folder(place)


def move(source: Path, target: Path) -> None:
    """Rename a file or a folder; the target's folder is made where it is missing.

    Raises
    ------
    MlctlError
        When something stands at the target, or the rename is refused.
    """
    make_folder(target.parent)
    with explained("move", source):
        _rename(source, target)
        sync_folder(source.parent)


def _rename(source: Path, target: Path) -> None:
    # rename() would replace a file, or an empty folder, without a word.
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    os.rename(source, target)
    sync_folder(target.parent)


def set_modified(path: Path, modified: int) -> None:
    """Set when a file was last changed, in ns since the epoch."""
    with explained("write", path):
        os.utime(path, ns=(modified, modified), follow_symlinks=False)


def remove_file(path: Path) -> None:
    """Remove a file that is there."""
    with explained("remove", path):
        os.unlink(path)
        sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder with all that is in it, as far as that is allowed; links are removed, not followed."""
    try:
        shutil.rmtree(path, ignore_errors=True)
    except KeyboardInterrupt:  # what was begun is brought to its end first
        shutil.rmtree(path, ignore_errors=True)
        raise


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk, where the file system knows how."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)
