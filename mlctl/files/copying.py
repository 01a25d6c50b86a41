"""Copy plain files and folders of them; links and devices are never copied."""

import os
import shutil
import stat
from pathlib import Path

from mlctl.errors import DamagedError
from mlctl.files.atomic import ASIDE, sync_folder
from mlctl.files.trouble import explained

_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def copy_file(source: Path, target: Path) -> None:
    """Copy a file with its time, and have it on the disk.

    Raises
    ------
    DamagedError
        When the source is a link or no regular file.
    MlctlError
        When it cannot be read or written; something stands at the target.
    """
    with explained("copy", source):
        reading = os.open(source, os.O_RDONLY | _FLAGS)
        try:
            found = os.fstat(reading)
            if not stat.S_ISREG(found.st_mode):
                raise DamagedError(f"{source} is no regular file")
            writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o666)
            try:
                with (
                    os.fdopen(reading, "rb", closefd=False) as one,
                    os.fdopen(writing, "wb", closefd=False) as other,
                ):
                    shutil.copyfileobj(one, other, 1 << 20)
                os.utime(writing, ns=(found.st_atime_ns, found.st_mtime_ns))
                os.fsync(writing)
            finally:
                os.close(writing)
        finally:
            os.close(reading)


def copy_folder(source: Path, target: Path) -> None:
    """Copy what is in a folder into another one that is there; names of half-made files are left out.

    Raises
    ------
    DamagedError
        When a link or a device stands in it.
    MlctlError
        When it cannot be read or written.
    """
    with explained("copy", source):
        names = sorted(os.listdir(source))
    for name in names:
        if name.startswith(ASIDE):
            continue
        one, other = source / name, target / name
        if one.is_dir() and not one.is_symlink():
            with explained("make", other):
                os.mkdir(other)
            copy_folder(one, other)
        else:
            copy_file(one, other)
    with explained("copy", target):
        sync_folder(target)
