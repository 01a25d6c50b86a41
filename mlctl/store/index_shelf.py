"""The experiments in an index: put in, taken out, and settled.

The fingerprint of a model's experiments is the sum of their names and stamps as one walk found them. While a
later walk gives the same, nothing changed, and no stamp has to be compared. It is only put down by a writer
between whose first look and last word nobody else has changed anything.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mlctl.store import index_tables
from mlctl.store.index import Entry, Stamp

_COPY = ("owners", "experiments", "trees", "shapes", "scores")
_DELETE = (
    "DELETE FROM scores WHERE id = ?",
    "DELETE FROM trees WHERE id = ?",
    "DELETE FROM experiments WHERE id = ?",
)


class Shelf:
    """The experiments' tables over one connection.

    Parameters
    ----------
    connection : sqlite3.Connection
        To an index, or to memory; in autocommit mode.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def prepare(self) -> None:
        """Make the tables where they are missing, or of another version."""
        if not index_tables.are_there(self.connection):
            self.connection.execute("BEGIN IMMEDIATE")
            index_tables.make(self.connection)
            self.connection.execute("COMMIT")

    def copy(self, address: str) -> None:
        """Take over what another index holds; this one is empty."""
        self.connection.execute("ATTACH ? AS other", (address,))
        (version,) = self.connection.execute("PRAGMA other.user_version").fetchone()
        if version == index_tables.VERSION:
            for table in _COPY:
                self.connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")  # noqa: S608  # ours
        self.connection.execute("DETACH other")

    def changes(self) -> int:
        """Return a number that every change raises."""
        count: int = self.connection.execute("SELECT count FROM changes").fetchone()[0]
        return count

    def owner(self, project: str, model: str) -> tuple[int, str]:
        """Return the number of a model, 0 where it has none, and the fingerprint of its experiments."""
        query = "SELECT id, fingerprint FROM owners WHERE project = ? AND model = ?"
        found: tuple[int, str] | None = self.connection.execute(query, (project, model)).fetchone()
        return found or (0, "")

    def add_owner(self, project: str, model: str) -> int:
        """Give a model its number."""
        with self._writing():
            query = "INSERT OR IGNORE INTO owners (project, model, fingerprint) VALUES (?, ?, '')"
            self.connection.execute(query, (project, model))
        return self.owner(project, model)[0]

    def stamps(self, owner: int) -> dict[str, Stamp]:
        """Return the stamps of a model's experiments by name."""
        query = "SELECT name, modified, size, inode FROM experiments WHERE owner = ?"
        return {name: Stamp(*stamp) for name, *stamp in self.connection.execute(query, (owner,))}

    def put(self, owner: int, entries: Mapping[str, Entry], gone: Collection[str] = ()) -> None:
        """Put experiments in, or in place of what is known of them, and take others out."""
        with self._writing():
            self.connection.execute("UPDATE owners SET fingerprint = '' WHERE id = ?", (owner,))
            self._drop(owner, (*gone, *entries))
            for name, entry in entries.items():
                self._insert(owner, name, entry)

    def settle(self, owner: int, fingerprint: str, since: int) -> None:
        """Note what a walk found, unless somebody has changed anything since ``changes`` gave this number."""
        with self._writing():
            if self.changes() == since:
                query = "UPDATE owners SET fingerprint = ? WHERE id = ?"
                self.connection.execute(query, (fingerprint, owner))

    def owners(self) -> set[int]:
        """Return the numbers of all models."""
        return {owner for (owner,) in self.connection.execute("SELECT id FROM owners")}

    def forget(self, owners: Collection[int]) -> None:
        """Take models out that are no longer there."""
        with self._writing():
            for owner in owners:
                of_it = "(SELECT id FROM experiments WHERE owner = ?)"
                for table in ("scores", "trees", "experiments"):
                    self.connection.execute(f"DELETE FROM {table} WHERE id IN {of_it}", (owner,))  # noqa: S608  # ours
                self.connection.execute("DELETE FROM owners WHERE id = ?", (owner,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("UPDATE changes SET count = count + 1")
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def _drop(self, owner: int, names: Collection[str]) -> None:
        query = "SELECT id FROM experiments WHERE owner = ? AND name = ?"
        for name in names:
            found = self.connection.execute(query, (owner, name)).fetchall()
            for statement in _DELETE:
                self.connection.executemany(statement, found)

    def _insert(self, owner: int, name: str, entry: Entry) -> None:
        execute = self.connection.execute
        columns: tuple[Any, ...] = (None,) * 9
        if entry.tree is not None:
            columns = (*index_tables.columns_of(name, entry.tree), self._shape(entry.tree))
        row = (None, owner, name, *entry.stamp, entry.reason, *columns)
        marks = ", ".join("?" * len(row))
        made = execute(f"INSERT INTO experiments VALUES ({marks})", row).lastrowid  # noqa: S608  # marks alone
        execute("INSERT INTO trees VALUES (?, ?, ?)", (made, *index_tables.packed(entry.tree)))
        scores = index_tables.scores_of(entry.tree or {})
        self.connection.executemany(
            "INSERT OR IGNORE INTO scores VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((owner, metric, value, made, *folds) for metric, value, *folds in scores),
        )

    def _shape(self, tree: Mapping[str, Any]) -> int:
        shape = (index_tables.shape_of(tree),)
        self.connection.execute("INSERT OR IGNORE INTO shapes (shape) VALUES (?)", shape)
        found: int = self.connection.execute("SELECT id FROM shapes WHERE shape = ?", shape).fetchone()[0]
        return found
