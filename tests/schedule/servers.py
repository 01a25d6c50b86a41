"""Servers for tests, each in a thread: one that takes mail, one that takes requests."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Mailbox:
    """What an SMTP server was told."""

    port: int = 0
    words: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


class Conversation(socketserver.StreamRequestHandler):
    """One client of the SMTP server."""

    server: "Mailserver"

    def setup(self) -> None:
        self.box, self.context = self.server.box, self.server.context
        self.secure = self.server.at_once
        if self.secure:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        if self.secure:
            self.request.close()  # the server closes the one that it accepted

    def say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode():
            verb = line.split()[0].upper() if line.strip() else ""
            self.box.words.append(verb)
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb in self.server.answers:
                self.say(self.server.answers[verb])
            else:
                getattr(self, f"on_{verb.lower()}", lambda _line: self.say("250 well"))(line)

    def on_ehlo(self, _line: str) -> None:
        offered = "STARTTLS" if self.context and not self.secure else "HELP"
        self.say("250-here", "250-AUTH PLAIN", f"250 {offered}")

    def on_starttls(self, _line: str) -> None:
        self.say("220 go on")
        self.request = self.context.wrap_socket(self.request, server_side=True)
        self.secure = True
        super().setup()

    def on_auth(self, line: str) -> None:
        _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
        self.box.logins.append((user, password))
        self.say("235 well" if password == "hush" else "535 5.7.8 wrong user or password")

    def on_data(self, _line: str) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        self.box.messages.append("".join(lines))
        self.box.encrypted.append(self.secure)
        self.say("250 taken")


class Mailserver(socketserver.ThreadingTCPServer):
    """SMTP (RFC 5321), with STARTTLS and AUTH PLAIN where there is a context."""

    daemon_threads = True
    box: Mailbox
    context: Any
    at_once: bool
    answers: Mapping[str, str]

    def handle_error(self, _request: Any, _client: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def smtp(
    context: ssl.SSLContext | None = None, *, at_once: bool = False, answers: Mapping[str, str] | None = None
) -> Iterator[Mailbox]:
    """Take mail; encrypted from the start, or with answers of one's own to some verbs."""
    with Mailserver(("127.0.0.1", 0), Conversation) as server:
        server.box, server.context, server.at_once = Mailbox(server.server_address[1]), context, at_once
        server.answers = answers or {}
        with running(server):
            yield server.box


@dataclass
class Requests:
    """What an HTTP server was asked."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    types: list[str] = field(default_factory=list)


@contextmanager
def web(status: int = 200, *, drip: threading.Event | None = None) -> Iterator[Requests]:
    """Serve HTTP; with ``drip``, a byte of the answer at a time until the event is set."""
    asked = Requests()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.paths.append(self.path)
            asked.types.append(self.headers["Content-Type"])
            asked.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            if drip:
                self.wfile.write(b"HTTP/1.1 ")
                while not drip.wait(0.02):
                    self.wfile.write(b" ")
                return
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        asked.url = f"http://127.0.0.1:{server.server_address[1]}"
        with running(server):
            yield asked


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve in a thread for the length of a block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
