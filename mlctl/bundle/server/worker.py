"""One worker: an event loop, its socket, and its life from the first request to the last."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import time

from .app import App
from .heads import Heads
from .hub import Hub
from .log import ServedLog
from .process import in_thread, raise_file_limit, report, say
from .sockets import BACKLOG, take_waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .metrics import Metrics
    from .service import Service
    from .settings import Settings

TICK_S = 0.2
"""Seconds between two looks at deadlines."""

STOPPING = (signal.SIGTERM, signal.SIGINT)
SIGNALS = (*STOPPING, signal.SIGHUP)


class Source:
    """Where a service comes from, and how it is known that there is a newer one.

    Parameters
    ----------
    service : Service
        The one to begin with.
    reload : callable, optional
        Returns the newest service; may take long, and may raise: the one before then stays.
    watch : callable, optional
        Returns the model version id of what should be served, None where nothing is known; asked often.
    served : callable, optional
        Takes a model version id and how many predictions it served since this was last called.
    """

    def __init__(
        self,
        service: Service,
        reload: Callable[[], Service] | None = None,
        watch: Callable[[], str | None] | None = None,
        served: Callable[[str, int], None] | None = None,
    ) -> None:
        self.service = service
        self.reload, self.watch, self.served = reload, watch, served
        self.seen: str | None = service.version

    def renew(self) -> None:
        """Load the newest service; the one before stays where that fails."""
        if self.reload is not None:
            try:
                self.service = self.reload()
            except Exception as error:  # as when it is taken up later
                report(error)


class Worker:
    """Answers requests until it is told to stop.

    Parameters
    ----------
    source : Source
        What is served.
    settings : Settings
        How.
    metrics : Metrics
        Shared with the other workers.
    software : str
        What ``/version`` says.
    life : int, default=-1
        A pipe whose other end closes when the process that started this worker is gone; -1 for none.
    """

    def __init__(
        self, source: Source, settings: Settings, metrics: Metrics, software: str, life: int = -1
    ) -> None:
        self._life = life
        self._source, self._settings, self._metrics = source, settings, metrics
        self._software = software
        self._log = ServedLog(settings, time.time, metrics.add) if settings.log_dir else None
        self._stopping = 0.0
        self._looked = self._told = 0.0
        self._counted = (source.service.version, 0)
        self._reload: asyncio.Task[None] | None = None

    def run(self, sock: socket.socket, ready: Callable[[], None] = lambda: None) -> int:
        """Serve at a bound socket until SIGTERM or SIGINT; return the exit code.

        Returns
        -------
        int
            0; 1 where requests had to be given up, for they took longer than ``drain_s``.
        """
        raise_file_limit(self._settings.most_connections)
        self._source.service.warm_up()
        gc.collect()
        gc.freeze()  # what lives as long as the server need not be looked at again
        return asyncio.run(self._live(sock, ready))

    async def _live(self, sock: socket.socket, ready: Callable[[], None]) -> int:
        loop = asyncio.get_running_loop()
        service, settings = self._source.service, self._settings
        self._app = App(
            service, self._metrics, loop.call_soon, self._log, settings.most_waiting, report, self._software
        )
        self._hub = hub = Hub(self._app, Heads(), settings, loop.time(), loop.call_soon)
        self._told = loop.time()
        hub.encoder.tick(time.time())
        sock.listen(BACKLOG)
        spare = sock.dup()  # keeps what is waiting when the server closes its own
        server = await loop.create_server(hub.connect, sock=sock, backlog=BACKLOG)
        self._listen_to_signals(loop)
        ready()
        with contextlib.closing(spare):
            while not self._stopping:
                await asyncio.sleep(TICK_S)
                self._tick(loop.time())
            server.close()
            await take_waiting(spare, hub.connect)
        code = await self._drain(loop)
        await self._end()
        return code

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        for number in STOPPING:
            loop.add_signal_handler(number, self._stop, loop)
        loop.add_signal_handler(signal.SIGHUP, self._renew)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if self._life >= 0:
            loop.add_reader(self._life, self._orphaned, loop)

    def _orphaned(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._life)
        self._stop(loop)

    def _stop(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._stopping and loop.time() - self._stopping > TICK_S:
            for connection in list(self._hub.connections):  # asked twice: at once
                connection.abort()
        self._stopping = self._stopping or loop.time()
        self._app.draining = self._hub.draining = True

    def _tick(self, now: float) -> None:
        hub = self._hub
        hub.now = now
        hub.encoder.tick(time.time())
        for connection in [each for each in hub.connections if each.deadline < now]:
            connection.late()
        if self._log:
            self._log.flush()
        if now - self._looked >= self._settings.watch_s:
            self._looked = now
            self._watch()
        if now - self._told >= self._settings.count_s:
            self._told = now
            self._count()

    async def _drain(self, loop: asyncio.AbstractEventLoop) -> int:
        """Answer what was asked; tell 1 where something had to be given up."""
        hub, settings = self._hub, self._settings
        while hub.connections:
            now = loop.time()
            self._tick(now)
            if now - self._stopping > settings.grace_s:
                for connection in [each for each in hub.connections if each.is_idle]:
                    connection.close()
            if now - self._stopping > settings.drain_s:
                break
            await asyncio.sleep(TICK_S / 10)
        lost = len(hub.connections)
        for connection in list(hub.connections):
            connection.abort()
        await asyncio.sleep(0)
        return 1 if lost else 0

    async def _end(self) -> None:
        if self._reload is not None:
            self._reload.cancel()
        if self._log:
            self._log.end()
        self._count(final=True)

    # New versions

    def _watch(self) -> None:
        source = self._source
        if source.watch is None or self._reload is not None:
            return
        try:
            seen = source.watch()
        except Exception as error:  # what is watched may be gone for a moment
            report(error)
            return
        if seen is not None and seen != source.seen:
            source.seen = seen  # one that cannot be loaded is not tried again and again
            self._renew()

    def _renew(self) -> None:
        if self._source.reload is not None and self._reload is None and not self._stopping:
            self._reload = asyncio.ensure_future(self._take_up(self._source.reload))

    async def _take_up(self, reload: Callable[[], Service]) -> None:
        """Load the new version beside the old one, which answers meanwhile."""
        try:
            service = await in_thread(lambda: _loaded(reload))
        except Exception as error:  # whatever is wrong with the new one, the old one goes on
            self._metrics.add("reloads_failed")
            say(f"the new version could not be taken up, and {self._source.service.version} stays")
            report(error)
        else:
            self._count()
            self._source.service = service
            self._app.use(service)
            self._metrics.add("reloads")
            say(f"serving {service.version} from here on")
        finally:
            self._reload = None

    def _count(self, final: bool = False) -> None:
        """Tell how many predictions were served since the last time."""
        served = self._source.served
        total = self._metrics.own("rows")
        version, before = self._counted
        self._counted = (self._source.service.version, total)
        if served is None or total <= before:
            return
        if final:
            _told(served, version, total - before)
        else:
            in_thread(lambda: _told(served, version, total - before))


def _loaded(reload: Callable[[], Service]) -> Service:
    service = reload()
    service.warm_up()
    return service


def _told(served: Callable[[str, int], None], version: str, count: int) -> None:
    try:
        served(version, count)
    except Exception as error:  # counting is not worth an answer
        report(error)
