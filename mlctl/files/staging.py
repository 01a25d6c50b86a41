"""A tree of many files that is built aside, synced once, and then put in place.

Syncing each file as it is written costs milliseconds, and nobody reads a tree that is not in place yet; so
one sync of everything stands before the first rename.
"""

import os
import shutil
from pathlib import Path

from mlctl.files.atomic import make_folder
from mlctl.files.trouble import explained


def make_staged(path: Path) -> None:
    """Make a folder and those above it, where they are missing, without a sync."""
    with explained("make", path):
        path.mkdir(parents=True, exist_ok=True)


def write_staged(path: Path, data: bytes | str) -> None:
    """Make a file, or replace what it holds, without a sync; text is written as UTF-8."""
    with explained("write", path), path.open("wb") as stream:
        stream.write(data.encode() if isinstance(data, str) else data)


def copy_staged(source: Path, target: Path) -> None:
    """Copy a file, no link, without a sync."""
    with explained("copy", source):
        shutil.copyfile(source, target, follow_symlinks=False)


def sync_staged() -> None:
    """Have the system write out what was staged."""
    os.sync()


def put_staged(source: Path, target: Path, aside: Path) -> None:
    """Rename what was staged into place; what stands there is moved aside first.

    Parameters
    ----------
    source, target, aside : Path
        Files or folders on one file system; nothing stands at ``aside``. The folders above them are made.

    Raises
    ------
    MlctlError
        When it is refused: what stood at the target stands there again.
    """
    make_folder(target.parent)
    with explained("replace", target):
        stood = os.path.lexists(target)
        if stood:
            aside.parent.mkdir(parents=True, exist_ok=True)
            os.rename(target, aside)
        try:
            os.rename(source, target)
        except OSError:
            if stood:
                os.rename(aside, target)
            raise
