"""Requests that no client should send, and an end under load: the server has to stay up and lose nothing."""

import contextlib
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.bundle.bench.load import Order
from mlctl.bundle.bench.processes import Server, found_in, running, started
from mlctl.bundle.bench.target import Target, request

PATIENCE_S = 10.0
SLOW_S = 1.0
MANY = 200
HUGE = 1 << 30
TERM_AFTER = 0.5
"""Share of the time after which SIGTERM comes."""


@dataclass(frozen=True, slots=True)
class Ordeal:
    """One abuse.

    Attributes
    ----------
    name : str
        What was done.
    ok : bool
        Whether it was borne.
    told : str
        What came of it.
    """

    name: str
    ok: bool
    told: str


def endure(target: Target, server: Server) -> tuple[Ordeal, ...]:
    """Abuse a server, and see after each abuse that it still answers."""
    return tuple(_endured(name, try_, target, server) for name, try_ in _ORDEALS)


def _endured(name: str, try_: Callable[[Target, Server], str], target: Target, server: Server) -> Ordeal:
    try:
        told = try_(target, server)
        _expect(ask(server, request(target.bodies(1)[0])), 200)
    except (OSError, _UnexpectedError) as error:
        return Ordeal(name, False, str(error) or type(error).__name__)
    return Ordeal(name, True, told)


class _UnexpectedError(Exception):
    """The server answered something else."""


def ask(server: Server, data: bytes, *, seconds: float = PATIENCE_S) -> tuple[int, bytes]:
    """Send bytes on a new connection, and return the status and the body of the first answer.

    Raises
    ------
    OSError
        When there is no answer.
    """
    with connected(server, seconds) as sock:
        with contextlib.suppress(
            BrokenPipeError, ConnectionResetError
        ):  # an answer may be there all the same
            sock.sendall(data)
        return answer_from(sock)


@contextlib.contextmanager
def connected(server: Server, seconds: float = PATIENCE_S) -> Iterator[socket.socket]:
    """Connect, and close at the end."""
    with socket.create_connection((server.host, server.port), timeout=seconds) as sock:
        yield sock


def answer_from(sock: socket.socket) -> tuple[int, bytes]:
    """Return the status and the body of the next answer.

    Raises
    ------
    OSError
        When there is none.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(sock)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    while len(body) < int(lines.get(b"content-length", b"0")):
        body += _more(sock)
    return int(head[9:12]), body


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection and said nothing")
    return data


def _expect(answer: tuple[int, bytes], status: int, *words: str) -> str:
    found, body = answer
    told = _message(body)
    if found != status or not all(word in told for word in words):
        raise _UnexpectedError(f"{found} {told}".strip())
    if "Traceback" in body.decode(errors="replace"):
        raise _UnexpectedError("the answer shows the inside of the server")
    return f"{found} {told}".strip()


def _message(body: bytes) -> str:
    try:
        document: Any = json.loads(body)
    except ValueError:
        return ""
    return str(document.get("message", "")) if isinstance(document, dict) else ""


def _bad_json(_: Target, server: Server) -> str:
    return _expect(ask(server, request(b'{"dataframe_split": {"columns": [')), 400)


def _no_utf8(_: Target, server: Server) -> str:
    return _expect(ask(server, request(b"\xff\xfe\x00")), 400)


def _deep_json(_: Target, server: Server) -> str:
    return _expect(ask(server, request(b"[" * 100_000)), 400)


def _missing_column(target: Target, server: Server) -> str:
    row = dict(target.rows[0])
    gone = next(iter(row))
    del row[gone]
    return _expect(ask(server, request(json.dumps({"dataframe_records": [row]}).encode())), 400, gone)


def _other_media(_: Target, server: Server) -> str:
    return _expect(ask(server, request(b"x", media="application/xml")), 415)


def _no_http(_: Target, server: Server) -> str:
    return _expect(ask(server, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"), 400)


def _two_lengths(_: Target, server: Server) -> str:
    data = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}"
    return _expect(ask(server, data), 400)


def _chunks(_: Target, server: Server) -> str:
    data = b"POST /invocations HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    return _expect(ask(server, data), 501)


def _huge_body(_: Target, server: Server) -> str:
    head = f"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: {HUGE}\r\n\r\n"
    return _expect(ask(server, head.encode() + bytes(1 << 20)), 413)


def _long_head(_: Target, server: Server) -> str:
    return _expect(ask(server, b"GET /ping HTTP/1.1\r\nHost: x\r\nX: " + b"x" * (1 << 20)), 431)


def _slow_client(target: Target, server: Server) -> str:
    """Send a request byte by byte, while others are answered."""
    data, asked, worst = request(target.bodies(1)[0]), 0, 0.0
    with connected(server) as slow:
        end = time.monotonic() + SLOW_S
        for at in range(len(data) - 1):
            slow.sendall(data[at : at + 1])
            begin = time.monotonic()
            _expect(ask(server, data), 200)
            asked, worst = asked + 1, max(worst, time.monotonic() - begin)
            if begin > end:
                break
        slow.sendall(data[at + 1 :])
        _expect(answer_from(slow), 200)
    return f"{asked:,} others were answered meanwhile, each within {worst * 1000:,.0f} ms"


def _cut_off(target: Target, server: Server) -> str:
    """Close connections in the middle of requests, and before the answers."""
    data = request(target.bodies(1)[0])
    for at in range(MANY):
        with connected(server) as sock:
            sock.sendall(data[: len(data) * at // MANY] if at % 2 else data)
    return f"{MANY} connections were cut off"


def _idle(target: Target, server: Server) -> str:
    """Hold connections open and say nothing."""
    with contextlib.ExitStack() as held:
        for _ in range(MANY):
            held.enter_context(connected(server))
        _expect(ask(server, request(target.bodies(1)[0])), 200)
    return f"{MANY} connections were open and silent"


_ORDEALS: Sequence[tuple[str, Callable[[Target, Server], str]]] = (
    ("a body that is not JSON", _bad_json),
    ("a body that is not UTF-8", _no_utf8),
    ("JSON nested 100,000 deep", _deep_json),
    ("a missing column", _missing_column),
    ("another media type", _other_media),
    ("bytes that are not HTTP", _no_http),
    ("two Content-Lengths", _two_lengths),
    ("Transfer-Encoding", _chunks),
    ("a body of 1 GB", _huge_body),
    ("a head of 1 MB", _long_head),
    ("a slow client", _slow_client),
    ("clients that hang up", _cut_off),
    ("silent connections", _idle),
)


def end_under_load(target: Target, seconds: float, *, clients: int = 16) -> Ordeal:
    """Send SIGTERM to a server under load: every request that it took has to be answered."""
    requests = tuple(request(body).decode("latin-1") for body in target.bodies())
    with running([*target.serve, "--port", "0"]) as server:
        order = Order(server.host, server.port, requests, clients, seconds + 5)
        with started(order) as generator:
            time.sleep(seconds * TERM_AFTER + 0.3)
            code = server.stop(signal.SIGTERM)
            found = found_in(generator, *generator.communicate())
    told = f"{found.requests:,} answered, {found.lost} lost, {found.refused} refused, exit code {code}"
    return Ordeal("SIGTERM under load", not (found.lost or found.refused or code), told)
