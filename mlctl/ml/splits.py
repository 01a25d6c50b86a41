"""Which rows are trained on and which are held out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from mlctl.domain.metrics import Task
from mlctl.errors import DataError, UsageError
from mlctl.ml.hashing import numbered, row_hashes, unit_interval
from mlctl.params.model import Split as SplitOptions

IntArray = NDArray[np.int64]

DEFAULT_TEST_SIZE = 0.2

LUMPY = 0.05
"""A hash split whose held-out share misses the wanted one by more than this, and by more than chance explains
(four standard deviations), is lumpy: too many rows are equal, and equal rows fall to one side."""


@dataclass(frozen=True, slots=True)
class Split:
    """Positions of the rows that are trained on and of those that are held out.

    Attributes
    ----------
    method : {"random", "stratified", "time", "group", "hash"}
        How they were chosen.
    train, test : int64 array
        Positions in the examined table; not all rows where the sizes add up to less than 1. In the order in
        which scikit-learn shuffled them for random and stratified, by time for time, else in the table's.
    said : str
        What was held out, as one sentence for the log.
    """

    method: str
    train: IntArray
    test: IntArray
    said: str


def make_split(
    options: SplitOptions,
    target: NDArray[Any],
    *,
    task: Task,
    identity: pd.DataFrame,
    times: Any = None,
    groups: Any = None,
) -> Split:
    """Hold rows out for the one final score.

    Parameters
    ----------
    options : params.Split
        Method, sizes and seed. Without a method: by time or by group where such a column is given, else by
        hash.
    target : ndarray of shape (n_rows,)
        Labels or numbers.
    identity : DataFrame of shape (n_rows, n_columns)
        What names a row for the hash split: the key column, or every column but the target.
    times, groups : Series or ndarray of shape (n_rows,), optional
        The time and the group of each row.

    Raises
    ------
    DataError
        Where a part would be empty, or the training part hold one class only.
    UsageError
        Where the method lacks its column, or is not one for the task.
    """
    method = options.method or ("time" if times is not None else "group" if groups is not None else "hash")
    _refuse_unfit(method, task, times, groups)
    if method == "time":
        split = _by_time(options, times)
    elif method == "group":
        split = _by_group(options, groups)
    elif method == "hash":
        split = _by_hash(options, identity)
    else:
        split = _at_random(options, target, method)
    _refuse_poor(split, target, task)
    return split


def _refuse_unfit(method: str, task: Task, times: Any, groups: Any) -> None:
    if method == "stratified" and task == "regression":
        raise UsageError(
            "split.method: stratified needs classes, and the target is a number", "use random or hash"
        )
    if method == "time" and times is None:
        raise UsageError("split.method: time needs a time column", "name it in data.time")
    if method == "group" and groups is None:
        raise UsageError("split.method: group needs a group column", "name it in data.group")


def _refuse_poor(split: Split, target: NDArray[Any], task: Task) -> None:
    hint = "use more rows, other sizes under split:, or split.method: random"
    if not len(split.train) or not len(split.test):
        part = "trained on" if not len(split.train) else "held out"
        raise DataError(f"split.method {split.method}: of {len(target)} rows none would be {part}", hint)
    if task == "classification":
        labels = target[split.train]
        if (labels == labels[0]).all():
            raise DataError(
                f"split.method {split.method}: all {len(labels)} training rows are of class {labels[0]!r}",
                hint,
            )


def _sizes(options: SplitOptions) -> tuple[float, float]:
    """Return the shares of the rows that are trained on and held out."""
    test = options.test_size
    if test is None:
        test = DEFAULT_TEST_SIZE if options.train_size is None else 1 - options.train_size
    return (1 - test if options.train_size is None else options.train_size), test


def _at_random(options: SplitOptions, target: NDArray[Any], method: str) -> Split:
    test_size = DEFAULT_TEST_SIZE if options.train_size is None is options.test_size else options.test_size
    try:
        train, test = train_test_split(
            np.arange(len(target)),
            train_size=options.train_size,
            test_size=test_size,
            random_state=options.random_state,
            stratify=target if method == "stratified" else None,
        )
    except ValueError as error:
        raise DataError(
            f"split.method {method}: {error}", "use more rows, or other sizes under split:"
        ) from error
    how = "at random" if method == "random" else "at random within each class"
    return _said(method, train, test, len(target), f"{how} (seed {options.random_state})")


def _by_hash(options: SplitOptions, identity: pd.DataFrame) -> Split:
    rows = len(identity)
    train_size, test_size = _sizes(options)
    hashes = row_hashes(identity)
    places = unit_interval(hashes, options.random_state)
    how = "by a hash of what names them: a row keeps its side for ever"
    if _is_lumpy(places < test_size, test_size):
        places = unit_interval(numbered(hashes), options.random_state)
        distinct = len(np.unique(hashes))
        how = (
            f"by a hash of what names them and of their order of appearance: only {distinct:,} are distinct, "
            "and equal rows may stand on both sides"
        )
    test = np.flatnonzero(places < test_size)
    # From the other end, so that a held-out row stays one when train_size changes.
    train = np.flatnonzero(places >= 1 - train_size)
    return _said("hash", train, test, rows, how)


def _is_lumpy(held_out: NDArray[np.bool_], wanted: float) -> bool:
    chance = 4 * float(np.sqrt(wanted * (1 - wanted) / len(held_out)))
    missed = abs(float(held_out.mean()) - wanted)
    return missed > max(LUMPY, chance) or bool(held_out.all()) or not held_out.any()


def _by_time(options: SplitOptions, times: Any) -> Split:
    values = pd.Series(times).reset_index(drop=True)
    if values.isna().any():
        raise DataError(
            f"{int(values.isna().sum()):,} of {len(values):,} rows have no time",
            "fill or leave out these rows, or choose another split.method",
        )
    codes, distinct = pd.factorize(values, sort=True)
    train_size, test_size = _sizes(options)
    before = np.concatenate(
        [[0], np.cumsum(np.bincount(codes))]
    )  # rows before each distinct time, and in all
    first = _nearest(before, len(values) * (1 - test_size), 1, len(distinct) - 1)
    start = _nearest(before, before[first] - len(values) * train_size, 0, first - 1)
    order = np.argsort(codes, kind="stable")
    train, test = order[before[start] : before[first]], order[before[first] :]
    how = f"from {distinct[first]} on" if len(distinct) > 1 else ""
    return _said("time", train, test, len(values), how)


def _nearest(before: IntArray, wanted: float, least: int, most: int) -> int:
    # Of a single time or group nothing is allowed: one part stays empty then, and is refused.
    allowed = np.arange(max(min(least, most), 0), max(most, 0) + 1)
    return int(allowed[np.argmin(np.abs(before[allowed] - wanted))])


def _by_group(options: SplitOptions, groups: Any) -> Split:
    codes, distinct = pd.factorize(pd.Series(groups), sort=True, use_na_sentinel=False)
    counts = np.bincount(codes)
    train_size, test_size = _sizes(options)
    order = np.random.RandomState(options.random_state).permutation(len(distinct))
    taken = np.concatenate([[0], np.cumsum(counts[order])])
    last = _nearest(taken, len(codes) * test_size, 1, len(distinct) - 1)
    until = _nearest(taken, taken[last] + len(codes) * train_size, last + 1, len(distinct))
    test = np.flatnonzero(np.isin(codes, order[:last]))
    train = np.flatnonzero(np.isin(codes, order[last:until]))
    return _said("group", train, test, len(codes), f"{last:,} of {len(distinct):,} whole groups")


def _said(method: str, train: IntArray, test: IntArray, rows: int, how: str) -> Split:
    said = f"held out {len(test):,} of {rows:,} rows, {how}"
    return Split(method, train.astype(np.int64), test.astype(np.int64), said)
