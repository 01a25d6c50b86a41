"""The learning curve: held-out scores of models of an eighth, a quarter, half and all of the training rows.

Sizes double, so that each step answers the same question: what would twice the rows bring? Smaller parts are
drawn twice, for a small part may be a lucky one. Of rows in time's order a part is the latest of them: what
would a longer history bring? Groups stay whole.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.domain.insight import LearningCurve, Step
from mlctl.domain.metrics import METRICS
from mlctl.ml import tasks
from mlctl.ml.problem import IntArray, Problem
from mlctl.ml.rungs import PlannedRung
from mlctl.stats.jackknife import left_out, parts_of, standard_error

SHARES = (0.125, 0.25, 0.5, 1.0)
DRAWS = 2
LEAST_ROWS = 20
"""Fewer training rows are not fitted: such a score is luck."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the training rows: positions in the problem's frame."""

    share: float
    rows: IntArray


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of one part's model on the held-out rows, and with each fortieth of these left out."""

    rows: int
    score: float
    without: tuple[float, ...]


def parts(
    problem: Problem, groups: NDArray[Any] | None = None, *, latest: NDArray[Any] | None = None
) -> list[Part]:
    """Return the parts to fit, the smallest first; the last is the whole.

    Parameters
    ----------
    groups : ndarray of shape (n_train,), optional
        The group of each training row.
    latest : ndarray of shape (n_train,), optional
        The time of each training row; the parts are then the latest rows.
    """
    random = np.random.default_rng(problem.seed)
    deals = 1 if latest is not None else DRAWS
    order = [_order(problem, groups, latest, random) for _ in range(deals)]
    found = []
    for share in SHARES:
        count = math.floor(len(problem.train) * share)
        if count >= LEAST_ROWS or share == 1:
            found += [Part(share, np.sort(rows[:count])) for rows in order[: 1 if share == 1 else deals]]
    return found


def _order(
    problem: Problem, groups: NDArray[Any] | None, latest: NDArray[Any] | None, random: np.random.Generator
) -> IntArray:
    if latest is not None:
        return problem.train[np.argsort(latest, kind="stable")[::-1]]
    if groups is None:
        return random.permutation(problem.train)
    names, codes = np.unique(groups, return_inverse=True)
    places = random.permutation(len(names))[codes]
    return problem.train[np.argsort(places, kind="stable")]


def fit_part(problem: Problem, rung: PlannedRung, rows: IntArray) -> Scored | None:
    """Fit a rung's first point on some rows and score the held-out ones; to be called in a worker.

    Returns
    -------
    Scored or None
        None where the primary metric cannot be computed.
    """
    with warnings.catch_warnings(action="ignore"):  # training has told of them
        model = tasks.fit(problem, rung, 0, rows)
        answer = tasks.predict(problem, model, problem.test)

    def of(keep: Any) -> float | None:
        kept = tasks.part_of(answer, keep)
        return tasks.score_answer(problem, problem.test[keep], kept).get(problem.metric)

    score = of(np.ones(len(problem.test), dtype=bool))
    if score is None:
        return None
    dealt = parts_of(len(problem.test), problem.seed, in_order=problem.folds.kind == "time")
    return Scored(len(rows), score, tuple(left_out(of, dealt)))


def curve(
    problem: Problem, planned: Sequence[Part], scored: Sequence[Scored | None], *, latest: bool
) -> LearningCurve:
    """Put what the parts scored together.

    Parameters
    ----------
    planned, scored : sequence
        Of the same length; None for a part that was not fitted.
    """
    pairs = list(zip(planned, scored, strict=True))
    whole = next((s for p, s in reversed(pairs) if p.share == 1), None)
    steps, missing = [], []
    for share in dict.fromkeys(part.share for part in planned):
        of_it = [(p, s) for p, s in pairs if p.share == share]
        done = [s for _, s in of_it if s]
        if done:
            behind = tuple(_behind(problem, one, whole) for one in done) if whole and share < 1 else ()
            steps.append(Step(done[0].rows, tuple(one.score for one in done), behind))
        else:
            missing.append(len(of_it[0][0].rows))
    order = "latest" if latest else "random"
    return LearningCurve(problem.metric, len(problem.test), order, tuple(steps), tuple(missing))


def _behind(problem: Problem, one: Scored, whole: Scored) -> tuple[float, float | None]:
    gain = METRICS[problem.metric].gain
    gaps = [gain(a, b) for a, b in zip(whole.without, one.without, strict=True)]
    return gain(whole.score, one.score), standard_error(gaps)


def of_one_point(rung: PlannedRung, parameters: dict[str, Any]) -> PlannedRung:
    """Return a rung whose only point is the one that was chosen."""
    return replace(rung, points=(parameters,))
