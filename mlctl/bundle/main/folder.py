"""A bundle that is a folder: the same entries as files, none of them a link, and nothing besides."""

from __future__ import annotations

import os
import stat

from .archive import MOST_BYTES, MOST_ENTRIES, is_name
from .trouble import DamagedError

_FLAGS = (
    os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)

_CACHED = "__pycache__/__main__."


class Folder:
    """The files of a folder.

    Attributes
    ----------
    sizes : dict
        Name, with ``/``, to bytes.
    cached : list of str
        What Python itself wrote when it ran the folder: ``__main__.py`` compiled. No manifest names it.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.sizes: dict[str, int] = {}
        self.cached: list[str] = []
        total = 0
        for above, folders, names in os.walk(path, onerror=_raise):
            for name in sorted(folders + names):
                full = os.path.join(above, name)
                found = os.lstat(full)
                if stat.S_ISDIR(found.st_mode):
                    continue
                entry = os.path.relpath(full, path).replace(os.sep, "/")
                if not stat.S_ISREG(found.st_mode) or not is_name(entry):
                    raise DamagedError(f"{entry!r:.200} is no file that a bundle may hold")
                if entry.startswith(_CACHED) and entry.endswith(".pyc"):
                    self.cached.append(entry)
                    continue
                self.sizes[entry] = found.st_size
                total += found.st_size
                if len(self.sizes) > MOST_ENTRIES or total > MOST_BYTES:
                    raise DamagedError(f"{path} holds more than a bundle may")

    def read(self, name: str) -> bytes:
        """Return what a file holds; a link is not followed.

        Raises
        ------
        DamagedError
            When its size is no longer what it was.
        OSError
            When the system does not let it be read.
        """
        with open(os.open(os.path.join(self._path, *name.split("/")), _FLAGS), "rb") as stream:
            data = stream.read(self.sizes[name] + 1)
        if len(data) != self.sizes[name]:
            raise DamagedError(f"the bundle's file {name!r} is changing")
        return data


def _raise(error: OSError) -> None:
    raise error
