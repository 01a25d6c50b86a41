"""How much memory a worker may take."""

import os
from pathlib import Path

MEMORY_SHARE = 0.8
"""Of the machine's memory, for all workers together."""

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

LEAST_MEMORY = 2 << 30
"""Bytes that each worker may take at least, where the machine has them: not all take their share at once."""


def share(asked_gb: float | None, workers: int) -> int:
    """Return the bytes that each worker may take.

    Parameters
    ----------
    asked_gb : float or None
        What the parameters file asks for, in units of 10^9 bytes; None for a share of the machine.
    workers : int
        Processes at a time.
    """
    if asked_gb is not None:
        return int(asked_gb * 1e9)
    usable = int(MEMORY_SHARE * _machine_memory())
    return max(usable // workers, min(LEAST_MEMORY, usable))


def _machine_memory() -> int:
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:  # a container's share
        return min(installed, int(CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):  # none, or "max"
        return installed
