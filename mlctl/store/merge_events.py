"""Two logs of events as one, by time; the target's champion stays the one in use."""

import heapq
import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlctl import files
from mlctl.files.atomic import TORN
from mlctl.store import champion as champions
from mlctl.store.champion import CHANGES
from mlctl.store.check_logs import Log, taken_apart
from mlctl.store.merge_names import renamed
from mlctl.store.site import Site

_LARGEST = 256_000_000

Event = dict[str, Any]


def merge_events(
    target: Site, other: Site, project: str, model: str, renames: Mapping[str, str], *, dry_run: bool = False
) -> int:
    """Bring a model's events; return how many are new.

    Where the target has a champion, an event that made another one the champion of the other store comes
    as ``merged``, with what it was as ``was``: it tells, and changes nothing. So do all of them where the
    one that they lead to was not brought.
    """
    log = target.layout.unlinked(target.layout.events(project, model))
    mine = _lines(log)
    whole = taken_apart(other, Log(other.layout.events(project, model), champions.is_event)).whole
    theirs = [renamed(json.loads(line), renames) for line in whole]
    known = {_identity(json.loads(line)) for line in mine if champions.is_event(line)}
    fresh = [event for event in theirs if _identity(event) not in known]
    if not fresh or dry_run:
        return len(fresh)
    if champions.champion(target, project, model) or not _leads_here(target, project, model, theirs):
        fresh = [_told(event) for event in fresh]
    added = [json.dumps(event, ensure_ascii=False).encode() for event in fresh]
    merged = heapq.merge(_timed(mine), _timed(added), key=lambda pair: pair[0])
    files.write_atomic(log, b"".join(line + b"\n" for _, line in merged))
    champions.follow(target, project, model)
    return len(fresh)


def _lines(log: Any) -> list[bytes]:
    if not log.exists():
        return []
    *lines, rest = files.read_bytes_limited(log, _LARGEST).split(b"\n")
    return [*lines, rest + TORN.encode()] if rest else lines


def _timed(lines: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield each line with its time; one that is no event, or from a clock set back, has that before it."""
    time = ""
    for line in lines:
        if champions.is_event(line):
            time = max(time, json.loads(line)["time"])
        yield time, line


def _identity(event: Event) -> tuple[Any, ...]:
    what = event.get("was", event["what"])
    return event["time"], event["who"], what, event.get("from"), event.get("to")


def _leads_here(target: Site, project: str, model: str, events: list[Event]) -> bool:
    last = next((event.get("to") for event in reversed(events) if event["what"] in CHANGES), None)
    return bool(last) and target.layout.experiment(project, model, str(last)).is_dir()


def _told(event: Event) -> Event:
    if event["what"] not in CHANGES:
        return event
    return event | {"what": "merged", "was": event["what"]}
