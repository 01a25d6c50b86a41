"""Small tables that one model learns better than another, and stores with a champion."""

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mlctl.cli.main import main

BEFORE, NOW = "2026-01-09T03:00:00Z", "2026-02-09T03:00:00Z"

PARAMETERS = """\
project: shop
model: buys
description: Who buys again.
data: {{path: t.csv, target: buys{data}}}
ladder: [dummy, {{decision_tree: {{max_depth: 1}}}}, {{decision_tree: {{max_depth: 4}}}}]
cross_validation: {{folds: 2, repeats: 1}}
jobs: 1
limits: {{latency_ms: 60000}}  # on a busy machine a row may take long
{more}
"""


def rows(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return rows whose answer takes two questions to guess, right 9 times in 10; over 60 days."""
    draw = random.Random(seed)
    table = []
    for number in range(count):
        visits, age, region = draw.random(), draw.random(), draw.choice("NS")
        likely = (visits > 0.3) == (age > 0.45)
        answer = likely if draw.random() < 0.9 else not likely
        when = datetime(2025, 1, 1) + timedelta(hours=number * 24 * 60 // count)
        table.append(
            {
                "visits": round(visits, 6),
                "age": round(age, 6),
                "region": region,
                "when": f"{when:%Y-%m-%d %H:%M:%S}",
                "code": f"{number % 7:03d}",
                "buys": "yes" if answer else "no",
            }
        )
    return table


def write(table: Sequence[Mapping[str, Any]], path: str = "t.csv") -> None:
    """Write a table into the working directory."""
    with Path(path).open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def train(
    table: Sequence[Mapping[str, Any]], *, data: str = "", more: str = "", edit: Callable[[str], str] = str
) -> None:
    """Climb dummy, a stump and a tree on a table; the store is made where there is none.

    Parameters
    ----------
    data, more : str
        Added to the data section, and to the file.
    edit : callable
        Changes the parameters file.
    """
    write(table)
    Path("p.yaml").write_text(edit(PARAMETERS.format(data=data, more=more)))
    if not Path("mlstore").exists():
        assert main(["init"]) == 0
    assert main(["train", "--params", "p.yaml"]) == 0


def pointer() -> str | None:
    """Return what the champion's file says."""
    path = Path("mlstore/projects/shop/models/buys/champion")
    return path.read_text().strip() if path.exists() else None


def directory(number: int) -> Path:
    """Return an experiment's directory."""
    return Path(f"mlstore/projects/shop/models/buys/experiments/shop_nogit_{number}")
