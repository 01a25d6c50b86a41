"""One store as the modules behind its face share it: where it is, and who is at work."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.store.layout import Layout


@dataclass(frozen=True, slots=True)
class Site:
    """A store's directory, and who works in it.

    Attributes
    ----------
    layout : Layout
        Its paths.
    command : str
        What the lock says of its holder.
    clock : callable
        Seconds since the epoch. It is compared with the times of files, so it is the machine's, whatever
        time a command is told to take for now.
    host : str
        This machine's name.
    lock_timeout : float
        Seconds to wait for the lock. Sixteen writers on two busy cores take turns within a few; chance, which
        picks the next, may pass one by for ten.
    """

    layout: Layout
    command: str = "mlctl"
    clock: Callable[[], float] = time.time
    host: str = os.uname().nodename
    lock_timeout: float = 30.0

    def locked(self) -> AbstractContextManager[None]:
        """Hold the store's lock for the length of a block: for moments only.

        Raises
        ------
        BusyError
            When somebody else holds it for too long.
        """
        return files.lock(self.layout.lock, what=self.command, timeout=self.lock_timeout)

    @property
    def tmp(self) -> Path:
        """Where half-made things are built.

        Raises
        ------
        DamagedError
            When it is a link.
        """
        return self.layout.unlinked(self.layout.tmp)

    @property
    def tmp_for_reading(self) -> Path:
        """Where what is only read is unpacked: as above, or the system's place where that is read-only."""
        import tempfile  # noqa: PLC0415 - a listing does without it

        place = self.tmp if self.layout.tmp.exists() else self.layout.root
        writable = os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
        return self.tmp if writable else Path(tempfile.gettempdir())
