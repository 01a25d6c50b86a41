"""A stand-in for the os module: it fails at one write of a command, and knows what a power cut leaves.

It stands in for ``os`` and ``shutil`` in the package that does all writing, and in nothing else.
"""

import errno
import os
import pkgutil
import shutil
import signal
import stat
from importlib import import_module
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.files import atomic

STEPS = (
    "open", "write", "fsync", "replace", "rename", "mkdir", "utime", "ftruncate", "unlink", "rmdir", "link"
)  # fmt: skip
TAKES_SPACE = {"write", "mkdir"}
WRITERS = tuple(import_module(f"mlctl.files.{found.name}") for found in pkgutil.iter_modules(files.__path__))
_MAKES = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_RDWR | os.O_APPEND


class Disk:
    """Counts the calls that change something, and at one of them does what it is told.

    Parameters
    ----------
    fault : {"none", "error", "full", "short", "kill", "power"}
        An input/output error; a disk that is full from there on; a write that takes half of what it was
        given; a process that is killed; the same, with everything lost that was not synced.
    at : int
        At which call, from 1.
    root, left : Path
        What is watched for a power cut, and where to put what it leaves of that.
    """

    def __init__(self, fault: str, at: int, root: Path, left: Path) -> None:
        self.calls = 0
        self.names: list[str] = []
        self._fault, self._at, self._left = fault, at, left
        self._memory = Platter(root) if fault == "power" else None

    def install(self) -> None:
        """Stand in for the real modules, in this process until its end."""
        for module in WRITERS:
            if hasattr(module, "os"):
                module.os = self
        atomic.shutil = _Shutil(self)

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._step(name, real) if name in STEPS else real

    def _step(self, name: str, real: Any) -> Any:
        def step(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & _MAKES:
                return real(*args, **kwargs)
            self.count(name)
            if name == "write" and self._fault == "short" and self.calls == self._at:
                return real(args[0], bytes(args[1])[: max(1, len(args[1]) // 2)])
            found = real(*args, **kwargs)
            if self._memory is not None:
                self._memory.saw(name, args, found)
            return found

        return step

    def count(self, name: str) -> None:
        """Count a call, and fail at the one that was named."""
        self.calls += 1
        self.names.append(name)
        if self._fault == "full" and self.calls >= self._at and name in TAKES_SPACE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.calls != self._at or self._fault in {"none", "full", "short"}:
            return
        if self._fault == "error":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self._memory is not None:
            self._memory.write(self._left)
        os.kill(os.getpid(), signal.SIGKILL)


class _Shutil:
    """``shutil`` whose ``rmtree`` may be cut off half-way."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def __getattr__(self, name: str) -> Any:
        return getattr(shutil, name)

    def rmtree(self, path: Path, *, ignore_errors: bool = False) -> None:
        inside = sorted(Path(path).rglob("*"), reverse=True) if Path(path).is_dir() else []
        for one in inside[: len(inside) // 2]:
            one.rmdir() if one.is_dir() and not one.is_symlink() else one.unlink()
        try:
            self._disk.count("rmtree")
        except OSError:
            if not ignore_errors:
                raise
            return
        shutil.rmtree(path, ignore_errors=ignore_errors)


class Platter:
    """What is really on the disk: file contents as of their last sync, names as of their folder's last sync.

    A rename between two folders is one entry in a file system's journal: with the folder that gained the
    name, the one that lost it is up to date. Inodes that were seen are held open, so that none is used again.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._held: list[int] = []
        self._sync_all(root)

    def _sync_all(self, folder: Path) -> None:
        for place, _, names in os.walk(folder):
            self._sync_folder(os.open(place, os.O_RDONLY))
            for name in names:
                path = Path(place, name)
                self._hold(path)
                self._contents[path.lstat().st_ino] = path.read_bytes()

    def saw(self, name: str, args: Any, found: Any) -> None:
        """Take notice of a call that went well."""
        if name == "open":
            self._held.append(os.dup(found))
        elif name == "fsync":
            status = os.fstat(args[0])
            if stat.S_ISDIR(status.st_mode):
                self._sync_folder(os.dup(args[0]))
            else:
                self._held.append(os.dup(args[0]))
                self._contents[status.st_ino] = Path(f"/proc/self/fd/{args[0]}").read_bytes()

    def _hold(self, path: Path) -> None:
        self._held.append(os.open(path, os.O_PATH | os.O_NOFOLLOW))

    def _sync_folder(self, handle: int) -> None:
        self._held.append(handle)
        now = {name: os.lstat(f"/proc/self/fd/{handle}/{name}").st_ino for name in os.listdir(handle)}
        own = os.fstat(handle).st_ino
        for inode, names in self._names.items():
            if inode != own:
                moved = [name for name, what in names.items() if what in now.values()]
                for name in moved:
                    del names[name]
        self._names[own] = now
        for name, inode in now.items():
            path = f"/proc/self/fd/{handle}/{name}"
            if stat.S_ISDIR(os.lstat(path).st_mode):
                self._names.setdefault(inode, {})
                self._held.append(os.open(path, os.O_RDONLY))

    def write(self, target: Path) -> None:
        """Write what is on the disk to a folder."""
        self._write(self._root.stat().st_ino, target)

    def _write(self, inode: int, target: Path) -> None:
        target.mkdir()
        for name, what in self._names[inode].items():
            if what in self._names:
                self._write(what, target / name)
            else:
                # A name that was synced and contents that were not: the file is there and empty.
                (target / name).write_bytes(self._contents.get(what, b""))


assert files.write_atomic is atomic.write_atomic  # what is replaced is what is called
