"""The same answers behind another server: uvicorn, granian, hypercorn.

That server then has the say over connections, limits on time, workers and signals; what is left here are the
limits on a body's size and on what may wait.
"""

from __future__ import annotations

import asyncio
import time

from .app import App
from .faults import Refusal
from .heads import Head
from .log import ServedLog
from .metrics import Metrics
from .replies import Reply, refused
from .settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from .jobs import Job
    from .service import Service

    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]


def asgi(make: Callable[[], Service], settings: Settings | None = None) -> Callable[..., Awaitable[None]]:
    """Return an ASGI application.

    Parameters
    ----------
    make : callable
        Returns the service; called once, at the start of the server or with the first request.
    settings : Settings, optional
        Its ``most_body``, ``most_waiting`` and ``log_…`` count.
    """
    return _Application(make, settings or Settings())


class _Asker:
    """One request that waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.job: Job | None = None
        self.future: asyncio.Future[Reply] = loop.create_future()

    def done(self, reply: Reply) -> None:
        """Take the answer."""
        if not self.future.done():
            self.future.set_result(reply)


class _Application:
    def __init__(self, make: Callable[[], Service], settings: Settings) -> None:
        self._make, self._settings = make, settings
        self._app: App | None = None
        self._log: ServedLog | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or see the server's life through."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    self._started()
                except Exception as error:  # a server that is not told goes on without its model
                    await send({"type": "lifespan.startup.failed", "message": _told(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._log:
                    self._log.end()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _started(self) -> App:
        if self._app is None:
            settings, metrics, service = self._settings, Metrics(), self._make()
            service.warm_up()
            if settings.log_dir:
                self._log = ServedLog(settings, time.time, metrics.add)
            later = asyncio.get_running_loop().call_soon
            self._app = App(service, metrics, later, self._log, settings.most_waiting)
        return self._app

    async def _respond(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        app = self._started()
        head = _head(scope)
        try:
            body = await self._body(receive)
        except Refusal as refusal:
            reply = refused(refusal)
        else:
            asker = _Asker(asyncio.get_running_loop())
            found = app.answer(head, body, asker)
            reply = found if found is not None else await asker.future
        if self._log:
            self._log.flush()
        await _send(reply, send, with_body=head.method != "HEAD")

    async def _body(self, receive: Receive) -> bytes:
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self._settings.most_body:
                raise Refusal(413, f"the body has more than {self._settings.most_body:,} bytes")
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)


def _told(error: Exception) -> str:
    said = getattr(error, "message", "") or f"{type(error).__name__}: {error}"
    hint = getattr(error, "hint", "")
    return f"{said}\n  fix: {hint}" if hint else said


def _head(scope: dict[str, Any]) -> Head:
    media = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"), "")
    return Head(scope["method"], scope["path"], media)


async def _send(reply: Reply, send: Send, with_body: bool) -> None:
    lines = [line.split(b": ", 1) for line in reply.extra.split(b"\r\n") if line]
    headers = [(name.lower(), value) for name, value in lines]
    headers += [(b"content-type", reply.media), (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body if with_body else b""})
