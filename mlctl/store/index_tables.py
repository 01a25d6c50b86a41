"""The tables of the index, and what of a record stands in columns of its own.

Experiments are ranked, counted and looked up by these columns; the record itself is only read where it is
shown. A number that is no number (nan) has no place in a ranking and is left out, as is one that no float
holds.
"""

import json
import math
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlctl.domain.version_id import VersionId

VERSION = 2
"""Of the tables below; an index of another version is made anew."""

CROSS_VALIDATION = "cross_validation"
LARGEST_INTEGER = (1 << 63) - 1
"""Of SQLite; a larger number is taken for this one, and told apart by the record."""

_TABLES = """
CREATE TABLE records (
    kind TEXT NOT NULL, project TEXT NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL,
    modified INTEGER NOT NULL, size INTEGER NOT NULL, inode INTEGER NOT NULL,
    reason TEXT NOT NULL, record TEXT NOT NULL, checksum INTEGER NOT NULL
);
CREATE INDEX places ON records (kind, project, model, name, modified, size, inode);

CREATE TABLE owners (
    id INTEGER PRIMARY KEY, project TEXT NOT NULL, model TEXT NOT NULL, fingerprint TEXT NOT NULL,
    UNIQUE (project, model)
);
CREATE TABLE changes (count INTEGER NOT NULL);
INSERT INTO changes VALUES (0);

CREATE TABLE experiments (
    id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, name TEXT NOT NULL,
    modified INTEGER NOT NULL, size INTEGER NOT NULL, inode INTEGER NOT NULL, reason TEXT NOT NULL,
    number INTEGER, status TEXT, rung TEXT, metric TEXT, ladder TEXT, comparison TEXT, eligible INTEGER,
    odd INTEGER, shape INTEGER
);
CREATE UNIQUE INDEX named ON experiments (owner, name, modified, size, inode);
CREATE INDEX numbered ON experiments (owner, number, name, status);
CREATE INDEX stated ON experiments (owner, status, name);
CREATE INDEX shaped ON experiments (owner, shape);
CREATE INDEX climbed ON experiments (owner, ladder);
CREATE INDEX rungs ON experiments (owner, rung, comparison, number);
CREATE INDEX compared ON experiments (owner, comparison);
CREATE INDEX wrong ON experiments (owner, name, reason) WHERE reason != '';
CREATE INDEX odd ON experiments (owner) WHERE odd;

CREATE TABLE trees (id INTEGER PRIMARY KEY, tree TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE shapes (id INTEGER PRIMARY KEY, shape TEXT NOT NULL UNIQUE);
CREATE TABLE scores (
    owner INTEGER NOT NULL, metric TEXT NOT NULL, value REAL NOT NULL, id INTEGER NOT NULL,
    folds INTEGER NOT NULL, mean REAL, deviation REAL,
    PRIMARY KEY (owner, metric, value, id)
) WITHOUT ROWID;
CREATE INDEX scored ON scores (id);
"""


def are_there(connection: sqlite3.Connection) -> bool:
    """Tell whether the tables are these ones."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version == VERSION


def make(connection: sqlite3.Connection) -> None:
    """Make the tables in place of any others, where they are not there; within the caller's transaction."""
    if are_there(connection):
        return
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (name,) in found:
        quoted = name.replace('"', '""')
        connection.execute(f'DROP TABLE IF EXISTS "{quoted}"')
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def packed(tree: Mapping[str, Any] | None) -> tuple[str, int]:
    """Return a tree as a row holds it: its JSON and the sum of that."""
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    if not is_text(text):
        text = json.dumps(tree, separators=(",", ":"))
    return text, sum_of(text)


def sum_of(text: str) -> int:
    """Return the sum by which a flipped bit is noticed."""
    return zlib.crc32(text.encode())


def is_text(text: str) -> bool:
    """Tell whether a text has no half characters (lone surrogates), which SQLite does not hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def columns_of(name: str, tree: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what stands of an experiment in the columns from ``number`` to ``odd``."""
    version = VersionId.parse(name)
    number = min(version.number, LARGEST_INTEGER) if version else 0
    words = [_whole(tree.get(key, "")) for key in ("rung", "metric", "ladder_id", "comparison_key")]
    eligible = bool(tree.get("eligible", {}).get("ok", True))
    return (number, tree.get("status", "running"), *words, eligible, _is_odd(tree))


def _is_odd(tree: Mapping[str, Any]) -> bool:
    """Tell whether some score is none that a ranking by columns gets right."""
    return any(
        number_of(score.get("mean") if isinstance(score, dict) else score) is None and (score is not None)
        for scores in tree.get("evaluations", {}).values()
        for score in scores.values()
    )


def shape_of(tree: Mapping[str, Any]) -> str:
    """Return the names of an experiment's parameters and scores, without their values, as JSON."""
    parts = tree.get("evaluations", {})
    shape = {
        "parameters": _skeleton(tree.get("parameters", {})),
        "evaluations": {part: dict.fromkeys(scores) for part, scores in parts.items()},
    }
    return json.dumps(shape, separators=(",", ":"))


def _skeleton(value: Any) -> Any:
    return {key: _skeleton(inner) for key, inner in value.items()} if isinstance(value, dict) else None


def scores_of(tree: Mapping[str, Any]) -> Iterator[tuple[str, float, int, float | None, float | None]]:
    """Yield of each score its name, its value, and of its folds number, mean and deviation.

    The names of cross-validated ones are bare, others stand behind their part: ``test.r2_score``.
    """
    for part, scores in tree.get("evaluations", {}).items():
        for metric, score in scores.items():
            name = metric if part == CROSS_VALIDATION else f"{part}.{metric}"
            folds = score["folds"] if isinstance(score, dict) else []
            value = number_of(score.get("mean") if isinstance(score, dict) else score)
            if value is not None:
                yield _whole(name), value, len(folds), *_spread(folds)


def number_of(value: Any) -> float | None:
    """Return a score as a ranking takes it: None where there is none, or none that a float holds."""
    try:
        number = math.nan if value is None else float(value)
    except OverflowError:
        return None
    return None if math.isnan(number) else number


def _spread(folds: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the mean and the sample standard deviation, None where they are no numbers."""
    if len(folds) < 2:
        return None, None
    try:
        mean = sum(folds) / len(folds)
        return mean, math.sqrt(sum((fold - mean) ** 2 for fold in folds) / (len(folds) - 1))
    except (OverflowError, ValueError):
        return None, None
