"""The process that workers are forked from (``multiprocessing``'s fork server), and what it is started with.

Imports are light, so that :func:`start_server` can be called before the parent's own heavy imports: the
server then loads its libraries meanwhile.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import types
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

from mlctl.ml.worker import ONE_THREAD

PRELOAD = [
    "mlctl.ml.tasks",
    "sklearn.dummy",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.neighbors",
    "sklearn.svm",
    "sklearn.tree",
]
"""What the server has loaded before it forks a worker."""


def start_server() -> None:
    """Start the process that workers are forked from; returns at once, and does nothing when it runs."""
    multiprocessing.set_forkserver_preload(PRELOAD)
    # The server is started with `python -c`, which would import from the working directory before all else.
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    steady = {"PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "PYTHONPATH": path}
    with environment(ONE_THREAD | steady), hidden_main(), _apart():
        forkserver.ensure_running()


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Keep what is started from the terminal: it hears no Ctrl-C, and what it says goes nowhere.

    While it loads, Ctrl-C would print its traceback among the parent's own words. The parent hears it as soon
    as the block ends.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _silent_stderr():
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    try:
        kept = os.dup(2)
    except OSError:  # a parent that has none, such as a daemon
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment for the length of a block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def hidden_main() -> Iterator[None]:
    """Hide the program's main module for the length of a block."""
    # A child imports the parent's __main__ when that has a file or a spec: the whole command line for
    # `mlctl`, and a script's work all over again where it is not guarded.
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
