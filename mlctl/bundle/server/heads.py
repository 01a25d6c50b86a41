"""The head of a request, read strictly: what two readers could understand differently is refused.

One Content-Length and no Transfer-Encoding: otherwise a proxy in front and this server may not agree on where
a request ends, and the rest of one becomes another (RFC 9112, sections 6.3 and 11.2).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from .faults import Refusal

_LINE = re.compile(rb"([A-Z]{1,20}) (/[!-~]*|\*) HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_WHOLE = re.compile(rb"[0-9]{1,18}")

MOST_KEPT = 512
"""Heads that are remembered: a client sends the same one again and again."""


class Head:
    """What a request says before its body.

    Attributes
    ----------
    method, path : str
        As sent; the path decoded and without its query.
    length : int
        Bytes of the body.
    media : str
        The media type of the body, in lower case, without parameters; empty where it is not said.
    media_parameters : dict
        Its parameters, names in lower case.
    is_json : bool
        Whether the body is JSON, and nothing more is said of it.
    is_usual : bool
        Whether JSON is posted to ``/invocations``.
    keep_alive : bool
        Whether the connection stays open after the answer.
    expects : bool
        Whether the client waits for ``100 Continue`` before it sends the body.
    old : bool
        Whether it is a request of HTTP/1.0.
    """

    __slots__ = (
        "expects",
        "is_json",
        "is_usual",
        "keep_alive",
        "length",
        "media",
        "media_parameters",
        "media_said",
        "method",
        "old",
        "path",
    )

    def __init__(self, method: str, path: str, media: str = "", length: int = 0) -> None:
        self.method = method
        self.path = path
        self.length = length
        self.media_said = media
        self.media, self.media_parameters = _media(media)
        self.is_json = self.media == "application/json" and not self.media_parameters
        self.is_usual = self.is_json and method == "POST" and path == "/invocations"
        self.keep_alive = True
        self.expects = False
        self.old = False


class Heads:
    """Reads heads, and remembers those it has read: the same bytes say the same."""

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}

    def read(self, raw: bytes) -> Head:
        """Return what a head says.

        Parameters
        ----------
        raw : bytes
            Without the empty line that ends it.

        Raises
        ------
        Refusal
            Where it is not a head of HTTP/1.0 or 1.1, or may be read in two ways.
        """
        head = self._known.get(raw)
        if head is None:
            head = read_head(raw)
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[raw] = head
        return head


def read_head(raw: bytes) -> Head:
    """Return what a head says; see :meth:`Heads.read`."""
    first, *lines = raw.split(b"\r\n")
    found = _LINE.fullmatch(first)
    if found is None:
        raise _no_request(first)
    fields = _fields(lines)
    _check_framing(fields, newer=found[3] == b"1")
    target = found[2].decode("ascii").partition("?")[0]
    head = Head(
        found[1].decode("ascii"),
        unquote(target) if "%" in target else target,
        fields.get("content-type", ""),
        int(fields.get("content-length", "0")),
    )
    words = {word.strip().lower() for word in fields.get("connection", "").split(",")}
    head.keep_alive = "close" not in words if found[3] == b"1" else "keep-alive" in words
    head.old = found[3] == b"0"
    head.expects = not head.old and fields.get("expect", "").lower() == "100-continue"
    return head


def _no_request(first: bytes) -> Refusal:
    version = first.rpartition(b" ")[2]
    if version.startswith(b"HTTP/") and version not in (b"HTTP/1.0", b"HTTP/1.1"):
        return Refusal(505, "this server speaks HTTP/1.1 and HTTP/1.0")
    return Refusal(400, "the first line is not that of an HTTP request")


def _fields(lines: list[bytes]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found is None:
            raise Refusal(400, "a line of the head is not a header field")
        name = found[1].decode("ascii").lower()
        value = found[2].decode("latin-1").strip(" \t")
        if name in fields and name in ("content-length", "host", "content-type", "transfer-encoding"):
            raise Refusal(400, f"the header field {name} is there twice")
        fields[name] = value if name not in fields else fields[name] + "," + value
    return fields


def _check_framing(fields: dict[str, str], newer: bool) -> None:
    if "transfer-encoding" in fields:
        raise Refusal(501, "Transfer-Encoding is not taken: send the body whole, with its Content-Length")
    if "content-length" in fields and not _WHOLE.fullmatch(fields["content-length"].encode("latin-1")):
        raise Refusal(400, "the Content-Length is not a whole number")
    if newer and "host" not in fields:
        raise Refusal(400, "a request of HTTP/1.1 names its Host")
    if fields.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "a body is taken as it is, not compressed")


def _media(said: str) -> tuple[str, dict[str, str]]:
    media, *rest = said.split(";")
    pairs = (part.partition("=") for part in rest if part.strip())
    return media.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
