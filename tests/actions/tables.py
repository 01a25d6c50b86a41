"""Tables as files, and a database, for the tests of the data commands."""

import random
import sqlite3
from pathlib import Path

SHOP = """\
project: shop
model: kind
data:
  sql:
    url: sqlite:///file:shop.db?uri=true&mode=ro&password=${PW}
    query: SELECT x, y, k FROM t WHERE id >= :low ORDER BY id
    parameters: {low: 0}
  keep: query
  target: k
cross_validation: {folds: 3, repeats: 1}
jobs: 1
"""


def rows(count: int = 200, shift: float = 0.0, seed: int = 0) -> list[tuple[float, float, str]]:
    """Return rows of two numbers and a class that the first one tells."""
    drawn = random.Random(seed)
    return [
        (round(drawn.gauss(i % 2 + shift, 1), 4), round(drawn.gauss(shift, 1), 4), "ab"[i % 2])
        for i in range(count)
    ]


def write_csv(path: Path, header: str = "x,y,k", lines: list[tuple[object, ...]] | None = None) -> Path:
    """Write a CSV file and return its path."""
    body = rows() if lines is None else lines
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *(",".join(map(str, line)) for line in body)]) + "\n")
    return path


def make_shop(path: Path, count: int = 90) -> Path:
    """Write a SQLite database with one table."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x REAL, y REAL, k TEXT)")
        connection.executemany(
            "INSERT INTO t (id, x, y, k) VALUES (?, ?, ?, ?)",
            [(i, *row) for i, row in enumerate(rows(count))],
        )
    connection.close()
    return path


def change_a_row(path: Path) -> None:
    """Change one value of the database."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE t SET x = 9.5 WHERE id = 3")
    connection.close()
