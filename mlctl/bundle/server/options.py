"""The server's settings as words of a command line: for bundles, which have no other library to read them."""

from __future__ import annotations

import argparse
from dataclasses import fields

from .settings import Settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    usual = Settings()
    parser.add_argument("--host", default=usual.host, help="address to listen at (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=usual.port, help="0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--workers", type=_count, default=usual.workers, help="processes (default: 1)")
    parser.add_argument(
        "--log-dir", default="", metavar="DIR", help="write down inputs, outputs and feedback there"
    )
    parser.add_argument(
        "--log-sample", type=_share, default=1.0, metavar="SHARE", help="share of predictions logged"
    )
    parser.add_argument(
        "--log-redact", action="append", default=[], metavar="COLUMN", help="leave this column out of the log"
    )
    parser.add_argument(
        "--log-mb", type=_count, default=usual.log_bytes >> 20, help="size of one log file, in MB"
    )
    parser.add_argument(
        "--log-files", type=_count, default=usual.log_files, help="log files kept for each worker"
    )
    parser.add_argument(
        "--max-body-mb", type=_count, default=usual.most_body >> 20, help="largest body, in MB"
    )
    parser.add_argument(
        "--max-connections", type=_count, default=usual.most_connections, help="of one worker"
    )
    parser.add_argument(
        "--max-waiting", type=_count, default=usual.most_waiting, help="requests that may wait"
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=usual.request_s, help="seconds for a request to arrive"
    )


def settings_of(asked: argparse.Namespace) -> Settings:
    """Return the settings that the words mean."""
    renamed = {
        "most_body": asked.max_body_mb << 20,
        "most_connections": asked.max_connections,
        "most_waiting": asked.max_waiting,
        "log_bytes": asked.log_mb << 20,
        "log_redact": tuple(asked.log_redact),
        "request_s": asked.timeout,
        "write_s": asked.timeout,
    }
    same = {
        field.name: getattr(asked, field.name) for field in fields(Settings) if hasattr(asked, field.name)
    }
    return Settings(**{**same, **renamed})


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _count(text: str) -> int:
    return _whole(text, 1, 1_000_000)


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
    return number


def _share(text: str) -> float:
    return _number(text, 1.0, "a share: above 0, at most 1")


def _seconds(text: str) -> float:
    return _number(text, 86_400.0, "a number of seconds above 0")


def _number(text: str, most: float, words: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {words}")
    return number
