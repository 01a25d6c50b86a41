"""The load generator: raw sockets and nothing else, in a process of its own.

*Closed loop*: each client sends its next request when it has its answer; what is found is how much the server
can do. *Open loop*: requests are due at fixed moments, whether the server keeps up or not, and a latency
counts from the moment that the request was due, not from when it could be sent: a server that stalls is not
spared the requests that would have come meanwhile (coordinated omission; G. Tene, 2013).

It reads one JSON document on stdin and writes one on stdout; see :class:`Order` and :class:`Found`.
"""

import json
import selectors
import socket
import sys
import time
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

WINDOWS = 20
"""Parts of a run that are told one by one."""

SPIN_S = 0.002
"""Seconds before a request is due in which the generator does not sleep: the system would wake it late."""

PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p999": 0.999}
GIVE_UP_S = 5.0
"""Seconds after the end in which answers are still waited for."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do.

    Attributes
    ----------
    host, port : str, int
        Where the server is.
    requests : tuple of str
        Whole requests, as Latin-1 text; sent in turn.
    clients : int
        Connections.
    seconds : float
        How long requests are sent.
    rate : float
        Requests a second of an open loop; 0 for a closed one.
    warm_up : float
        Seconds at the beginning that are not counted.
    """

    host: str
    port: int
    requests: tuple[str, ...]
    clients: int
    seconds: float
    rate: float = 0.0
    warm_up: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes
    ----------
    requests, refused, lost : int
        Answered with 200; answered with something else; sent and not answered.
    seconds : float
        From the first counted request to the last answer.
    latency : dict
        Seconds: ``p50``, ``p95``, ``p99``, ``p999``, ``max``.
    behind : float
        Of an open loop: seconds that 99 of 100 requests were sent late at most although a connection was
        free: the generator's own fault.
    windows : list of dict
        ``at`` (seconds since the beginning), ``requests``, ``p50``, ``p99`` of equal parts of the time.
    ended : bool
        Whether the server closed every connection after an answer that said so.
    """

    requests: int
    refused: int
    lost: int
    seconds: float
    latency: dict[str, float]
    behind: float = 0.0
    windows: list[dict[str, float]] = field(default_factory=list)
    ended: bool = False

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds if self.seconds else 0.0


class _Client:
    __slots__ = ("buffer", "due", "sock", "waits")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""
        self.due = 0.0
        self.waits = False


class Generator:
    """Carries out one order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._requests = [text.encode("latin-1") for text in order.requests]
        self._next = 0
        self._selector = selectors.DefaultSelector()
        self._latency, self._moments, self._behind = array("d"), array("d"), array("d")
        self._refused = self._lost = self._closed = 0
        self._start = self._end = self._counted = 0.0
        self._free: deque[_Client] = deque()

    def run(self) -> Found:
        """Return what was found."""
        order = self._order
        clients = [self._connect() for _ in range(order.clients)]
        self._free.extend(clients)
        now = time.perf_counter()
        self._start, self._counted = now, now + order.warm_up
        self._end = self._counted + order.seconds
        if order.rate:
            self._open()
        else:
            self._close_loop()
        self._finish(clients)
        return self._found()

    def _connect(self) -> _Client:
        sock = socket.create_connection((self._order.host, self._order.port), timeout=10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(10)
        client = _Client(sock)
        self._selector.register(sock, selectors.EVENT_READ, client)
        return client

    def _close_loop(self) -> None:
        while self._free:
            self._send(self._free.popleft(), time.perf_counter())
        while self._waiting() and (now := time.perf_counter()) < self._end:
            for key, _ in self._selector.select(min(0.1, self._end - now)):
                self._read(key.data)
            while self._free:
                self._send(self._free.popleft(), time.perf_counter())

    def _open(self) -> None:
        step, due = 1.0 / self._order.rate, time.perf_counter()
        while due < self._end and self._selector.get_map():
            now = time.perf_counter()
            while due <= now and self._free:
                client = self._free.popleft()
                if now - due < step:  # it was free in time, so that being late is our own doing
                    self._behind.append(now - due)
                self._send(client, due)
                due += step
            late = due <= now
            rest = 0.001 if late else max(0.0, due - time.perf_counter() - SPIN_S)
            for key, _ in self._selector.select(rest):
                self._read(key.data)

    def _waiting(self) -> bool:
        return bool(self._selector.get_map())

    def _send(self, client: _Client, due: float) -> None:
        client.due, client.waits = due, True
        request = self._requests[self._next]
        self._next = (self._next + 1) % len(self._requests)
        try:
            client.sock.sendall(request)
        except OSError:
            self._drop(client)

    def _read(self, client: _Client) -> None:
        try:
            data = client.sock.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._drop(client)
            return
        data = client.buffer + data if client.buffer else data
        if (whole := _answer(data)) is None:
            client.buffer = data
            return
        client.buffer, client.waits = b"", False
        self._note(client, time.perf_counter(), data)
        if b"Connection: close\r\n" in data[:whole]:
            self._closed += 1
            self._forget(client)
        else:
            self._free.append(client)

    def _note(self, client: _Client, now: float, data: bytes) -> None:
        if data[9:12] != b"200":
            self._refused += 1
        elif client.due >= self._counted:
            self._latency.append(now - client.due)
            self._moments.append(client.due - self._counted)

    def _drop(self, client: _Client) -> None:
        self._lost += client.waits
        self._forget(client)

    def _forget(self, client: _Client) -> None:
        client.waits = False
        self._selector.unregister(client.sock)
        client.sock.close()

    def _finish(self, clients: Sequence[_Client]) -> None:
        end = time.perf_counter() + GIVE_UP_S
        while any(client.waits for client in clients) and time.perf_counter() < end:
            for key, _ in self._selector.select(0.1):
                self._read(key.data)
        self._over = time.perf_counter()
        for client in [key.data for key in self._selector.get_map().values()]:
            self._drop(client)
        self._selector.close()

    def _found(self) -> Found:
        ordered = sorted(self._latency)
        behind = sorted(self._behind)
        return Found(
            len(ordered),
            self._refused,
            self._lost,
            max(self._over - self._counted, 1e-9),
            spread(ordered),
            percentile(behind, 0.99),
            self._windows(),
            self._closed == self._order.clients,
        )

    def _windows(self) -> list[dict[str, float]]:
        length = self._order.seconds / WINDOWS
        parts: list[list[float]] = [[] for _ in range(WINDOWS)]
        for moment, took in zip(self._moments, self._latency, strict=True):
            parts[min(WINDOWS - 1, int(moment / length))].append(took)
        return [
            {
                "at": at * length,
                "requests": len(part),
                "p50": percentile(ordered, 0.5),
                "p99": percentile(ordered, 0.99),
            }
            for at, part in enumerate(parts)
            if (ordered := sorted(part))
        ]


def _answer(data: bytes) -> int | None:
    """Return the length of the answer at the beginning; None while it is not whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = data.find(b"ontent-Length: ", 0, end)
    if at < 0:
        at = data.find(b"ontent-length: ", 0, end)
    stop = data.find(b"\r", at)
    whole = end + 4 + int(data[at + 15 : stop])
    return whole if len(data) >= whole else None


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that a share of sorted values stay within; 0 for none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def spread(ordered: Sequence[float]) -> dict[str, float]:
    """Return the percentiles of sorted values, and the largest."""
    found = {name: percentile(ordered, share) for name, share in PERCENTILES.items()}
    return found | {"max": ordered[-1] if ordered else 0.0}


def main() -> None:
    """Read the order, carry it out, write what was found."""
    given: dict[str, Any] = json.load(sys.stdin)
    order = Order(**{**given, "requests": tuple(given["requests"])})
    json.dump(asdict(Generator(order).run()), sys.stdout)


if __name__ == "__main__":
    main()
