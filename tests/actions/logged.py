"""Served logs, as a server writes them, and files of predictions."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

HEADING = {
    "what": "log",
    "format": 1,
    "model": "buys",
    "version": "shop_nogit_3",
    "sample": 1.0,
    "redacted": [],
}


def moment(number: int, day: int = 1) -> str:
    """Return a time of January 2026 that sorts by day and number."""
    return f"2026-01-{day:02d}T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}.000000Z"


def prediction(
    number: int, output: Any, *, version: str = "shop_nogit_3", day: int = 1, **more: Any
) -> dict[str, Any]:
    """Return a line of a prediction; its id is ``p-NUMBER``, its input ``customer`` the number."""
    line = {
        "what": "prediction",
        "id": f"p-{number}",
        "time": moment(number, day),
        "version": version,
        "inputs": {"customer": number},
        "output": output,
    }
    return line | more


def feedback(number: int, actual: Any, *, day: int = 9) -> dict[str, Any]:
    """Return a line of an actual value."""
    return {"what": "feedback", "id": f"p-{number}", "time": moment(number, day), "actual": actual}


def write(
    folder: Path, *lines: Mapping[str, Any] | str, name: str = "1", head: Mapping[str, Any] = HEADING
) -> Path:
    """Write a file of a log."""
    folder.mkdir(exist_ok=True)
    told = [
        line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) for line in (head, *lines)
    ]
    (folder / f"served-{name}.jsonl").write_text("\n".join(told) + "\n")
    return folder


def table(path: Path, head: str, rows: Iterable[Sequence[Any]]) -> Path:
    """Write a CSV."""
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([head.split(","), *rows])
    return path
