"""A command as a child process: what it writes is handed on as it comes, and signals are passed on to it."""

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BEAT_S = 60.0
_POLL_S = 0.2
_CHUNK = 65536

Hear = Callable[[str, bytes], None]
"""Takes ``out`` or ``err``, and what was written there."""


def run(
    command: Sequence[str],
    *,
    directory: Path,
    environ: Mapping[str, str],
    hear: Hear,
    beat: Callable[[], None],
    clock: Callable[[], float],
) -> int:
    """Run a command to its end, and return its exit code; minus the signal's number where one killed it.

    Parameters
    ----------
    hear : callable
        Is handed every piece of output.
    beat : callable
        Called now and then while it runs.
    clock : callable
        Seconds that never go back.

    Raises
    ------
    OSError
        When it cannot be started.
    """
    with passed_on() as send:
        process = subprocess.Popen(
            list(command), cwd=directory, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        send(process)
        try:
            _listen(process, hear, beat, clock)
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


@contextmanager
def passed_on() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Pass signals on to a child for the length of a block; the child decides what becomes of them.

    Yields
    ------
    callable
        To be told the child as soon as there is one; signals that came before then reach it as well.
    """
    child: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _: Any) -> None:
        if not child:
            early.append(number)
        elif number != signal.SIGINT or not _in_foreground():
            child[0].send_signal(number)

    def told(process: subprocess.Popen[bytes]) -> None:
        child.append(process)
        for number in early:
            process.send_signal(number)

    before = {number: signal.getsignal(number) for number in PASSED_ON}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # nohup
                signal.signal(number, pass_on)
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Tell whether this is a terminal's foreground group: its Ctrl-C has reached the child by itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _listen(
    process: subprocess.Popen[bytes], hear: Hear, beat: Callable[[], None], clock: Callable[[], float]
) -> None:
    last = clock()
    with selectors.DefaultSelector() as selector:
        for name, pipe in (("out", process.stdout), ("err", process.stderr)):
            assert pipe is not None  # noqa: S101 - both were asked for
            selector.register(pipe, selectors.EVENT_READ, name)
        while selector.get_map():
            ready = selector.select(_POLL_S)
            for key, _ in ready:
                _read(selector, key.fileobj, key.data, hear)
            if not ready and process.poll() is not None:
                return  # a process that it left behind may hold the pipes for ever
            if clock() - last >= BEAT_S:
                last = clock()
                beat()


def _read(selector: selectors.BaseSelector, pipe: Any, name: str, hear: Hear) -> None:
    stream: IO[bytes] = pipe
    data = os.read(stream.fileno(), _CHUNK)
    if data:
        hear(name, data)
    else:
        selector.unregister(stream)
