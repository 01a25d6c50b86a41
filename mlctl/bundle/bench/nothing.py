"""The same server doing nothing: constant bytes for every request, read and framed as ever.

``--bare`` answers without reading HTTP at all: what comes from a socket is answered with the same bytes.
Nothing in Python answers quicker, so that what the generator reaches there is its own ceiling.
"""

import asyncio
import signal
import sys
import time

from mlctl.bundle.server.heads import Head, Heads
from mlctl.bundle.server.hub import Hub
from mlctl.bundle.server.metrics import Metrics
from mlctl.bundle.server.replies import Encoder, Reply
from mlctl.bundle.server.settings import Settings
from mlctl.bundle.server.sockets import BACKLOG, bound, url

BODY = b'{"predictions":[0]}'
EXTRA = b"X-Prediction-Id: 00000000000000-0\r\nX-Model-Version: nothing_000000_0\r\n"


class _Nothing:
    """An application that answers at once."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self._reply = Reply(BODY, extra=EXTRA)

    def answer(self, _head: Head, _body: bytes, _asker: object) -> Reply:
        """Answer with the same bytes, whatever is asked."""
        return self._reply


class _Bare(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, _: bytes) -> None:
        self._transport.write(self._answer)  # type: ignore[attr-defined]  # a transport of a socket writes


async def _serve(bare: bool) -> None:
    loop = asyncio.get_running_loop()
    hub = Hub(_Nothing(), Heads(), Settings(), loop.time(), loop.call_soon)  # type: ignore[arg-type]  # all that a hub asks of it
    hub.encoder.tick(time.time())
    sock = bound("127.0.0.1", 0, shared=False)
    sock.listen(BACKLOG)
    answer = _constant()
    await loop.create_server((lambda: _Bare(answer)) if bare else hub.connect, sock=sock, backlog=BACKLOG)
    sys.stderr.write(f"serving nothing at {url('127.0.0.1', sock.getsockname()[1])}\n")
    sys.stderr.flush()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()


def _constant() -> bytes:
    encoder = Encoder()
    encoder.tick(time.time())
    return encoder.encode(Reply(BODY, extra=EXTRA), None, close=False)


if __name__ == "__main__":
    asyncio.run(_serve("--bare" in sys.argv))
