"""The files of a served log's directory: which there are, and which have to go."""

from __future__ import annotations

import contextlib
import json
import os

PREFIX, SUFFIX = "served-", ".jsonl"

_LONGEST = 1 << 16
"""Bytes of a heading, at most."""


def keep_newest(current: str, model: str, most: int) -> None:
    """Remove the files of a model's log that were written to least lately.

    Those of an earlier start and of the other workers count as well: what rotates has a limit only so. A
    worker whose file is gone begins another one. The files of another model's log stay.

    Parameters
    ----------
    current : str
        The file that is written to, which stays; its directory is looked at.
    model : str
        The model's name, as the files' first lines have it.
    most : int
        Files that stay, that one among them; at least 1.
    """
    folder = os.path.dirname(current)
    paths = [os.path.join(folder, name) for name in os.listdir(folder) if _is_log(name)]
    if len(paths) <= most:
        return
    others = [path for path in paths if path != current and _model_of(path) == model]
    dated = sorted((_modified(path), path) for path in others)
    for _, path in dated[: max(0, len(dated) + 1 - most)]:
        with contextlib.suppress(FileNotFoundError):  # another worker was quicker
            os.remove(path)


def _is_log(name: str) -> bool:
    return name.startswith(PREFIX) and name.endswith(SUFFIX)


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return 0.0


def _model_of(path: str) -> object:
    try:
        with open(path, "rb") as stream:
            heading = json.loads(stream.readline(_LONGEST))
    except (OSError, ValueError):
        return None
    return heading.get("model") if type(heading) is dict else None
