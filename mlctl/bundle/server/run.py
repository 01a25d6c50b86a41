"""From settings to a server that runs: one process, or several that share a port."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from .metrics import Metrics
from .process import report, say
from .sockets import bound, reserve, url
from .worker import SIGNALS, STOPPING, Source, Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .service import Service
    from .settings import Settings

REST_S = 1.0
"""Seconds before a worker that ended by itself is started again."""


def serve(
    service: Service,
    settings: Settings,
    *,
    ready: Callable[[str], None] | None = None,
    reload: Callable[[], Service] | None = None,
    watch: Callable[[], str | None] | None = None,
    served: Callable[[str, int], None] | None = None,
    software: str = "mlctl",
) -> int:
    """Serve until SIGTERM or SIGINT, and answer what was asked until then.

    Parameters
    ----------
    service : Service
        What is served. With several workers it is loaded before they are started, and must not have
        predicted yet: what OpenMP began in one process does not go on in its children.
    settings : Settings
        Where and how.
    ready : callable, optional
        Takes the address once requests are answered there. Default: said on stderr.
    reload : callable, optional
        Returns the newest service; called on SIGHUP and where ``watch`` tells. The one before answers until
        it is there, and stays where it raises.
    watch : callable, optional
        Returns the model version id of what should be served, None where nothing is known; asked every
        ``watch_s`` seconds.
    served : callable, optional
        Takes a model version id and how many predictions it served since the last call.
    software : str
        Name and version of what serves.

    Returns
    -------
    int
        0; 1 where requests had to be given up after ``drain_s``.

    Raises
    ------
    ListenError
        When the address cannot be listened at.
    """
    source = Source(service, reload, watch, served)
    announce = ready or (lambda address: say(f"serving {service.version} at {address}"))
    metrics = Metrics(settings.workers)
    if settings.workers == 1:
        sock = bound(settings.host, settings.port, shared=False)
        address = url(settings.host, sock.getsockname()[1])
        return Worker(source, settings, metrics, software).run(sock, lambda: announce(address))
    return _Workers(source, settings, metrics, software).run(announce)


class _Workers:
    """Starts the workers, starts again those that end by themselves, and hands signals on."""

    def __init__(self, source: Source, settings: Settings, metrics: Metrics, software: str) -> None:
        self._source, self._settings, self._metrics = source, settings, metrics
        self._software = software
        self._children: dict[int, int] = {}
        self._stopping = False
        self._stale = False
        self._code = 0
        self._life = (-1, -1)

    def run(self, announce: Callable[[str], None]) -> int:
        settings = self._settings
        holder = reserve(settings.host, settings.port)
        port = holder.getsockname()[1]
        for number in STOPPING:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._renew)
        self._life = os.pipe()
        reading, writing = os.pipe()
        for worker in range(settings.workers):
            self._start(worker, port, writing)
        os.close(writing)
        if self._all_listen(reading):
            announce(url(settings.host, port))
        else:
            self._stop(signal.SIGTERM, None)
            self._code = 1
        while self._children:
            self._wait(port)
        holder.close()
        return self._code

    def _all_listen(self, reading: int) -> bool:
        """Wait until every worker listens, or has ended."""
        count = 0
        while os.read(reading, 1):
            count += 1
        os.close(reading)
        return count == self._settings.workers

    def _start(self, worker: int, port: int, writing: int = -1) -> None:
        # A signal waits until the child can take it: it would be lost, or end it in the middle.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        child = os.fork()
        if child:
            self._children[child] = worker
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            return
        code = 1
        try:
            code = self._work(worker, bound(self._settings.host, port, shared=True), writing)
        except Exception as error:
            report(error)
        finally:
            os._exit(code)  # nothing of the process that was forked is to run here

    def _work(self, worker: int, sock: socket.socket, writing: int) -> int:
        os.close(self._life[1])
        self._metrics.use(worker)
        if self._stale:
            self._source.renew()

        def listening() -> None:
            if writing >= 0:
                os.write(writing, b"1")
                os.close(writing)

        made = Worker(self._source, self._settings, self._metrics, self._software, self._life[0])
        return made.run(sock, listening)

    def _wait(self, port: int) -> None:
        child, status = os.wait()
        worker = self._children.pop(child, None)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        if self._stopping:
            self._code = max(self._code, code)
        elif worker is not None:
            say(f"worker {child} ended with {code}; another one is started")
            time.sleep(REST_S)
            self._start(worker, port)
            if self._stopping:  # meanwhile
                self._signal(signal.SIGTERM)

    def _stop(self, number: int, _: object) -> None:
        self._stopping = True
        self._signal(number)

    def _renew(self, number: int, _: object) -> None:
        self._stale = True
        self._signal(number)

    def _signal(self, number: int) -> None:
        for child in list(self._children):
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(child, number)
