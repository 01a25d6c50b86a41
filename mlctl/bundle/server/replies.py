"""Answers of HTTP, and their bytes."""

from __future__ import annotations

from email.utils import formatdate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .faults import Refusal
    from .heads import Head

JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"
METRICS = b"text/plain; version=0.0.4; charset=utf-8"

REASONS = {
    200: b"OK",
    400: b"Bad Request",
    404: b"Not Found",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    415: b"Unsupported Media Type",
    429: b"Too Many Requests",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
    501: b"Not Implemented",
    503: b"Service Unavailable",
    505: b"HTTP Version Not Supported",
}

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Reply:
    """One answer.

    Attributes
    ----------
    status : int
        Of HTTP.
    media : bytes
        The media type of the body.
    body : bytes
        The body.
    extra : bytes
        Further header lines, each with its end.
    """

    __slots__ = ("body", "extra", "media", "status")

    def __init__(self, body: bytes, status: int = 200, media: bytes = JSON, extra: bytes = b"") -> None:
        self.status = status
        self.media = media
        self.body = body
        self.extra = extra


def refused(refusal: Refusal) -> Reply:
    """Return a refusal as an answer."""
    extra = "".join(f"{name}: {value}\r\n" for name, value in refusal.headers)
    return Reply(refusal.body(), refusal.status, JSON, extra.encode("ascii"))


class Encoder:
    """Puts answers into bytes; what is the same in many is made once.

    Attributes
    ----------
    date : bytes
        The line that :meth:`tick` renews.
    """

    def __init__(self) -> None:
        self._starts: dict[tuple[int, bytes], bytes] = {}
        self.date = b""
        self._second = 0

    def tick(self, seconds: float) -> None:
        """Renew the date where a second has passed.

        Parameters
        ----------
        seconds : float
            Since 1970.
        """
        if int(seconds) != self._second:
            self._second = int(seconds)
            self.date = b"Date: " + formatdate(self._second, usegmt=True).encode("ascii") + b"\r\n"

    def encode(self, reply: Reply, head: Head | None, close: bool) -> bytes:
        """Return the bytes of an answer.

        Parameters
        ----------
        reply : Reply
            The answer.
        head : Head or None
            What was asked; None where it could not be read.
        close : bool
            Whether the connection ends with it.
        """
        body, extra = reply.body, reply.extra
        if close:
            extra += b"Connection: close\r\n"
        elif head is not None and head.old:
            extra += b"Connection: keep-alive\r\n"
        start = self._starts.get((reply.status, reply.media)) or self._start(reply)
        sent = b"" if head is not None and head.method == "HEAD" else body
        return b"%b%b%bContent-Length: %d\r\n\r\n%b" % (start, self.date, extra, len(body), sent)

    def _start(self, reply: Reply) -> bytes:
        start = b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\n" % (reply.status, REASONS[reply.status], reply.media)
        self._starts[reply.status, reply.media] = start
        return start
