"""What an index that is up to date can be asked about experiments.

The records themselves are read only where they are given.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mlctl.domain.records import Experiment
from mlctl.store.index import unpacked
from mlctl.store.index_places import Among, Near, Row
from mlctl.store.index_tables import LARGEST_INTEGER, is_text

Build = Callable[[str, str, str, Mapping[str, Any]], Experiment]
"""Makes a record of project, model, name and tree."""

_ROW = "e.id, e.owner, e.name, e.number"
_WHOLE = "e.number IS NOT NULL"  # of a damaged record the name alone is known
_ALLOWED = f"{_WHOLE} AND e.status = 'finished' AND e.eligible"


class View:
    """The experiments of some models, as they were when this was made.

    Everything is given in one of two orders: by project and number, or the newest (the highest number) first.
    What asks for one model alone is said to.

    Parameters
    ----------
    connection : sqlite3.Connection
        To an index that is up to date.
    owners : mapping
        Number in the index to project and model.
    build : callable
        Makes a record of project, model, name and tree.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        owners: Mapping[int, tuple[str, str]],
        build: Build,
    ) -> None:
        self._connection = connection
        self._owners = owners
        self._build = build
        self._count: int | None = None

    def by_model(self) -> Iterator[tuple[tuple[str, str], "View"]]:
        """Yield the project and the name of each model that has experiments, and a view of it alone."""
        for owner, place in self._owners.items():
            yield place, View(self._connection, {owner: place}, self._build)

    def count(self) -> int:
        """Return how many experiments there are, damaged ones aside."""
        if self._count is None:
            query = f"SELECT count(*) FROM experiments e WHERE owner = ? AND {_WHOLE}"
            self._count = sum(count for (count,) in self._each(query))
        return self._count

    def related(self, comparison: str, ladder: str) -> list[Experiment]:
        """Return those that saw the same rows in the same folds, or belong to the ladder; by number."""
        found = {*self._rows("e.comparison = ?", comparison), *self._rows("e.ladder = ?", ladder)}
        return list(self.read(sorted(found, key=self._place)))

    def reasons(self) -> Iterator[tuple[tuple[str, str, str], str]]:
        """Yield project, model and name of the records that cannot be read, and why."""
        for owner, (project, model) in self._owners.items():
            query = "SELECT name, reason FROM experiments WHERE owner = ? AND reason != '' ORDER BY name"
            for name, reason in self._connection.execute(query, (owner,)):
                yield (project, model, name), reason

    def statuses(self) -> Counter[str]:
        """Return how many experiments there are by status; those that say they run are looked at."""
        query = "SELECT status, count(*) FROM experiments WHERE owner = ? AND status IS NOT NULL GROUP BY 1"
        found: Counter[str] = Counter()
        for status, count in self._each(query):
            found[status] += count
        del found["running"]
        found.update(e.status for e in self.read(self._rows("e.status = 'running'")))
        return found

    def all(self) -> Iterator[Experiment]:
        """Yield every experiment by project and number."""
        return self.read(sorted(self._rows(_WHOLE), key=self._place))

    def newest(self, top: int | None = None) -> Iterator[Experiment]:
        """Yield the newest experiments, or all of them, the newest first."""
        return self.read(self.newest_rows(top))

    def newest_rows(self, top: int | None = None) -> list[Row]:
        """Return where the newest experiments stand, the newest first."""
        return self._newest(_WHOLE, top=top)

    def named(self, names: Iterable[str]) -> Iterator[Experiment]:
        """Yield the experiments of these names; what there is not is passed over."""
        for name in names:
            yield from self.read(self._rows(f"{_WHOLE} AND e.name = ?", name))

    def answering(self, name: str) -> list[Experiment]:
        """Return the experiments of this name, of this number, or whose names begin with it."""
        if not is_text(name):
            return []
        found = list(self.named([name]))
        if name.isascii() and name.isdecimal() and not found:
            number = min(int(name), LARGEST_INTEGER) if len(name) < 20 else LARGEST_INTEGER
            found = list(self.read(self._rows("e.number = ?", number)))
        if not found and name:
            found = list(
                self.read(self._rows(f"{_WHOLE} AND e.name >= ? AND e.name < ?", name, f"{name}\U0010ffff"))
            )
        return sorted(found, key=lambda e: (e.project_name, int(e.model_version_id.rpartition("_")[2])))

    def shapes(self) -> list[dict[str, Any]]:
        """Return a tree of each kind that occurs: names of parameters and evaluations, no values."""
        query = (
            "SELECT shape FROM shapes WHERE id IN (SELECT DISTINCT shape FROM experiments WHERE owner = ?)"
        )
        return [json.loads(shape) for (shape,) in self._each(query)]

    # Of one model

    def newest_with_metric(self) -> Iterator[Experiment]:
        """Yield the newest experiment that names its metric."""
        return self.read(self._newest(f"{_WHOLE} AND e.metric != ''", top=1))

    def newest_finished(self) -> Iterator[Experiment]:
        """Yield the newest finished experiment."""
        return self.read(self._newest("e.status = 'finished'", top=1))

    def newest_allowed(self) -> Iterator[Experiment]:
        """Yield the newest finished experiment that limits allow."""
        return self.read(self._newest(_ALLOWED, top=1))

    def latest_ladder(self) -> Iterator[Experiment]:
        """Yield the finished rungs of the ladder that was climbed last."""
        for row in self._newest("e.status = 'finished' AND e.ladder != ''", top=1):
            ladder = "e.ladder = (SELECT ladder FROM experiments WHERE id = ?) AND e.status = 'finished'"
            yield from self.read(self._rows(ladder, row.id))

    def dummy(self, comparison: str) -> Iterator[Experiment]:
        """Yield the newest dummy of a comparison key."""
        return self.read(
            self._newest("e.rung = 'dummy' AND e.comparison = ?", comparison, top=1, index="rungs")
        )

    def ranked(self, score: str, top: int, *, descending: bool) -> list[Row]:
        """Return where the first of a ranking stand.

        Parameters
        ----------
        score : str
            A metric, or ``part.metric``; equal scores stand by number, and those without it last.
        top : int
            How many.
        descending : bool
            The highest first.
        """
        order = "DESC" if descending else "ASC"
        query = (
            f"SELECT {_ROW} FROM scores s CROSS JOIN experiments e ON e.id = s.id "
            f"WHERE s.owner = ? AND s.metric = ? ORDER BY s.value {order}, e.number, e.name LIMIT ?"
        )
        found = [Row(*row) for row in self._each(query, score, top)]
        if len(found) < top:
            lacking = (
                f"SELECT {_ROW} FROM experiments e WHERE e.owner = ? AND {_WHOLE} AND NOT EXISTS "
                "(SELECT 1 FROM scores s WHERE s.id = e.id AND s.metric = ?) "
                "ORDER BY e.number, e.name LIMIT ?"
            )
            found += [Row(*row) for row in self._each(lacking, score, top - len(found))]
        return found

    def best(self, metric: str, *, descending: bool) -> Iterator[Experiment]:
        """Yield the best of those that limits allow and that were trained for a metric."""
        order = "DESC" if descending else "ASC"
        query = (
            f"SELECT {_ROW} FROM scores s CROSS JOIN experiments e ON e.id = s.id "
            f"WHERE s.owner = ? AND s.metric = ? AND e.metric = s.metric AND {_ALLOWED} "
            f"ORDER BY s.value {order}, e.number, e.name LIMIT 1"
        )
        yield from self.read([Row(*row) for row in self._each(query, metric)])

    def has_odd_scores(self) -> bool:
        """Tell whether some score is none that a ranking by columns gets right: no number, or too large."""
        return bool(self._rows("e.odd"))

    def first_scored_dummy(self, score: str, comparison: str) -> Iterator[Experiment]:
        """Yield the oldest dummy of a comparison key that has folds of a metric."""
        query = (
            f"SELECT {_ROW} FROM experiments e INDEXED BY rungs "
            "CROSS JOIN scores s ON s.id = e.id AND s.metric = ? AND s.folds "
            "WHERE e.owner = ? AND e.rung = 'dummy' AND e.comparison = ? ORDER BY e.number, e.name LIMIT 1"
        )
        for owner in self._owners:
            yield from self.read(
                Row(*row) for row in self._connection.execute(query, (score, owner, comparison))
            )

    def newest_scored(self, score: str, comparison: str) -> Iterator[Experiment]:
        """Yield the newest allowed experiment of a comparison key that has folds of a metric."""
        folds = "EXISTS (SELECT 1 FROM scores s WHERE s.id = e.id AND s.metric = ? AND s.folds)"
        yield from self.read(
            self._newest(
                f"{_ALLOWED} AND e.comparison = ? AND {folds}",
                *(comparison, score),
                top=1,
                index="numbered" if self._is_common(comparison) else "compared",
            )
        )

    def rivals(self, among: Among, near: Near | None = None) -> Iterator[Experiment]:
        """Yield those that may be compared fold by fold, the best first; only near ones, if asked."""
        # Which way is shorter: down the ranking, or over those of the key.
        order = (
            ("scores s", "experiments e")
            if self._is_common(among.comparison)
            else ("experiments e", "scores s")
        )
        query = (
            f"SELECT {_ROW} FROM {order[0]} CROSS JOIN {order[1]} ON e.id = s.id "
            "CROSS JOIN scores o ON o.id = s.id AND o.metric = :own "
            "WHERE s.owner = :owner AND e.owner = :owner AND s.metric = :score AND s.folds "
            f"AND e.comparison = :comparison AND e.metric = :own AND {_ALLOWED} "
        )
        if near is not None:
            query += (
                "AND s.folds = :folds AND (s.deviation IS NULL "
                "OR :sign * (:mean - s.mean) <= :width + :factor * s.deviation) "
            )
        orders = ["DESC" if high else "ASC" for high in (among.descending, among.own_descending)]
        query += f"ORDER BY s.value {orders[0]}, o.value {orders[1]}, e.number, e.name"
        for owner in self._owners:
            given = {"owner": owner, **among._asdict(), **(near._asdict() if near else {})}
            yield from self.read(Row(*row) for row in self._connection.execute(query, given))

    # How it is read

    def read(self, rows: Iterable[Row]) -> Iterator[Experiment]:
        """Yield the records at these places, one by one.

        Raises
        ------
        FlippedError
            When one is not what was put there.
        """
        for row in rows:
            text, checksum = self._connection.execute(
                "SELECT tree, checksum FROM trees WHERE id = ?", (row.id,)
            ).fetchone()
            yield self._build(*self._owners[row.owner], row.name, unpacked(text, checksum) or {})

    def _is_common(self, comparison: str) -> bool:
        """Tell whether more than one in ten have a comparison key."""
        query = "SELECT count(*) FROM experiments WHERE owner = ? AND comparison = ?"
        having: int = sum(count for (count,) in self._each(query, comparison))
        return having * 10 > self.count()

    def _rows(self, where: str, *values: str | int) -> list[Row]:
        query = f"SELECT {_ROW} FROM experiments e WHERE e.owner = ? AND {where}"
        return [Row(*row) for row in self._each(query, *values)]

    def _newest(self, where: str, *values: str | int, top: int | None, index: str = "numbered") -> list[Row]:
        source = f"FROM experiments e INDEXED BY {index} WHERE e.owner = ? AND {where}"
        query = f"SELECT {_ROW} {source} ORDER BY e.number DESC, e.name LIMIT ?"
        first = (
            f"SELECT {_ROW} FROM experiments e WHERE e.owner = ? AND {where} "
            f"AND e.number = (SELECT e.number {source} ORDER BY e.number DESC LIMIT 1) "
            "ORDER BY e.name LIMIT 1"
        )
        found: list[Row] = []
        for owner in self._owners:
            # Of one, the names are only compared among those of its number: it need not read on for them.
            given = (owner, *values) * 2 if top == 1 else (owner, *values, -1 if top is None else top)
            rows = self._connection.execute(first if top == 1 else query, given)
            found += [Row(*row) for row in rows]
        if len(self._owners) > 1:
            found.sort(key=lambda row: (-row.number, self._owners[row.owner][0], row.name))
        return found[:top]

    def _place(self, row: Row) -> tuple[str, int, str]:
        return self._owners[row.owner][0], row.number, row.name

    def _each(self, query: str, *values: str | int) -> Iterator[tuple[Any, ...]]:
        for owner in self._owners:
            yield from self._connection.execute(query, (owner, *values))
