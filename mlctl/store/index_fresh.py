"""Bring an index up to date with what a walk found, and have it answer.

Where the file cannot be written to, or is busy or ruined, another index is made in memory: from what the file
holds, as far as it can be read, and from the records' files.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from mlctl.domain.version_id import VersionId
from mlctl.store.index import UNSETTLED, Entry, FlippedError, Index, Stamp
from mlctl.store.index_shelf import Shelf
from mlctl.store.scan import Walk

T = TypeVar("T")
Owners = dict[int, tuple[str, str]]

_CACHE_KIB = 32_000
"""With SQLite's own 2,000, pages of 100,000 experiments would be written again and again."""

_AT_ONCE = 500
"""Records that are read before they are put down: what was read is not lost where somebody stops it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is there, and how to read it.

    Attributes
    ----------
    walks : sequence of Walk
        One for each model in question.
    is_all : bool
        Whether these are all models: others may be forgotten.
    read : callable
        Takes project, model, name and stamp; gives what the file holds, None where it may not be read.
    now : float
        Seconds since the epoch.
    """

    walks: Sequence[Walk]
    is_all: bool
    read: Callable[[str, str, str, Stamp], Entry | None]
    now: float


def answered(
    index: Index,
    found: Found,
    question: Callable[[sqlite3.Connection, Owners], T],
    again: Callable[[], None],
) -> T:
    """Return the answer of an index that is up to date.

    Parameters
    ----------
    index : Index
        Where it is kept.
    found : Found
        What it has to hold.
    question : callable
        Takes the connection and the models' numbers. It may be asked twice.
    again : callable
        Called before the second time.
    """
    try:
        with _in_file(index) as connection:
            return _asked(connection, found, question)
    except (sqlite3.Error, FlippedError) as error:
        index.discard_if_ruined(error)
    for copied in (True, False):
        again()
        with suppress(sqlite3.Error, FlippedError), closing(_memory()) as connection:
            if copied:
                _copy(index, connection)
            return _asked(connection, found, question)
    raise AssertionError("an index in memory failed")


def _asked(
    connection: sqlite3.Connection, found: Found, question: Callable[[sqlite3.Connection, Owners], T]
) -> T:
    owners = _bring_up(Shelf(connection), found)
    connection.execute("BEGIN")  # one state for all that is asked
    return question(connection, owners)


@contextmanager
def _in_file(index: Index) -> Iterator[sqlite3.Connection]:
    if not index.may_be_written():
        raise sqlite3.OperationalError("something else stands in its place")
    with index.connected("rwc") as connection:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        yield connection


def _memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", uri=True, isolation_level=None)


def _copy(index: Index, connection: sqlite3.Connection) -> None:
    shelf = Shelf(connection)
    shelf.prepare()
    if index.is_file():
        shelf.copy(index.address("ro"))


def _bring_up(shelf: Shelf, found: Found) -> Owners:
    shelf.prepare()
    owners: Owners = {}
    for walk in found.walks:
        owner, fingerprint = shelf.owner(walk.project, walk.model)
        if not owner:
            if not walk.stamps:
                continue
            owner = shelf.add_owner(walk.project, walk.model)
        wanted = walk.fingerprint
        if fingerprint != wanted:
            _bring_model(shelf, owner, walk, found, wanted)
        owners[owner] = (walk.project, walk.model)
    if found.is_all and shelf.owners() - owners.keys():
        with suppress(sqlite3.OperationalError):  # a read-only one goes on holding what nobody asks for
            shelf.forget(shelf.owners() - owners.keys())
    return owners


def _bring_model(shelf: Shelf, owner: int, walk: Walk, found: Found, fingerprint: str) -> None:
    since = shelf.changes()
    known = shelf.stamps(owner)
    changed = [n for n, stamp in walk.stamps.items() if known.get(n) != stamp and VersionId.parse(n)]
    gone = known.keys() - walk.stamps.keys()
    believed = True
    for first in range(0, len(changed), _AT_ONCE):
        entries, unread = _read(walk, changed[first : first + _AT_ONCE], found)
        believed = believed and not unread and UNSETTLED not in {entry.stamp for entry in entries.values()}
        shelf.put(owner, entries, (*gone, *unread))
        since, gone = since + 1, set()
    if gone:
        shelf.put(owner, {}, gone)
        since += 1
    if believed:
        with suppress(sqlite3.OperationalError):  # read-only, or busy: it is as good without
            shelf.settle(owner, fingerprint, since)


def _read(walk: Walk, names: Sequence[str], found: Found) -> tuple[dict[str, Entry], list[str]]:
    """Return what the files of some experiments hold, and the names of those that may not be read."""
    entries, unread = {}, []
    for name in names:
        stamp = Stamp(*walk.stamps[name])
        entry = found.read(walk.project, walk.model, name, stamp)
        if entry is None:
            unread.append(name)
        else:
            entries[name] = entry if stamp.is_settled(found.now) else entry._replace(stamp=UNSETTLED)
    return entries, unread
