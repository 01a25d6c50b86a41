"""The child's side of the pool: one process, one thread, one call at a time.

A worker keeps what its calls share (:func:`serve`'s ``load``) from the first call on. Whatever it prints goes
to its own log and never to the user's terminal; it ignores Ctrl-C, which is the parent's to handle, and dies
with the parent however that one ends. Imports are light here: the fork server loads what is heavy.
"""

import faulthandler
import fcntl
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from multiprocessing import connection as mp_connection
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, Literal

from mlctl.errors import MlctlError

_THREADED = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in _THREADED} | {
    "VECLIB_MAXIMUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",
}
"""What keeps every numerical library at one thread, and ``n_jobs=-1`` at one job: the pool uses the cores."""

Reason = Literal["error", "timeout", "memory", "died"]

LONGEST_LINE, LONGEST_TRACEBACK = 500, 20_000
"""Characters that are kept of what a foreign class says: records have to stay readable."""


@dataclass(frozen=True, slots=True)
class Call:
    """``function(shared, *args)``, to be made in a worker; the key tells its outcome from others'."""

    key: Hashable
    function: Callable[..., Any]
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What a call returned."""

    key: Hashable
    value: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call returned nothing.

    Attributes
    ----------
    reason : {"error", "timeout", "memory", "died"}
        It raised; its time was up; it ran out of memory; its process died.
    message : str
        One line.
    traceback : str
        For the log: the traceback, or the last that a dead process printed.
    """

    key: Hashable
    reason: Reason
    message: str
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a worker works under.

    Attributes
    ----------
    log : path
        Where its prints go.
    memory : int or None
        Bytes of data that the process may hold, its libraries included (some 0.3 GB). Linux enforces it.
    """

    log: Path
    memory: int | None = None


def serve(connection: Any, load: Callable[[], Any], conditions: Conditions) -> None:
    """Answer calls until the connection closes or ``None`` comes: the target of a worker process.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        Calls come in, a :class:`Done` or a :class:`Failure` goes out for each.
    load : callable
        Returns what all calls share; called once, before the first call.
    conditions : Conditions
        The worker's limits.
    """
    _stand_apart()
    _redirect(conditions.log)
    _die_with_parent()
    _limit_memory(conditions.memory)
    os.environ.update(ONE_THREAD)
    shared: list[Any] = []
    while (call := _receive(connection)) is not None:
        os.ftruncate(1, 0)
        connection.send_bytes(answer(call, shared, load))


def answer(call: Call, shared: list[Any], load: Callable[[], Any]) -> bytes:
    """Make one call and return its outcome, pickled."""
    try:
        if not shared:
            shared.append(load())
        return pickle.dumps(Done(call.key, call.function(shared[0], *call.args)), pickle.HIGHEST_PROTOCOL)
    except MemoryError as error:
        told = _line("out of memory", error)
        return pickle.dumps(Failure(call.key, "memory", told, _trace()))
    except (Exception, SystemExit) as error:  # users' classes and rules may raise anything
        told = error.message if isinstance(error, MlctlError) else _line(type(error).__name__, error)
        return pickle.dumps(Failure(call.key, "error", told, _trace()))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def printable(text: str, most: int = LONGEST_LINE) -> str:
    """Return a text that every record and every terminal can hold: cut, with its odd characters escaped."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in cut)


def _line(heading: str, error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # a foreign exception may not even be able to say what it is
        text = "(its message cannot be shown)"
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return printable(f"{heading}: {first}" if first else heading)


def _trace() -> str:
    # The end tells more than the beginning.
    return printable(traceback.format_exc()[-LONGEST_TRACEBACK:], LONGEST_TRACEBACK)


def _receive(connection: Any) -> Call | None:
    try:
        call: Call | None = connection.recv()
    except (EOFError, OSError):
        return None
    return call


def _stand_apart() -> None:
    # A group of its own, so that whatever an estimator starts can be ended with the worker.
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # as the server had it: not for its children


def _redirect(log: Path) -> None:
    # Appending, so that the log can be cut before each call while an estimator's thread may still write.
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
    faulthandler.enable(file=2)


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel
    threading.Thread(target=_wait_for_end, args=(sentinel,), daemon=True).start()
    if sys.platform == "linux":
        # The thread needs the interpreter's lock, which a long C loop may hold. Here the kernel itself ends
        # the group, by SIGIO, whose default is to terminate.
        fcntl.fcntl(sentinel, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)


def _wait_for_end(sentinel: int) -> None:
    mp_connection.wait([sentinel])
    os.killpg(0, signal.SIGKILL)


def _limit_memory(memory: int | None) -> None:
    if memory is None:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    soft = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
