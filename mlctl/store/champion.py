"""The experiment in use: a log of events, and a pointer that repeats what the log says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.version_id import VersionId
from mlctl.errors import NotFoundError
from mlctl.store.record_files import plain
from mlctl.store.site import Site

CHANGES = ("promote", "rollback")
"""The events after which another experiment is the champion; all others only tell what happened."""

_LARGEST_LOG = 256_000_000
_LARGEST_POINTER = 1_000
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a model's ``events.jsonl``.

    Attributes
    ----------
    time : str
        When, as the store writes times.
    who : str
        Who or what did it.
    what : str
        ``promote``, ``rollback``, ``retrain``, ``refuse``.
    before, after : str or None
        The champion before and after it; ``from`` and ``to`` in the file.
    why : list of str
        The reasons.
    details : dict
        What else the line says.
    """

    time: str
    who: str
    what: str
    before: str | None = None
    after: str | None = None
    why: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return what is written, in order."""
        ends = {"from": self.before, "to": self.after}
        return {
            "time": self.time,
            "who": self.who,
            "what": self.what,
            **ends,
            "why": self.why,
            **self.details,
        }


def events(site: Site, project: str, model: str) -> tuple[Event, ...]:
    """Return what became of a model, the oldest first; lines that are torn or no events are left out."""
    return tuple(reversed(list(_backward(site.layout.unlinked(site.layout.events(project, model))))))


def champion(site: Site, project: str, model: str) -> str | None:
    """Return the version id of the experiment in use, or None.

    The last event that changed it is right, also where a crash kept the pointer from following. The pointer
    counts where there is no such event.
    """
    for event in _backward(site.layout.unlinked(site.layout.events(project, model))):
        if event.what in CHANGES:
            return event.after
    return _pointed(site.layout.unlinked(site.layout.champion(project, model)))


def record_event(site: Site, project: str, model: str, event: Event) -> None:
    """Append an event, and have the pointer follow where it changes the champion.

    Raises
    ------
    BusyError
        When somebody else holds the store's lock for too long.
    """
    layout = site.layout
    log, pointer = (
        layout.unlinked(layout.events(project, model)),
        layout.unlinked(layout.champion(project, model)),
    )
    with site.locked():
        files.append_line(log, json.dumps(plain(event.to_dict()), ensure_ascii=False))
        if event.what in CHANGES and event.after is not None:
            files.write_atomic(pointer, f"{event.after}\n")
        elif event.what in CHANGES and pointer.exists():
            files.remove_file(pointer)


def _backward(path: Path) -> Iterator[Event]:
    try:
        lines = files.read_bytes_limited(path, _LARGEST_LOG).split(b"\n")
    except NotFoundError:
        return
    # What follows the last newline is torn, or nothing.
    for line in reversed(lines[:-1]):
        if event := _parsed(line):
            yield event


def _parsed(line: bytes) -> Event | None:
    try:
        tree = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict):
        return None
    time, who, what = (tree.pop(key, None) for key in ("time", "who", "what"))
    before, after, why = tree.pop("from", None), tree.pop("to", None), tree.pop("why", [])
    whole = (
        all(isinstance(text, str) for text in (time, who, what))
        and all(version is None or _is_version(version) for version in (before, after))
        and isinstance(why, list)
        and all(isinstance(reason, str) for reason in why)
    )
    return Event(time, who, what, before, after, why, tree) if whole else None


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and VersionId.parse(value) is not None


def _pointed(path: Path) -> str | None:
    try:
        text = files.read_bytes_limited(path, _LARGEST_POINTER).decode(errors="replace").strip()
    except NotFoundError:
        return None
    return text if _is_version(text) else None
