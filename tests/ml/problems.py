"""Small problems that every kind of column and both tasks are in, for the tests of the climb."""

from functools import lru_cache

import numpy as np
import pandas as pd

from mlctl.domain.columns import Column
from mlctl.ml.folds import make_folds
from mlctl.ml.problem import Problem
from mlctl.ml.rungs import PlannedRung, plan
from mlctl.params.model import Rung

ROWS = 90
COLUMNS = (
    Column("number", "number", 77, 13),
    Column("whole", "number", 9, 0, integer=True),
    Column("level", "category", 3, 9),
    Column("flag", "boolean", 2, 30),
    Column("day", "date", ROWS, 0),
    Column("words", "text", 35, 0),
)


@lru_cache
def table():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "number": random.normal(size=ROWS),
            "whole": random.integers(0, 9, ROWS),
            "level": pd.array(random.choice(["a", "b", "c"], ROWS), dtype="str"),
            "flag": np.array([True, False, None] * (ROWS // 3), dtype=object),
            "day": pd.date_range("2024-01-01", periods=ROWS),
            "words": [f"word{n % 7} and {n % 5} more" for n in range(ROWS)],
        }
    )
    frame.loc[::7, "number"] = np.nan
    frame.loc[::11, "level"] = None
    return frame


def labels(classes=("no", "yes")):
    """Two classes that the whole number tells, three that it nearly tells."""
    codes = table()["whole"].to_numpy() * len(classes) // 9
    return np.array(classes, dtype=object)[codes]


def numbers():
    return table()["whole"].to_numpy(float) + table()["number"].fillna(0).to_numpy()


def problem(task="classification", target=None, *, columns=COLUMNS, **fields):
    """A problem of 72 training rows in 5 folds and 18 held-out ones."""
    target = target if target is not None else labels() if task == "classification" else numbers()
    train, test = np.arange(72), np.arange(72, ROWS)
    classes = tuple(sorted(set(target.tolist()))) if task == "classification" else ()
    fields.setdefault("metric", "accuracy_score" if classes else "r2_score")
    fields.setdefault("folds", make_folds(target[train], task=task, method="random", repeats=1))
    return Problem(table(), target, columns, task, train, test, classes=classes, **fields)


def rung(kind, task="classification", **given):
    """One planned rung, such as ``rung("decision_tree", max_depth=[2, 3])``: lists are searched."""
    search = {name: value for name, value in given.items() if isinstance(value, list)}
    fixed = {name: value for name, value in given.items() if name not in search}
    return ladder(Rung(kind=kind, fixed=fixed, search=search), task=task)[-1]


def ladder(*rungs, task="classification"):
    """A written ladder, the dummy first."""
    return plan(tuple(Rung(kind=r) if isinstance(r, str) else r for r in rungs), task, rows=72)


def foreign(path, index=1, *points):
    """A rung of a class by its dotted path, without any check."""
    return PlannedRung(path, path, path, index, "other", path, points or ({},))
