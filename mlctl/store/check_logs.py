"""What is only ever appended to, line by line, and the champion that the events tell."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlctl import files
from mlctl.domain.findings import Finding
from mlctl.errors import MlctlError, NotFoundError
from mlctl.store import champion as events
from mlctl.store import journal
from mlctl.store.record_files import read_tree
from mlctl.store.site import Site

_LARGEST = 256_000_000
_LARGEST_POINTER = 1_000
_LOOKS = 60
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Log:
    """A log of lines.

    Attributes
    ----------
    is_line : callable
        Tells whether the bytes of a line are one of its kind.
    """

    path: Path
    is_line: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Lines:
    """A log taken apart: what it is made of, and the lines that are none."""

    whole: list[bytes]
    torn: dict[int, bytes]
    """By their number, counted from 1."""


def logs(site: Site, project: str, model: str) -> tuple[Log, ...]:
    """Return the logs of a model, whether or not they are there."""
    layout = site.layout
    return (
        Log(layout.events(project, model), events.is_event),
        Log(layout.journal(project, model), journal.is_entry),
        Log(layout.usage(project, model), journal.is_entry),
    )


def taken_apart(site: Site, log: Log) -> Lines:
    """Return the lines of a log; what follows the last newline is torn, however it reads.

    Raises
    ------
    MlctlError
        When it cannot be read.
    """
    try:
        *lines, rest = files.read_bytes_limited(site.layout.unlinked(log.path), _LARGEST).split(b"\n")
    except NotFoundError:
        return Lines([], {})
    torn = {number: line for number, line in enumerate(lines, 1) if not log.is_line(line)}
    whole = [line for number, line in enumerate(lines, 1) if number not in torn]
    return Lines(whole, torn | ({len(lines) + 1: rest} if rest else {}))


def check(site: Site, project: str, model: str) -> Iterator[Finding]:
    """Yield what is wrong with the logs of a model, and with the pointer to its champion."""
    for log in logs(site, project, model):
        yield from _lines(site, log)
    layout = site.layout
    for path in (layout.retrain_params(project, model), layout.retrain_origin(project, model)):
        yield from _page(site, path)
    try:
        yield from _settled(site, project, model)
    except MlctlError as error:
        shown = site.layout.shown(site.layout.champion(project, model))
        yield Finding("unreadable", shown, error.message, "person")


def _lines(site: Site, log: Log) -> Iterator[Finding]:
    shown = site.layout.shown(log.path)
    try:
        torn = taken_apart(site, log).torn
    except MlctlError as error:
        yield Finding("unreadable", shown, error.message, "person")
        return
    if torn:
        numbers = ", ".join(map(str, list(torn)[:5])) + (" …" if len(torn) > 5 else "")
        yield Finding("torn-line", shown, f"line {numbers} is torn or none of its kind", "repair", "untidy")


def _page(site: Site, path: Path) -> Iterator[Finding]:
    """Yield a finding where what retraining reads is no mapping."""
    try:
        read_tree(site.layout.unlinked(path))
    except NotFoundError:
        return
    except MlctlError as error:
        said = f"cannot be read: {error.message}; to keep the parameters again: mlctl schedule add"
        yield Finding("parameters", site.layout.shown(path), said, "person")


def _settled(site: Site, project: str, model: str) -> list[Finding]:
    """Return what is wrong with the pointer, and still is when nobody can be about to move it."""
    found = list(_champion(site, project, model))
    for _ in range(_LOOKS):
        if not found:
            break
        time.sleep(_LOOK_SECONDS)
        is_free = not files.is_locked(site.layout.lock)
        before, found = found, list(_champion(site, project, model))
        if is_free and before == found:
            break
    return found


def _champion(site: Site, project: str, model: str) -> Iterator[Finding]:
    layout = site.layout
    wanted = events.champion(site, project, model)
    pointer = layout.unlinked(layout.champion(project, model))
    shown = layout.shown(pointer)
    if os.path.lexists(pointer):
        text = files.read_bytes_limited(pointer, _LARGEST_POINTER).decode(errors="replace").strip()
        if text != (wanted or ""):
            said = f"names {text!a:.80}, and the events say {wanted or 'that there is no champion'}"
            yield Finding("pointer", shown, said, "repair", "untidy")
    elif wanted:
        yield Finding("pointer", shown, f"is missing; the events say {wanted}", "repair", "untidy")
    if wanted and not layout.unlinked(layout.experiment(project, model, wanted)).is_dir():
        said = f"names {wanted}, which is gone; if it was removed: mlctl experiment restore {wanted}"
        yield Finding("dangling", shown, f"{said}; else put another in use: mlctl rollback", "person")
