"""The cache of records: each is believed while its file's stamp is the same.

It can only ever cost time. Whatever goes wrong with it, from a directory that cannot be written to a file
that is no database, the caller reads the files instead; the next listing that can write makes it anew.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mlctl import files
from mlctl.errors import MlctlError
from mlctl.store import index_tables

_DELETE = "DELETE FROM records WHERE kind = ? AND project = ? AND model = ? AND name = ?"
_INSERT = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Experiments have tables of their own, by which they can be asked for; read out they look like the rest.
_EXPERIMENTS = """(
    SELECT 'experiment' AS kind, project, model, name, modified, size, inode, reason, tree AS record, checksum
    FROM experiments JOIN owners ON owners.id = owner JOIN trees ON trees.id = experiments.id
)"""

ERRORS = (sqlite3.Error, OSError, MlctlError, ValueError, OverflowError)
_RUINED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY_SECONDS = 1.0
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


UNSETTLED = Stamp(-1, -1, -1)
"""The stamp under which a record is kept that was written just now: no file has it, so it is read again."""


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
        table = _EXPERIMENTS if kind == "experiment" else "records"
        query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608  # the columns' names are ours
        try:
            if not self.is_file():
                return {}
            with self.connected("ro") as connection:
                if not index_tables.are_there(connection):
                    return {}
                return dict(map(_read, connection.execute(query, tuple(wanted.values()))))
        except ERRORS:
            return {}

    def store(self, fresh: Mapping[Key, Entry], gone: Collection[Key] = ()) -> None:
        """Put entries in and take others out, in one transaction; or nothing, where that is not possible.

        Experiments are not put in here: see :mod:`mlctl.store.index_shelf`.
        """
        if not fresh and not gone:
            return
        try:
            self._store(fresh, gone)
        except ERRORS as error:
            self.discard_if_ruined(error)

    def _store(self, fresh: Mapping[Key, Entry], gone: Collection[Key]) -> None:
        if not self.may_be_written():
            return  # somebody else's doing: a link may lead out of the store
        with self.connected("rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            index_tables.make(connection)
            connection.executemany(_DELETE, (*gone, *fresh))
            connection.executemany(_INSERT, (_row(key, entry) for key, entry in fresh.items()))
            connection.execute("COMMIT")

    def is_file(self) -> bool:
        """Tell whether it is there and a regular file: links are not followed."""
        try:
            return stat.S_ISREG(os.lstat(self._path).st_mode)
        except OSError:
            return False

    def may_be_written(self) -> bool:
        """Tell whether nothing but an index, or nothing at all, stands in its place."""
        return self.is_file() or not os.path.lexists(self._path)

    @contextmanager
    def connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        """Open the database: ``ro``, or ``rwc``, which makes it where it is missing."""
        connection = sqlite3.connect(
            self.address(mode), uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
        with closing(connection):
            # A power cut may ruin a cache: making it anew costs less than syncing it every time.
            connection.execute("PRAGMA synchronous = OFF")
            yield connection

    def address(self, mode: str) -> str:
        """Return the database as SQLite is told it."""
        return f"{self._path.as_uri()}?mode={mode}"

    def discard_if_ruined(self, error: BaseException) -> None:
        """Remove what an error has shown to be no index."""
        if isinstance(error, FlippedError) or getattr(error, "sqlite_errorcode", None) in _RUINED:
            self._discard()

    def _discard(self) -> None:
        # The journal first: one that is left beside a new database would be played into it.
        for path in (self._path.with_name(f"{self._path.name}-journal"), self._path):
            try:
                files.remove_file(path)
            except MlctlError:
                continue


class FlippedError(ValueError):
    """A record in the index is not the one that was put there."""


def _row(key: Key, entry: Entry) -> tuple[str | int, ...]:
    return (*key, *entry.stamp, entry.reason, *index_tables.packed(entry.tree))


def _read(row: tuple[Any, ...]) -> tuple[Key, Entry]:
    kind, project, model, name, modified, size, inode, reason, record, checksum = row
    tree = unpacked(record, checksum)
    return Key(kind, project, model, name), Entry(Stamp(modified, size, inode), tree, reason)


def unpacked(text: str, checksum: int) -> dict[str, Any] | None:
    """Return a record's tree out of its row.

    Raises
    ------
    FlippedError
        When it is another text than was put in.
    """
    if index_tables.sum_of(text) != checksum:
        raise FlippedError("a flipped bit")
    tree: dict[str, Any] | None = json.loads(text)
    return tree
