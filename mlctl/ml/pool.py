"""Worker processes that share one thing, such as a table, and make calls on it: the parent's side.

Workers are forked from a server process that has scikit-learn loaded already (``multiprocessing``'s fork
server), so the libraries are imported once, and no thread of the parent is ever forked. Each works on one
thread. A worker that dies, hangs past the deadline or eats the memory costs its own call: the outcome is a
:class:`~mlctl.ml.worker.Failure`, another worker takes its place, and the rest goes on.

The program's main module is *not* imported again in the workers, unlike with plain ``multiprocessing``: it is
hidden while a worker starts (:func:`mlctl.ml.server.hidden_main`). A script without a guard
(``if __name__ == "__main__"``) is therefore safe, and a function defined in it cannot be sent; what is sent
must be importable by name.
"""

import contextlib
import math
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import connection as mp_connection
from pathlib import Path
from typing import Any, Self

from mlctl.errors import MlctlError
from mlctl.files.trouble import hint
from mlctl.ml.server import environment, hidden_main, start_server
from mlctl.ml.worker import ONE_THREAD, Call, Conditions, Done, Failure, printable, serve

__all__ = ["Call", "Conditions", "Done", "Failure", "Pool", "start_server"]

LONGEST_WAIT = 3_600.0
"""Seconds to wait at a time: the system takes no timeout of many days."""

TAIL = 4_000
"""Characters of a dead worker's last words that are kept."""

_OUT_OF_MEMORY = ("bad_alloc", "memoryerror", "cannot allocate", "failed to allocate", "out of memory")


@dataclass(slots=True)
class _Worker:
    process: Any
    connection: Any
    log: Path
    call: Call | None = None

    def end(self) -> None:
        """Kill the process and whatever it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()  # where it had not yet become a group of its own
        self.process.join()
        self.connection.close()


class Pool:
    """Up to ``workers`` processes, started as calls need them; a context manager that ends them.

    Parameters
    ----------
    load : callable
        Called once in each worker; what it returns is the first argument of every call. Must be picklable.
    workers : int
        The most processes at a time.
    scratch : path
        An existing directory for the workers' logs.
    clock : callable
        Seconds that only grow, for the deadlines.
    memory : int or None
        Bytes for each worker, see :class:`~mlctl.ml.worker.Conditions`.

    Examples
    --------
    ::

        with Pool(partial(read, path), workers=4, scratch=folder, clock=time.monotonic) as pool:
            pool.submit([Call(number, fit, (number,)) for number in range(10)])
            for outcome in pool.results(deadline=time.monotonic() + 60):
                ...
    """

    def __init__(
        self,
        load: Callable[[], Any],
        *,
        workers: int,
        scratch: Path,
        clock: Callable[[], float],
        memory: int | None = None,
    ) -> None:
        self._load = load
        self._most = workers
        self._scratch = scratch
        self._clock = clock
        self._memory = memory
        self._started = 0
        self._waiting: deque[Call] = deque()
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        start_server()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.clear()
        for worker in self._workers:
            worker.end() if worker.call else worker.connection.close()
        for worker in self._workers:
            worker.process.join(10)
            worker.end()
        self._workers.clear()

    def submit(self, calls: Iterable[Call]) -> None:
        """Add calls to the queue; may be used while :meth:`results` is being read."""
        self._waiting.extend(calls)

    def cancel(self, keys: Iterable[Hashable]) -> None:
        """Forget calls, wherever they stand: a worker that is busy with one is killed."""
        gone = set(keys)
        self._waiting = deque(call for call in self._waiting if call.key not in gone)
        for worker in [w for w, call in self._busy() if call.key in gone]:
            self._end(worker)

    def cancel_all(self) -> None:
        """Forget every call."""
        self.cancel([call.key for call in self._outstanding()])

    def results(self, deadline: float | None = None) -> Iterator[Done | Failure]:
        """Yield each call's outcome as it comes, in no promised order, until none is left.

        Parameters
        ----------
        deadline : float or None
            The clock's reading at which calls that are not done fail with reason ``timeout``.
        """
        while self._dispatch():
            left = math.inf if deadline is None else deadline - self._clock()
            if left <= 0:
                yield from self._time_out()
                return
            ready = mp_connection.wait(self._handles(), min(left, LONGEST_WAIT))
            if not ready:
                continue
            worker, call = next(
                (w, call) for w, call in self._busy() if w.connection in ready or w.process.sentinel in ready
            )
            outcome = self._collect(worker, call)
            self._dispatch()  # before the caller takes its time
            yield outcome

    def _dispatch(self) -> bool:
        """Hand out what waits; tell whether anything is under way."""
        while self._waiting and (worker := self._idle()):
            worker.call = self._waiting.popleft()
            # One that dies this very moment is found by its sentinel.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                worker.connection.send(worker.call)
        return bool(self._busy())

    def _idle(self) -> _Worker | None:
        for worker in [w for w in self._workers if w.call is None and not w.process.is_alive()]:
            self._end(worker)
        idle = next((worker for worker in self._workers if worker.call is None), None)
        return idle or (self._start() if len(self._workers) < self._most else None)

    def _start(self) -> _Worker:
        self._started += 1
        log = self._scratch / f"worker-{self._started}.log"
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("forkserver")
        process = context.Process(
            target=serve, args=(theirs, self._load, Conditions(log, self._memory)), daemon=True
        )
        try:
            with environment(ONE_THREAD), hidden_main():
                process.start()
        except (OSError, EOFError) as error:
            raise MlctlError(
                f"no worker process could be started: {str(error) or 'its server died'}",
                hint(getattr(error, "errno", None))
                or "free some memory, or use fewer processes with `--set jobs=1`",
            ) from error
        theirs.close()
        self._workers.append(worker := _Worker(process, ours, log))
        return worker

    def _handles(self) -> list[Any]:
        return [handle for w, _ in self._busy() for handle in (w.connection, w.process.sentinel)]

    def _busy(self) -> list[tuple[_Worker, Call]]:
        return [(worker, worker.call) for worker in self._workers if worker.call]

    def _collect(self, worker: _Worker, call: Call) -> Done | Failure:
        try:
            # The sentinel may be ready before the last answer was read.
            outcome: Done | Failure | None = worker.connection.recv() if worker.connection.poll() else None
        except (EOFError, OSError):
            outcome = None
        if outcome is None:
            return self._bury(worker, call.key)
        worker.call = None
        return outcome

    def _bury(self, worker: _Worker, key: Hashable) -> Failure:
        worker.process.join()
        code, said = worker.process.exitcode, _tail(worker.log)
        self._end(worker)
        if any(mark in said.lower() for mark in _OUT_OF_MEMORY):
            telling = [line for line in said.splitlines() if any(m in line.lower() for m in _OUT_OF_MEMORY)]
            return Failure(key, "memory", f"out of memory: {telling[-1].strip()}", said)
        return Failure(key, "died", f"its process {_how(code)}", said)

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.end()

    def _time_out(self) -> list[Failure]:
        calls = self._outstanding()
        self.cancel_all()
        return [Failure(call.key, "timeout", "not done in time") for call in calls]

    def _outstanding(self) -> list[Call]:
        return [*(call for _, call in self._busy()), *self._waiting]


def _how(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed (SIGKILL), as the system does when memory runs out"
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended by itself with exit code {code}"


def _tail(log: Path) -> str:
    if not log.exists():
        return ""
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    # faulthandler's list of every extension module would push out what matters.
    text = "".join(line for line in lines if not line.startswith("Extension modules:"))
    return printable(text[-TAIL:], TAIL)
