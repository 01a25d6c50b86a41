"""``mlctl store gc`` and ``usage``: what takes room, and what nobody needs any more."""

import re
import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mlctl.errors import UsageError
from mlctl.store import gc, gc_sweep
from mlctl.store.gc import Doomed, Sweep, Wish
from mlctl.store.store import Store
from mlctl.store.usage import Room
from mlctl.store.usage import usage as measured

_AGE = re.compile(r"(\d{1,6}) ?([hdwy])")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7, "y": 24 * 365}


def age(text: str) -> timedelta:
    """Return an age that was typed.

    Raises
    ------
    UsageError
        When it is none.

    Examples
    --------
    >>> age("90d"), age("36 h")
    (datetime.timedelta(days=90), datetime.timedelta(days=1, seconds=43200))
    """
    match = _AGE.fullmatch(text.strip())
    if not match:
        raise UsageError(f"--older-than {text!r} is no age", "a number and a unit: 36h, 90d, 12w or 1y")
    return timedelta(hours=int(match[1]) * _HOURS[match[2]])


def wish(keep_last: int | None, older_than: str | None) -> Wish:
    """Return what a person wants rid of."""
    return Wish(keep_last, age(older_than) if older_than else None)


def command(keep_last: int | None, older_than: str | None) -> str:
    """Return the command that does what a dry run has shown.

    Examples
    --------
    >>> command(3, "36 h")
    "mlctl store gc --keep-last 3 --older-than '36 h'"
    """
    wanted = {"--keep-last": keep_last, "--older-than": older_than}
    words = [word for option, value in wanted.items() if value is not None for word in (option, str(value))]
    return shlex.join(["mlctl", "store", "gc", *words])


def plan(store: Store, wanted: Wish, now: datetime) -> Sweep:
    """Return what would be deleted; nothing is changed."""
    return gc.plan(store.site, wanted, now)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a sweep did, or would do."""

    doomed: tuple[Doomed, ...]
    kept: tuple[tuple[str, str], ...]
    said: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """What it frees."""
        return sum(one.bytes for one in self.doomed)

    def rows(self, store: Store) -> list[dict[str, Any]]:
        """Return a row of the table for each thing."""
        return [
            {
                "kind": one.kind,
                "name": one.name,
                "bytes": one.bytes,
                "why": one.why,
                "path": store.relative(one.paths[0]),
            }
            for one in self.doomed
        ]


def planned(sweep: Sweep) -> Deleted:
    """Return a plan as a result."""
    return Deleted(sweep.doomed, sweep.kept, sweep.said)


def sweep(store: Store, wanted: Sweep) -> Deleted:
    """Delete what a plan names; see :func:`mlctl.store.gc_sweep.sweep`."""
    done = gc_sweep.sweep(store.site, wanted)
    return Deleted(done.doomed, (*wanted.kept, *done.left), wanted.said)


def usage(store: Store) -> tuple[Room, ...]:
    """Return what each part of a store takes, the largest first."""
    return measured(store.site)
