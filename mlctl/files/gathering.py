"""Take in a folder that another program made: constant memory, no link followed, only files and folders."""

import os
import shutil
import stat
from pathlib import Path

from mlctl.files.trouble import explained

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def gather_folder(source: Path, target: Path) -> tuple[str, ...]:
    """Copy what is in a folder into another one, which is made where it is missing; nothing is synced.

    Parameters
    ----------
    source : Path
        A folder.
    target : Path
        Where its contents go; no file of theirs is there yet. Times, owners and modes are not kept.

    Returns
    -------
    tuple of str
        What was left out: its path within the folder, and why.

    Raises
    ------
    MlctlError
        When something cannot be read or written: a full disk, for instance.
    """
    left: list[str] = []
    _gather(source, target, "", left)
    return tuple(left)


def _gather(source: Path, target: Path, before: str, left: list[str]) -> None:
    with explained("read", source), os.scandir(source) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    with explained("make", target):
        target.mkdir(parents=True, exist_ok=True)
    for entry in entries:
        name = before + entry.name
        if reason := _refused(entry):
            left.append(f"{ascii(name)[1:-1]} {reason}")
        elif entry.is_dir(follow_symlinks=False):
            _gather(source / entry.name, target / entry.name, f"{name}/", left)
        else:
            _copy(source / entry.name, target / entry.name)


def _refused(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "is a link, which is not followed"
    if not entry.name.isprintable():
        return "has a name that is no text of one line"
    mode = entry.stat(follow_symlinks=False).st_mode
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "is neither a file nor a folder"


def _copy(source: Path, target: Path) -> None:
    # Between the look and the opening a link may have taken its place.
    with (
        explained("copy", source),
        open(os.open(source, _FLAGS), "rb") as stream,
        target.open("xb") as copy,
    ):
        shutil.copyfileobj(stream, copy, 1 << 20)


def sync_folder(folder: Path, *, deep: bool = True) -> None:
    """Have every file and folder in a folder on the disk, and the folder itself; else that alone."""
    with explained("sync", folder):
        for path in (folder, *folder.rglob("*")) if deep else (folder,):
            if not path.is_symlink():
                handle = os.open(path, _FLAGS)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
