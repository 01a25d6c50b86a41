"""The folds that every rung of a ladder sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)

from mlctl.domain.metrics import Task
from mlctl.errors import DataError

IntArray = NDArray[np.int64]
Pair = tuple[IntArray, IntArray]
FoldKind = Literal["stratified", "random", "group", "time"]

FEW_ROWS = 1_000
"""Below this number of training rows one deal is too noisy to compare by, and the rows are dealt out anew."""

FEW_ROWS_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Folds:
    """Train and test positions of each fold, counted within the training part.

    Attributes
    ----------
    pairs : tuple of (int64 array, int64 array)
        Positions fitted on and positions scored, fold by fold, repeat after repeat.
    repeats : int
        How often all rows were dealt out.
    kind : {"stratified", "random", "group", "time"}
        How they were dealt out.
    test_to_train : float
        Rows scored over rows fitted, the mean over the folds: what Nadeau & Bengio (2003) correct by.
    """

    pairs: tuple[Pair, ...]
    repeats: int
    kind: FoldKind
    test_to_train: float


def make_folds(
    target: NDArray[Any],
    *,
    task: Task,
    method: str,
    folds: int = 5,
    repeats: int | Literal["auto"] = "auto",
    seed: int = 0,
    groups: Any = None,
    times: Any = None,
) -> Folds:
    """Deal the training rows out.

    Parameters
    ----------
    target : ndarray of shape (n_rows,)
        Labels or numbers of the training rows.
    method : {"random", "stratified", "time", "group", "hash"}
        The split's method: time and group make folds of their kind, the others deal at random, class by class
        where there are classes.
    folds : int, default=5
        At least 2.
    repeats : int or "auto"
        "auto" is 3 for random folds below 1,000 rows, else 1. Folds in time's order cannot be repeated.
    seed : int, default=0
        Each repeat counts one up from it.
    groups, times : Series or ndarray of shape (n_rows,), optional
        The group and the time of each row, for the methods of these names.

    Raises
    ------
    DataError
        Where the rows of a class, the groups or the distinct times are fewer than the folds need.
    """
    kind = _kind(task, method)
    deals = _repeats(repeats, len(target), kind)
    if task == "classification" and kind != "time":
        _refuse_small_classes(target, folds)
    if len(target) < 2 * folds:
        raise DataError(
            f"{len(target)} training rows are too few for {folds} folds", "cross_validation.folds: 2"
        )
    if kind == "time":
        pairs = tuple(_time_pairs(_codes(times), folds))
    else:
        pairs = tuple(_dealt_pairs(kind, task, target, groups, folds=folds, seeds=range(seed, seed + deals)))
    if task == "classification":
        _refuse_one_class(target, pairs)
    return Folds(pairs, deals, kind, float(np.mean([len(test) / len(train) for train, test in pairs])))


def _kind(task: Task, method: str) -> FoldKind:
    if method in ("time", "group"):
        return "time" if method == "time" else "group"
    return "stratified" if task == "classification" else "random"


def _repeats(repeats: int | Literal["auto"], rows: int, kind: FoldKind) -> int:
    if kind == "time":
        return 1
    if repeats == "auto":
        return FEW_ROWS_REPEATS if rows < FEW_ROWS and kind != "group" else 1
    return repeats


def _codes(values: Any) -> IntArray:
    """Return the place of each value among the distinct ones; missing ones share a place."""
    codes, _ = pd.factorize(pd.Series(values), sort=True, use_na_sentinel=False)
    places: IntArray = codes.astype(np.int64)
    return places


def _refuse_small_classes(target: NDArray[Any], folds: int) -> None:
    counts = pd.Series(target).value_counts()
    small = counts[counts < folds]
    if len(small):
        named = ", ".join(f"{label!r} ({rows})" for label, rows in small.items())
        raise DataError(
            f"fewer than {folds} training rows of class {named}: each of {folds} folds needs one",
            "gather more of them, merge or leave out the class, or lower cross_validation.folds",
        )


def _refuse_one_class(target: NDArray[Any], pairs: tuple[Pair, ...]) -> None:
    codes = _codes(target)
    for number, (train, _) in enumerate(pairs, 1):
        if (codes[train] == codes[train[0]]).all():
            raise DataError(
                f"the {len(train)} training rows of fold {number} are all of class {target[train[0]]!r}",
                "lower cross_validation.folds, or choose another split.method",
            )


def _dealt_pairs(
    kind: FoldKind, task: Task, target: NDArray[Any], groups: Any, *, folds: int, seeds: range
) -> Iterator[Pair]:
    group_codes = _group_codes(groups, folds) if kind == "group" else None
    classes = _codes(target) if task == "classification" else None
    splitter = {
        ("group", "classification"): StratifiedGroupKFold,
        ("group", "regression"): GroupKFold,
        ("stratified", "classification"): StratifiedKFold,
        ("random", "regression"): KFold,
    }[kind, task]
    rows = np.empty((len(target), 0))
    for seed in seeds:
        deal = splitter(n_splits=folds, shuffle=True, random_state=seed)
        for train, test in deal.split(rows, classes, group_codes):
            yield train.astype(np.int64), test.astype(np.int64)


def _group_codes(groups: Any, folds: int) -> IntArray:
    codes = _codes(groups)
    found = len(np.unique(codes))
    if found < folds:
        raise DataError(
            f"{found} groups among the training rows are too few for {folds} folds",
            f"cross_validation.folds: {max(found, 2)} or fewer, or another data.group",
        )
    return codes


def _time_pairs(times: IntArray, folds: int) -> Iterator[Pair]:
    """Split at distinct times, so that no moment is on both sides."""
    found = len(np.unique(times))
    if found < 2 * folds:
        raise DataError(
            f"{found} distinct times among the training rows are too few for {folds} folds",
            "lower cross_validation.folds, or choose another split.method",
        )
    for early, late in TimeSeriesSplit(n_splits=folds).split(np.arange(found)):
        yield np.flatnonzero(times <= early[-1]), np.flatnonzero((times >= late[0]) & (times <= late[-1]))
