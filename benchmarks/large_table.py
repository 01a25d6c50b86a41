"""A large CSV file such as a shop would export: numbers, categories, dates and remarks, the same every time.

``python -m benchmarks.large_table FILE MEGABYTES``. Written in a process of its own, so that the one that
measures stays small.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

_ROWS = 50_000
_TEXT = """
the parcel came late but was whole box damaged on one side customer called twice asked for refund left at
neighbour door nobody home second try tomorrow gift wrap wanted blue size too small exchange very pleased
thanks will order again invoice missing sent by mail address corrected street number unknown back to store
paid cash voucher used double charge cleared warehouse north out of stock
"""
_WORDS = np.array(_TEXT.split())
_STATUS = ["delivered", "returned", "in transit", "cancelled", "lost"]


def write(path: Path, megabytes: int) -> None:
    """Write at least so many 10^6 bytes."""
    random = np.random.default_rng(20260101)
    with path.open("wb") as file:
        number = 0
        while file.tell() < megabytes * 1_000_000:
            options = pyarrow.csv.WriteOptions(include_header=number == 0)
            pyarrow.csv.write_csv(_rows(random, number), file, options)
            number += _ROWS


def _rows(random: np.random.Generator, first: int) -> pa.Table:
    started = np.datetime64("2020-01-01T00:00:00") + (first + np.arange(_ROWS)) * np.timedelta64(7, "s")
    quantity = random.geometric(0.5, _ROWS)
    price = random.lognormal(3, 1, _ROWS).round(2)
    return pa.table(
        {
            "order_id": 10_000_000 + first + np.arange(_ROWS),
            "ordered": pa.array(
                started + random.integers(0, 7, _ROWS).astype("timedelta64[s]"), pa.timestamp("s")
            ),
            "customer": random.zipf(1.2, _ROWS) % 500_000,
            "shop": np.char.add("S", random.integers(100, 180, _ROWS).astype(str)),
            "status": np.array(_STATUS)[random.choice(5, _ROWS, p=[0.86, 0.06, 0.05, 0.02, 0.01])],
            "quantity": quantity,
            "price": price,
            "total": (price * quantity).round(2),
            "latitude": random.normal(51, 2, _ROWS).round(5),
            "longitude": random.normal(10, 3, _ROWS).round(5),
            "weight": pa.array(random.gamma(2, 1.5, _ROWS).round(3), mask=random.random(_ROWS) < 0.1),
            "remark": _remarks(random),
        }
    )


def _remarks(random: np.random.Generator) -> list[str]:
    # Common words are commoner: the squares crowd towards the beginning of the list.
    picked = _WORDS[(random.random((_ROWS, 12)) ** 2 * len(_WORDS)).astype(int)]
    lengths = random.integers(0, 13, _ROWS).tolist()
    return [" ".join(words[:length]) for words, length in zip(picked.tolist(), lengths, strict=True)]


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
