"""What the connections of one worker share, and the writing of their answers."""

from __future__ import annotations

from .connection import Connection
from .replies import Encoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .app import App
    from .heads import Heads
    from .settings import Settings

SIGNS = 8
"""Answers in a row to different clients after which those of one turn are written together: the system wakes
the clients once, and this process is not interrupted between two predictions."""


class Hub:
    """What the connections of one worker share.

    Attributes
    ----------
    connections : set of Connection
        Those that are open.
    held : int
        Bytes that large bodies hold, or will.
    now : float
        Seconds of the loop's clock, a fraction of a second old.
    draining : bool
        Whether the server ends: each answer is then the last of its connection.
    """

    def __init__(
        self,
        app: App,
        heads: Heads,
        settings: Settings,
        now: float,
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        self.app, self.heads, self.settings = app, heads, settings
        self.encoder = Encoder()
        self.connections: set[Connection] = set()
        self.held = 0
        self.now = now
        self.draining = False
        self._later = later
        self._waiting: list[tuple[Any, bytes]] = []
        self._together = False
        self._last: Connection | None = None
        self._signs = 0

    def connect(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self)

    def write(self, connection: Connection, transport: Any, data: bytes) -> None:
        """Write an answer, at once or with those of the others that asked in the same turn."""
        if self._together:
            if not self._waiting:
                self._later(self.flush)
            self._waiting.append((transport, data))
            return
        transport.write(data)
        self._signs = self._signs + 1 if connection is not self._last else 0
        self._last = connection
        self._together = self._signs > SIGNS

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            transport.write(data)
        # Where nobody else asks in the same turn, an answer waits for nothing.
        self._signs = self._signs - 1 if len(waiting) < 2 else SIGNS
        self._together = self._signs > 0
