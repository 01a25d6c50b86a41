"""Where the server listens."""

from __future__ import annotations

import asyncio
import contextlib
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BACKLOG = 2048


class ListenError(OSError):
    """The address cannot be listened at; the text says why."""


def bound(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return a socket that is bound to an address, and does not listen yet.

    Parameters
    ----------
    host : str
        A name or an address.
    port : int
        0 takes a free one.
    shared : bool
        Whether other sockets of this user may be bound to the same port (SO_REUSEPORT).

    Raises
    ------
    ListenError
        When the address is taken, or none of this machine's.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, proto)
    except (OSError, UnicodeError) as error:
        raise ListenError(f"{host!r} is no address of this machine: {error}") from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(address)
    except OSError as error:
        sock.close()
        reason = (error.strerror or str(error)).lower()
        raise ListenError(f"cannot listen at {host} port {port}: {reason}") from None
    sock.setblocking(False)
    return sock


def reserve(host: str, port: int) -> socket.socket:
    """Return a socket that holds a port for workers, having made sure that nobody listens there.

    Sockets that share a port do not notice each other: a second server would take half of the requests.
    """
    alone = bound(host, port, shared=False)
    with contextlib.closing(alone):
        alone.listen(1)
        port = alone.getsockname()[1]
    return bound(host, port, shared=True)


def waiting(sock: socket.socket) -> Iterator[socket.socket]:
    """Take the connections that were made and not accepted yet."""
    with contextlib.suppress(BlockingIOError, InterruptedError):
        while True:
            taken, _ = sock.accept()
            taken.setblocking(False)
            yield taken


async def take_waiting(sock: socket.socket, make: Callable[[], asyncio.Protocol]) -> None:
    """Give a protocol to each connection that was made and not accepted yet."""
    for taken in waiting(sock):
        await asyncio.get_running_loop().connect_accepted_socket(make, taken)


def url(host: str, port: int) -> str:
    """Return the address as a client types it.

    Examples
    --------
    >>> url("127.0.0.1", 8080), url("::1", 80)
    ('http://127.0.0.1:8080', 'http://[::1]:80')
    """
    return "http://{}:{}".format(f"[{host}]" if ":" in host else host, port)
