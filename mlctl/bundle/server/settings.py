"""What a server is told once, when it starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Where to listen, how much to take on, and what to write down.

    Attributes
    ----------
    host : str
        The address to listen at; only this machine reaches the default.
    port : int
        0 takes a free one.
    workers : int
        Processes; each has a socket of its own at the same port.
    most_body : int
        Bytes of a request's body; more is refused with 413.
    most_head : int
        Bytes of a request's head; more is refused with 431.
    most_waiting : int
        Requests of one worker that may wait for their answer; one more is refused with 429.
    most_waiting_bytes : int
        Bytes of bodies that one worker may hold; more is refused with 429.
    most_connections : int
        Of one worker; one more is refused with 429.
    request_s : float
        Seconds from a request's first byte to its last; then 408.
    idle_s : float
        Seconds that a connection may be open without a request.
    write_s : float
        Seconds that a client may take to read an answer.
    grace_s : float
        Seconds, after SIGTERM, in which clients whose connection is open may still send a request.
    drain_s : float
        Seconds, after SIGTERM, after which what is not answered yet is given up.
    log_dir : str
        Directory of the served log; empty for none.
    log_sample : float
        Share of the predictions that are logged, in (0, 1].
    log_redact : tuple of str
        Columns whose values are not written down.
    log_bytes : int
        Size at which a log file is closed and the next one begun.
    log_files : int
        Log files that are kept for each worker, those of earlier starts among them; the oldest are removed.
    watch_s : float
        Seconds between two looks at whether there is a new version.
    count_s : float
        Seconds between two reports of how much was served.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    most_body: int = 16 << 20
    most_head: int = 16 << 10
    most_waiting: int = 1000
    most_waiting_bytes: int = 256 << 20
    most_connections: int = 4000
    request_s: float = 30.0
    idle_s: float = 75.0
    write_s: float = 30.0
    grace_s: float = 1.0
    drain_s: float = 30.0
    log_dir: str = ""
    log_sample: float = 1.0
    log_redact: tuple[str, ...] = ()
    log_bytes: int = 64 << 20
    log_files: int = 16
    watch_s: float = 1.0
    count_s: float = 60.0
