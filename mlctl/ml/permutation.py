"""Permutation importance: what the score loses on held-out rows when a column is shuffled.

A column is shuffled among the rows, which cuts what it has to do with the answer and leaves its values as
they are (L. Breiman, Random Forests, Machine Learning 45, 2001, section 10). Two columns that tell the same
stand in for each other, and each alone looks of no use; so those that look so are shuffled together, and the
more important half is taken back until together they cost nothing.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlctl.domain.insight import Importance, Loss
from mlctl.domain.metrics import METRICS
from mlctl.errors import MlctlError
from mlctl.ml import model_file, tasks
from mlctl.ml.problem import Problem
from mlctl.stats.jackknife import left_out, parts_of, standard_error

ROWS = 2_000
"""At most so many held-out rows are looked at."""

REPEATS = 3
"""Each column is shuffled so many times."""

_PARTS = 20


def measure(problem: Problem, path: Path, trust: bool, seconds: float, tolerated: float) -> Importance:
    """Load a model and measure its columns; to be called in a worker.

    Parameters
    ----------
    path : path
        The model's file; the caller has checked its checksum.
    seconds : float
        From here on; the columns for which there is no time are left out, and said.
    tolerated : float
        A loss that is too small to matter, in the primary metric's units.
    """
    model = model_file.load(path, trust=trust)
    names = [column.name for column in problem.columns]
    until = time.monotonic() + seconds
    return importance(problem, model, names, tolerated=tolerated, in_time=lambda: time.monotonic() < until)


def importance(
    problem: Problem, model: Any, names: Sequence[str], *, tolerated: float, in_time: Callable[[], bool]
) -> Importance:
    """Return what each column is worth to a fitted model, on held-out rows of a problem.

    Parameters
    ----------
    model : Pipeline
        As a climb fits it.
    names : sequence of str
        The columns.
    tolerated : float
        A loss that is too small to matter, in the primary metric's units.
    in_time : callable
        Asked before each column.

    Raises
    ------
    MlctlError
        When the primary metric cannot be computed on these rows.
    """
    look = _Look(problem, model)
    each, late = [], []
    for name in names:
        if in_time():
            each.append(look.loss((name,)))
        else:
            late.append(name)
    ordered = tuple(sorted(each, key=lambda one: -one.loss))
    useless = None if late else _together(look, ordered, tolerated, in_time)
    return Importance(problem.metric, look.rows, look.score, ordered, useless, tuple(late))


def _together(
    look: "_Look", ordered: Sequence[Loss], tolerated: float, in_time: Callable[[], bool]
) -> Loss | None:
    """Return the columns that cost nothing together, from those that cost nothing alone."""
    free = [one.columns[0] for one in ordered if _upper(one) <= tolerated]
    if len(free) == len(ordered):
        free = free[1:]  # with every column gone there is no model left
    while free and in_time():
        together = look.loss(tuple(sorted(free)))
        if _upper(together) <= tolerated:
            return together
        free = free[(len(free) + 1) // 2 :]
    return None


def _upper(one: Loss) -> float:
    return float("inf") if one.standard_error is None else one.loss + 2 * one.standard_error


class _Look:
    """A model before some held-out rows, and what it scores there with columns shuffled."""

    def __init__(self, problem: Problem, model: Any) -> None:
        random = np.random.default_rng(problem.seed)
        chosen = np.sort(random.permutation(problem.test)[:ROWS])
        self.rows = len(chosen)
        self._places = np.arange(self.rows)
        self._problem = replace(
            problem, frame=problem.frame.iloc[chosen].reset_index(drop=True), target=problem.target[chosen]
        )
        self._model = model
        self._parts = parts_of(self.rows, problem.seed, _PARTS, in_order=problem.folds.kind == "time")
        found, self._without = self._scores(self._problem.frame)
        if found is None:
            raise MlctlError(f"{problem.metric} cannot be computed on these {self.rows:,} held-out rows")
        self.score = found

    def loss(self, columns: tuple[str, ...]) -> Loss:
        """Return what shuffling columns costs, each in its own order."""
        frame = self._problem.frame
        random = np.random.default_rng(self._problem.seed)
        gain = METRICS[self._problem.metric].gain
        losses, parts = [], []
        for _ in range(REPEATS):
            mixed = {name: _mixed(frame[name], random) for name in columns}
            score, without = self._scores(frame.assign(**mixed))
            losses.append(float("nan") if score is None else gain(self.score, score))
            parts.append([gain(a, b) for a, b in zip(self._without, without, strict=True)])
        error = standard_error(np.mean(parts, axis=0))
        return Loss(columns, float(np.mean(losses)), error)

    def _scores(self, frame: pd.DataFrame) -> tuple[float | None, list[float]]:
        problem = replace(self._problem, frame=frame)
        with warnings.catch_warnings(action="ignore"):  # training has told of them
            answer = tasks.predict(problem, self._model, self._places)
        return self._of(answer, np.ones(self.rows, dtype=bool)), left_out(
            partial(self._of, answer), self._parts
        )

    def _of(self, answer: tasks.Answer, keep: Any) -> float | None:
        kept = tasks.part_of(answer, keep)
        return tasks.score_answer(self._problem, self._places[keep], kept).get(self._problem.metric)


def _mixed(column: pd.Series, random: np.random.Generator) -> pd.Series:
    return column.iloc[random.permutation(len(column))].set_axis(column.index)
