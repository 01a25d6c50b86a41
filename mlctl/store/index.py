"""The cache of records: one row for each record's file, believed while the file's stamp is the same.

It can only ever cost time. Whatever goes wrong with it, from a directory that cannot be written to a file
that is no database, the caller reads the files instead; the next listing that can write makes it anew.
"""

import json
import os
import sqlite3
import stat
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mlctl import files
from mlctl.errors import MlctlError

VERSION = 1
"""Of the table below; an index of another version is made anew."""

_TABLE = """
CREATE TABLE records (
    kind TEXT NOT NULL, project TEXT NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL,
    modified INTEGER NOT NULL, size INTEGER NOT NULL, inode INTEGER NOT NULL,
    reason TEXT NOT NULL, record TEXT NOT NULL, checksum INTEGER NOT NULL
)
"""
# With the stamps in it, so that they can be compared without a look at the records.
_PLACES = "CREATE INDEX places ON records (kind, project, model, name, modified, size, inode)"
_DELETE = "DELETE FROM records WHERE kind = ? AND project = ? AND model = ? AND name = ?"
_INSERT = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

_ERRORS = (sqlite3.Error, OSError, MlctlError, ValueError, OverflowError)
_RUINED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY_SECONDS = 0.2
_SAME_TICK_SECONDS = 2.0
_LARGEST_INTEGER = (1 << 63) - 1


class Key(NamedTuple):
    """Which record: a project has no model and no name, a model no name, a dataset no model."""

    kind: str
    project: str
    model: str = ""
    name: str = ""


class Stamp(NamedTuple):
    """What a rewritten file does not share with the one before it; ``modified`` in ns since the epoch."""

    modified: int
    size: int
    inode: int

    @classmethod
    def of(cls, path: str) -> "Stamp | None":
        """Return the stamp of a regular file, or None where there is none."""
        try:
            found = os.lstat(path)
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return cls(found.st_mtime_ns, found.st_size, found.st_ino & _LARGEST_INTEGER)

    def is_settled(self, now: float) -> bool:
        """Tell whether a later change of the file would show.

        A file may be replaced twice within one tick of the file system's clock, with the same size and in the
        same inode; so what was written just now is not believed yet.
        """
        return abs(now - self.modified / 1e9) > _SAME_TICK_SECONDS


class Entry(NamedTuple):
    """What is known of a record's file: its tree, or the reason why it has none."""

    stamp: Stamp
    tree: dict[str, Any] | None
    reason: str = ""


class Index:
    """The cache in one file.

    Parameters
    ----------
    path : Path
        The database, absolute; need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(
        self, kind: str, project: str | None = None, model: str | None = None, name: str | None = None
    ) -> dict[Key, Entry]:
        """Return the entries of a kind, of one project, model or name where these are given.

        Nothing, where there is no index or it cannot be read.
        """
        given = {"kind": kind, "project": project, "model": model, "name": name}
        wanted = {column: value for column, value in given.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in wanted)
        query = f"SELECT * FROM records WHERE {where}"  # noqa: S608  # the columns' names are ours
        try:
            if not stat.S_ISREG(os.lstat(self._path).st_mode):
                return {}
            with self._connected("ro") as connection:
                rows = connection.execute(query, tuple(wanted.values()))
                return dict(map(_read, rows)) if _version(connection) == VERSION else {}
        except _ERRORS:
            return {}

    def store(self, fresh: Mapping[Key, Entry], gone: Collection[Key] = ()) -> None:
        """Put entries in and take others out, in one transaction; or nothing, where that is not possible."""
        if not fresh and not gone:
            return
        try:
            self._store(fresh, gone)
        except _ERRORS as error:
            if getattr(error, "sqlite_errorcode", None) in _RUINED:
                self._discard()

    def _store(self, fresh: Mapping[Key, Entry], gone: Collection[Key]) -> None:
        if self._path.is_symlink():
            return  # somebody else's doing: it may lead out of the store
        with self._connected("rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            _prepare(connection)
            connection.executemany(_DELETE, (*gone, *fresh))
            connection.executemany(_INSERT, (_row(key, entry) for key, entry in fresh.items()))
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        address = f"{self._path.as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        with closing(connection):
            # A power cut may ruin a cache: making it anew costs less than syncing it every time.
            connection.execute("PRAGMA synchronous = OFF")
            yield connection

    def _discard(self) -> None:
        # The journal first: one that is left beside a new database would be played into it.
        for path in (self._path.with_name(f"{self._path.name}-journal"), self._path):
            try:
                files.remove_file(path)
            except MlctlError:
                continue


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _prepare(connection: sqlite3.Connection) -> None:
    if _version(connection) != VERSION:
        connection.execute("DROP TABLE IF EXISTS records")
        connection.execute(_TABLE)
        connection.execute(_PLACES)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _row(key: Key, entry: Entry) -> tuple[str | int, ...]:
    record = json.dumps(entry.tree, ensure_ascii=False, separators=(",", ":"))
    return (*key, *entry.stamp, entry.reason, record, zlib.crc32(record.encode()))


def _read(row: tuple[Any, ...]) -> tuple[Key, Entry]:
    kind, project, model, name, modified, size, inode, reason, record, checksum = row
    if zlib.crc32(record.encode()) != checksum:
        raise ValueError("a flipped bit")
    return Key(kind, project, model, name), Entry(Stamp(modified, size, inode), json.loads(record), reason)
