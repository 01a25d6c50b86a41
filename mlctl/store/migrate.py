"""Bring a store of an older format to the newest: a step for each, which may be cut off and run again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.store.layout import FORMAT, FORMAT_WORD
from mlctl.store.site import Site

_LARGEST_FORMAT = 1000

Step = Callable[[Site], None]
"""Brings a store to the next format. What it finds done already it leaves; it writes through
:func:`rewritten`, so that each file is the old one or the new one, whole. The store's lock is held."""

STEPS: Mapping[int, Step] = {}
"""By the format that a step begins from."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What came of it; both are equal where the store was of the newest format."""

    before: int
    after: int


def migrate(site: Site, *, steps: Mapping[int, Step] = STEPS, newest: int = FORMAT) -> Migrated:
    """Bring a store to the newest format; the number in ``FORMAT`` is raised after each step, last.

    Raises
    ------
    BusyError
        When somebody else holds the store's lock for too long.
    MlctlError
        When the disk refuses: the store is then of the format that ``FORMAT`` says; run it again.
    """
    before = number = format_of(site)
    while number < newest:
        with site.locked():
            steps[number](site)
            number += 1
            files.write_atomic(site.layout.format, f"{FORMAT_WORD} {number}\n")
    return Migrated(before, number)


def format_of(site: Site) -> int:
    """Return the number of a store's format, which opening it has checked."""
    text = files.read_bytes_limited(site.layout.format, _LARGEST_FORMAT).decode(errors="replace")
    return int(text.removeprefix(FORMAT_WORD))


def rewritten(path: Path, change: Callable[[bytes], bytes], largest: int = 1 << 26) -> bool:
    """Replace a file by what a function makes of it, by a rename; return whether it changed.

    Parameters
    ----------
    change : callable
        Bytes in, bytes out. What it made it gives back as it is, so that a step may be run twice.
    """
    was = files.read_bytes_limited(path, largest)
    becomes = change(was)
    if becomes != was:
        files.write_atomic(path, becomes)
    return becomes != was
