"""The experiments that this process logs into now.

Each thread has a stack of its own, so that threads may log into experiments of their own; one that has begun
none logs into the last that another began. A forked child has none, and makes none unless it is told to.
"""

import atexit
import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlctl.tracking.context import Experiment


class _Open:
    """What is open in this process: each with the thread that began it."""

    stack: list[tuple[int, "Experiment"]] = []  # noqa: RUF012 - one for the process, as the name says
    is_child = False
    lock = threading.RLock()
    joined = False
    latest: "Experiment | None" = None


def push(experiment: "Experiment") -> None:
    """Log into this one from here on, in this thread."""
    with _Open.lock:
        _Open.stack.append((threading.get_ident(), experiment))
        _Open.latest = experiment


def drop(experiment: "Experiment") -> None:
    """Log into this one no longer."""
    with _Open.lock:
        _Open.stack = [pair for pair in _Open.stack if pair[1] is not experiment]


def own() -> "Experiment | None":
    """Return the one that this thread began last."""
    thread = threading.get_ident()
    with _Open.lock:
        return next((one for began, one in reversed(_Open.stack) if began == thread), None)


def current() -> "Experiment | None":
    """Return the one that this thread logs into."""
    with _Open.lock:
        return own() or (_Open.stack[-1][1] if _Open.stack else None)


def latest() -> "Experiment | None":
    """Return the one that this process began last, open or not."""
    return _Open.latest


def is_child() -> bool:
    """Tell whether this process was forked from one that has experiments open."""
    return _Open.is_child


def may_join() -> bool:
    """Tell whether nobody here has joined the experiment of ``mlctl run`` yet, and note that one does."""
    with _Open.lock:
        first, _Open.joined = not _Open.joined and not _Open.is_child, True
        return first


def _forked() -> None:
    """Leave the parent's experiments to the parent."""
    _Open.lock = threading.RLock()
    _Open.is_child = _Open.is_child or bool(_Open.stack)
    for _, experiment in _Open.stack:
        experiment.abandon()
    _Open.stack = []


def _over() -> None:
    """End what the script left open: by exception where it died of one."""
    error = getattr(sys, "last_value", None)
    for _, experiment in reversed(list(_Open.stack)):
        experiment.end_with(error)


os.register_at_fork(after_in_child=_forked)
atexit.register(_over)
