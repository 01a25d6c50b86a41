"""The experiment in use: a log of events, and a pointer that repeats what the log says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.json_text import parsed
from mlctl.domain.version_id import VersionId
from mlctl.errors import BusyError, DamagedError, MlctlError, NotFoundError
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
        ``promote``, ``rollback``, ``retrain``, ``refuse``, ``look``.
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


def stamp(site: Site, project: str, model: str) -> tuple[object, ...]:
    """Return the time and size of the files that tell the champion; None for one that is missing."""
    return tuple(
        _seen(path) for path in (site.layout.events(project, model), site.layout.champion(project, model))
    )


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def record_event(site: Site, project: str, model: str, event: Event) -> None:
    """Append an event, and have the pointer follow where it changes the champion.

    Raises
    ------
    BusyError
        When somebody else holds the store's lock for too long.
    """
    with site.locked():
        _append(site, project, model, event)


def promote(site: Site, project: str, model: str, event: Event, expected: str | None) -> str:
    """Change the champion, if it still is the one that was expected: compare and swap, under the lock.

    Parameters
    ----------
    event : Event
        One of :data:`CHANGES`. It is synced before the pointer moves; a crash between the two leaves the
        event, which counts.
    expected : str or None
        The version id of the champion that the new one was held against; None for no champion.

    Returns
    -------
    str
        Why the pointer could not follow; empty where it did. The event counts either way.

    Raises
    ------
    BusyError
        When another one is the champion by now, or somebody else holds the store's lock for too long:
        nothing was changed.
    NotFoundError
        When the new champion's directory is gone.
    """
    with site.locked():
        found = champion(site, project, model)
        if found != expected:
            raise BusyError(
                f"the champion of {project}/{model} is {found or 'gone'} by now, not {expected or 'none'}: "
                "somebody else changed it meanwhile",
                "ask again: the new champion has to be compared with",
            )
        after = event.after
        if after and not site.layout.unlinked(site.layout.experiment(project, model, after)).is_dir():
            raise NotFoundError(f"{after} is gone", "take it back: mlctl experiment restore")
        return _append(site, project, model, event)


def settle(site: Site, project: str, model: str) -> None:
    """Have the pointer say what the events say, where a crash or a full disk kept it from following."""
    with site.locked():
        follow(site, project, model)


def follow(site: Site, project: str, model: str) -> None:
    """Have the pointer say what the events say; the caller holds the lock."""
    _point(site, project, model, champion(site, project, model))


def _append(site: Site, project: str, model: str, event: Event) -> str:
    log = site.layout.unlinked(site.layout.events(project, model))
    files.append_line(log, json.dumps(plain(event.to_dict()), ensure_ascii=False))
    if event.what not in CHANGES:
        return ""
    try:
        _point(site, project, model, event.after)
    except MlctlError as error:  # what is in the log has happened
        return error.message
    return ""


def _point(site: Site, project: str, model: str, version: str | None) -> None:
    pointer = site.layout.unlinked(site.layout.champion(project, model))
    if version is None:
        if pointer.exists():
            files.remove_file(pointer)
    elif _pointed(pointer) != version:
        files.write_atomic(pointer, f"{version}\n")


def _backward(path: Path) -> Iterator[Event]:
    try:
        lines = files.read_bytes_limited(path, _LARGEST_LOG).split(b"\n")
    except NotFoundError:
        return
    # What follows the last newline is torn, or nothing.
    for line in reversed(lines[:-1]):
        if event := _parsed(line):
            yield event


def is_event(line: bytes) -> bool:
    """Tell whether the bytes of a line, without its end, are an event."""
    return _parsed(line) is not None


def _parsed(line: bytes) -> Event | None:
    if not line.lstrip().startswith(b"{"):
        return None  # told at once: garbage has many lines
    try:
        tree = parsed(line)
    except ValueError:
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
    except (NotFoundError, DamagedError):
        return None
    return text if _is_version(text) else None
