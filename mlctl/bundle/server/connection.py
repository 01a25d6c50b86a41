"""One connection: requests in, answers out in their order, with limits on size and time.

A connection reads ahead while it waits for an answer, up to :data:`READ_AHEAD` bytes; then the client has to
wait, and so it does while it does not read its answers. A request that is refused before it was read to its
end closes the connection; what the client still sends is read and dropped for a moment, for otherwise the
system would cut it off before it has seen why.
"""

from __future__ import annotations

import asyncio

from .faults import Refusal, busy
from .replies import CONTINUE, Reply, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .heads import Head
    from .hub import Hub
    from .jobs import Job

READ_AHEAD = 128 << 10
SMALL = 64 << 10
"""Bytes of a body that are not counted against what all connections may hold."""

LINGER_S = 2.0
"""Seconds in which a refused client may read why."""

LINGERING = 256
"""Connections beyond the limit that may linger; the rest is closed at once."""

NEVER = float("inf")


class Connection(asyncio.Protocol):
    """One client.

    Attributes
    ----------
    deadline : float
        When the client has taken too long; see :meth:`late`.
    job : Job or None
        What it waits for.
    """

    __slots__ = (
        "_blocked",
        "_busy",
        "_continued",
        "_data",
        "_ended",
        "_head",
        "_held",
        "_hub",
        "_need",
        "_over",
        "_paused",
        "_reading",
        "_transport",
        "deadline",
        "job",
    )

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._transport: Any = None
        self._data: bytes | bytearray = b""
        self._head: Head | None = None
        self._need = self._held = 0
        self._busy = self._blocked = self._reading = self._paused = False
        self._over = self._ended = self._continued = False
        self.deadline = NEVER
        self.job: Job | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no request of this client has begun."""
        return not self._busy and not self._blocked and not self._data and not self._over

    # What asyncio calls

    def connection_made(self, transport: Any) -> None:
        """Take the connection, or refuse it where there are too many."""
        hub = self._hub
        self._transport = transport
        hub.connections.add(self)
        hub.app.metrics.put("connections", len(hub.connections))
        self.deadline = hub.now + min(hub.settings.request_s, hub.settings.idle_s)
        if len(hub.connections) > hub.settings.most_connections:
            most = hub.settings.most_connections
            self._refuse(busy(f"{most:,} connections are open already"))
            if len(hub.connections) > most + LINGERING:
                self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self._over:
            return
        if self._data:
            self._data += data
        else:
            self._data = data
        if self._busy or self._blocked:
            self._read_ahead()
        elif len(self._data) >= self._need:
            self._advance()

    def eof_received(self) -> bool:
        """Note that the client sends no more; what it waits for is still written."""
        self._ended = True
        return self._busy or self._blocked

    def connection_lost(self, _: Exception | None) -> None:
        """Forget the client, and what it asked for."""
        hub = self._hub
        self._over = True
        hub.connections.discard(self)
        hub.app.metrics.put("connections", len(hub.connections))
        self._release()
        if self.job is not None:
            self.job.dropped = True

    def pause_writing(self) -> None:
        """Stop answering: the client does not read."""
        self._blocked = True
        self.deadline = self._hub.now + self._hub.settings.write_s

    def resume_writing(self) -> None:
        """Go on."""
        self._blocked = False
        if not self._over:
            self._next()

    # What the server calls

    def done(self, reply: Reply) -> None:
        """Write an answer that came later."""
        self.job = None
        self._busy = False
        if self._over:
            return
        self._write(reply)
        if not self._blocked and not self._over:
            self._next()

    def late(self) -> None:
        """Take the consequence of a deadline that has passed."""
        if self._data and not self._busy and not self._blocked and not self._over:
            seconds = self._hub.settings.request_s
            self._refuse(Refusal(408, f"the request was not whole after {seconds:g} seconds"))
        elif self._over or self._blocked:
            self._transport.abort()
        else:
            self.close()

    def close(self) -> None:
        """Close an idle connection."""
        self._over = True
        self.deadline = self._hub.now + self._hub.settings.write_s
        self._hub.flush()
        self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    # Within

    def _advance(self) -> None:
        try:
            while self._data and not self._busy and not self._blocked and not self._over:
                if not self._one():
                    return
        except Refusal as refusal:
            self._refuse(refusal)

    def _one(self) -> bool:
        """Answer the next request; tell whether it was there whole."""
        hub, data = self._hub, self._data
        end = data.find(b"\r\n\r\n")
        if end < 0 or end > hub.settings.most_head:
            return self._wait_for_head(end)
        head = hub.heads.read(bytes(data[:end]))
        length = head.length
        if length > hub.settings.most_body:
            allowed = hub.settings.most_body
            raise Refusal(413, f"the body has {length:,} bytes, and {allowed:,} are allowed")
        stop = end + 4 + length
        if len(data) < stop:
            return self._wait_for_body(head, stop)
        body = bytes(data[end + 4 : stop])
        self._data = data[stop:]
        if self._reading:
            self._reading = False
            self._release()
        self._head = head
        reply = hub.app.answer(head, body, self)
        if reply is None:
            self._busy = True
            self.deadline = NEVER
        else:
            self._write(reply)
        return True

    def _wait_for_head(self, end: int) -> bool:
        most = self._hub.settings.most_head
        if end > most or len(self._data) > most:
            raise Refusal(431, f"the head of the request has more than {most:,} bytes")
        if self._data[:1] in (b"\r", b"\n"):
            raise Refusal(400, "the first line is not that of an HTTP request")
        self._wait(0)
        return False

    def _wait_for_body(self, head: Head, stop: int) -> bool:
        hub = self._hub
        if not self._need:
            if stop > SMALL:
                if hub.held + stop > hub.settings.most_waiting_bytes:
                    raise busy("too many large requests are being read; send it again in a moment")
                self._held = stop
                hub.held += stop
            self._data = bytearray(self._data)
            self._wait(stop)
        if head.expects and not self._continued:
            self._continued = True
            hub.flush()
            self._transport.write(CONTINUE)
        return False

    def _wait(self, need: int) -> None:
        if not self._reading:  # the time runs from a request's first byte, however slowly the rest comes
            self._reading = True
            self.deadline = self._hub.now + self._hub.settings.request_s
        self._need = need

    def _release(self) -> None:
        self._hub.held -= self._held
        self._held = self._need = 0
        self._continued = False

    def _write(self, reply: Reply) -> None:
        hub, head = self._hub, self._head
        last = (self._ended or hub.draining) and not self._data
        close = last or (head is not None and not head.keep_alive)
        self.deadline = hub.now + hub.settings.idle_s
        hub.write(self, self._transport, hub.encoder.encode(reply, head, close))
        if close:
            self.close()

    def _next(self) -> None:
        """Go on after an answer that came later."""
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._advance()
        if self._ended and not self._busy and not self._blocked and not self._over:
            self.close()

    def _read_ahead(self) -> None:
        if len(self._data) > READ_AHEAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer what cannot be read to its end, and close."""
        hub = self._hub
        self._over, self._data = True, b""
        self._release()
        hub.app.metrics.answered("other", refusal.status, 0.0)
        hub.flush()
        self._transport.write(hub.encoder.encode(refused(refusal), None, close=True))
        self.deadline = hub.now + LINGER_S
        if self._transport.can_write_eof() and not self._ended:
            self._transport.write_eof()
        else:
            self._transport.close()
