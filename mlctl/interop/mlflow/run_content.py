"""How much a run of a file store holds: a copy that was cut off has less than a later one."""

import os
import re
from pathlib import Path

from mlctl.interop.mlflow.read_plain import folders, is_folder

NEEDED = ("metrics", "params", "artifacts")
"""Directories without which MLflow says that there is no such run; git drops them when they are empty."""

_COUNTED = ("metrics", "params", "tags", "artifacts")
_PAIR = re.compile(r"(\w+) (\d+)/(\d+)")


def missing(folder: Path) -> tuple[str, ...]:
    """Return which of the directories that MLflow needs a run's directory lacks."""
    return tuple(name for name in NEEDED if not is_folder(folder / name))


def content(folder: Path) -> str:
    """Return the files and bytes of a run by kind, as one line; its logged models are counted too.

    Examples
    --------
    ``metrics 2/41 params 1/3 tags 0/0 artifacts 1/14 models 0/0``.
    """
    made = [folder.parent / "models" / name / "artifacts" for name in folders(folder / "outputs")]
    counts = {name: _counted([folder / name]) for name in _COUNTED} | {"models": _counted(made)}
    return " ".join(f"{name} {number}/{size}" for name, (number, size) in counts.items())


def has_grown(now: str, then: str) -> bool:
    """Tell whether there is more of a run than there was, and less of nothing; False if either is empty."""
    before, after = _pairs(then), _pairs(now)
    if not before or before.keys() != after.keys():
        return False
    return after != before and all(
        number >= before[name][0] and size >= before[name][1] for name, (number, size) in after.items()
    )


def _pairs(line: str) -> dict[str, tuple[int, int]]:
    return {name: (int(number), int(size)) for name, number, size in _PAIR.findall(line)}


def _counted(places: list[Path]) -> tuple[int, int]:
    """Return how many plain files there are below, and their bytes; links are not followed."""
    sizes = [
        entry.stat(follow_symlinks=False).st_size
        for place in places
        if is_folder(place)
        for inner, _, _ in os.walk(place)
        for entry in os.scandir(inner)
        if entry.is_file(follow_symlinks=False)
    ]
    return len(sizes), sum(sizes)
