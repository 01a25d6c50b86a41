"""What is measured."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """A model that can be served.

    Attributes
    ----------
    name, version : str
        The model, and its model version id.
    tier : str
        What computes: ``portable``, ``sklearn`` or what a bundle says of itself.
    serve : tuple of str
        The command that serves it; ``--port 0`` is added. It says its address on stderr.
    predict : tuple of str
        The command that reads one row from stdin and writes its prediction: what a cold start is. Empty where
        there is none.
    probe : tuple of str
        The command that measures rows within its process and writes :class:`~mlctl.bundle.bench.rows.Rows`
        as JSON; the seconds it may take are added. Empty where there is none.
    selftest : tuple of str
        The command that ends with 0 where the model answers as it should. Empty where there is none.
    rows : tuple of mapping
        Rows to ask about, at least one; sent in turn.
    size : int
        Bytes of the model's file.
    """

    name: str
    version: str
    tier: str
    serve: tuple[str, ...]
    predict: tuple[str, ...]
    probe: tuple[str, ...]
    selftest: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    size: int

    def bodies(self, most: int = 64) -> list[bytes]:
        """Return bodies of one row each, as ``dataframe_split``."""
        return [body([row]) for row in self.rows[:most]]


def body(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the body of a request about rows with the same columns."""
    columns = list(rows[0])
    data = [[row[name] for name in columns] for row in rows]
    return json.dumps({"dataframe_split": {"columns": columns, "data": data}}, ensure_ascii=False).encode()


def request(
    body: bytes, path: str = "/invocations", *, close: bool = False, media: str = "application/json"
) -> bytes:
    """Return a whole request."""
    end = "Connection: close\r\n" if close else ""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: {media}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{end}\r\n".encode() + body
