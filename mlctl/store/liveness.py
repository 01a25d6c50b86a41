"""Whether an experiment that says ``running`` does run."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.store.layout import LOG
from mlctl.store.site import Site

HEARTBEAT_SECONDS = 300.0
"""A process on another machine, whose lock may not show here, touches its log more often than this."""


def own_process(site: Site) -> dict[str, Any]:
    """Return what a running experiment's record says of its process."""
    return {"host": site.host, "pid": os.getpid()}


def is_alive(site: Site, tree: Mapping[str, Any], directory: Path) -> bool:
    """Tell whether the process that opened an experiment still works on it.

    Parameters
    ----------
    tree : mapping
        The record as it was read, with its ``process``.
    directory : Path
        The experiment's.
    """
    log = directory / LOG
    if files.is_locked(log):
        return True
    process = tree.get("process")
    elsewhere = isinstance(process, dict) and process.get("host") != site.host
    return elsewhere and site.clock() - _touched(log) < HEARTBEAT_SECONDS


def _touched(log: Path) -> float:
    try:
        return log.lstat().st_mtime
    except OSError:
        return 0.0
