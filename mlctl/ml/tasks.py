"""The pieces of work of one rung, each done by one worker: score a fold, fit for good, time the model."""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlctl.ml import latency, metrics, model_file
from mlctl.ml.latency import Latency
from mlctl.ml.model_file import SavedModel
from mlctl.ml.problem import IntArray, Problem
from mlctl.ml.rungs import PlannedRung, build_pipeline
from mlctl.ml.worker import printable

T = TypeVar("T")

COMPARED_ROWS = 200
"""Rows on which a model read back from its file has to predict what it predicted before."""

MOST_WARNINGS = 20
"""Different warnings that are kept of one fit."""


@dataclass(frozen=True, slots=True)
class FoldOutcome:
    """One fold of one point of the search.

    Attributes
    ----------
    scores : dict
        Metric to value on the fold's validation rows.
    fit_s, predict_s : float
        Seconds.
    warnings : tuple of str
        What scikit-learn and others warned of, each once.
    """

    scores: dict[str, float]
    fit_s: float
    predict_s: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The held-out rows and what the model said of them; lists of equal length, plain Python values.

    Attributes
    ----------
    rows : list of int
        Positions in the examined frame.
    probabilities : list of list of float
        For each row one for each class, in the order of the problem's classes; empty where there are none.
    """

    rows: list[int]
    truth: list[Any]
    predicted: list[Any]
    probabilities: list[list[float]]

    def table(self) -> Iterator[tuple[Any, ...]]:
        """Yield (row, truth, predicted, one probability for each class or none) for each row."""
        for place, row in enumerate(self.rows):
            shares = self.probabilities[place] if self.probabilities else ()
            yield (row, self.truth[place], self.predicted[place], *shares)


@dataclass(frozen=True, slots=True)
class Refit:
    """The model fitted on the whole training part, and on disk.

    Attributes
    ----------
    train, test : dict
        Metric to value.
    predict_s : float
        Seconds to predict the held-out part.
    """

    train: dict[str, float]
    test: dict[str, float]
    held_out: HeldOut
    saved: SavedModel
    fit_s: float
    predict_s: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of rows: labels or numbers, and scores or probabilities where it has them."""

    labels: NDArray[Any]
    scores: NDArray[np.float64] | None = None
    probabilities: NDArray[np.float64] | None = None


def fit_fold(problem: Problem, rung: PlannedRung, point: int, fold: int) -> FoldOutcome:
    """Fit one point of a rung on one fold, and score the rows that the fold keeps back.

    Parameters
    ----------
    point : int
        Index into the rung's points.
    fold : int
        Index into the problem's folds.
    """
    fitted, scored = (problem.train[part] for part in problem.folds.pairs[fold])
    with collected() as caught:
        model, fit_s = _timed(lambda: fit(problem, rung, point, fitted))
        answer, predict_s = _timed(lambda: predict(problem, model, scored))
        scores = score_answer(problem, scored, answer)
    return FoldOutcome(scores, fit_s, predict_s, _told(caught))


def refit(problem: Problem, rung: PlannedRung, point: int, folder: Path) -> Refit:
    """Fit one point of a rung on all training rows, score it on them and once on the rest, and save it.

    Parameters
    ----------
    folder : path
        Existing directory that gets the model's file.
    """
    with collected() as caught:
        model, fit_s = _timed(lambda: fit(problem, rung, point, problem.train))
        train = score_answer(problem, problem.train, predict(problem, model, problem.train))
        answer, predict_s = _timed(lambda: predict(problem, model, problem.test))
        test = score_answer(problem, problem.test, answer)
        sample = problem.frame.iloc[problem.test[:COMPARED_ROWS]]
        saved = model_file.save(model, folder, sample=sample)
    held_out = _held_out(problem, answer)
    return Refit(train, test, held_out, saved, fit_s, predict_s, _told(caught))


def measure_latency(problem: Problem, path: Path) -> Latency:
    """Read a model back from its file, and time it on held-out rows; to be run while nothing else runs."""
    model = model_file.load(path, trust=True)  # the climb wrote it a moment ago
    with collected():
        return latency.measure(model, problem.frame.iloc[problem.test[: latency.MOST_ROWS]])


def scores_on(problem: Problem, model: Any, rows: IntArray) -> dict[str, float]:
    """Return the scores of a fitted model on rows of a problem, computed as a climb computes them.

    Parameters
    ----------
    rows : int64 array
        Positions in the problem's frame.
    """
    with collected():
        return score_answer(problem, rows, predict(problem, model, rows))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def collected() -> Any:
    """Keep what is warned of off the screen; for the length of a block."""
    return warnings.catch_warnings(record=True, action="always")


def _told(caught: list[warnings.WarningMessage]) -> tuple[str, ...]:
    # Deprecations are for those who write code, not for those who train.
    told = dict.fromkeys(
        printable(f"{warning.category.__name__}: {' '.join(str(warning.message).split())}")
        for warning in caught
        if not issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning)
    )
    lines = tuple(told)
    more = len(lines) - MOST_WARNINGS
    return (*lines[:MOST_WARNINGS], f"and {more:,} other warnings") if more > 0 else lines


def fit(problem: Problem, rung: PlannedRung, point: int, rows: IntArray) -> Any:
    """Return one point of a rung, fitted on rows of a problem."""
    model = build_pipeline(
        rung, rung.points[point], problem.columns, problem.options, problem.task, **problem.how_to_build()
    )
    return model.fit(problem.frame.iloc[rows], problem.target[rows])


def predict(problem: Problem, model: Any, rows: IntArray) -> Answer:
    """Return what a fitted model says of rows of a problem."""
    # The preparation is done once for labels and probabilities; a pipeline would do it for each.
    table = model[:-1].transform(problem.frame.iloc[rows])
    estimator = model[-1]
    labels = np.asarray(estimator.predict(table)).ravel()
    if len(labels) != len(rows):
        # One answer would silently be taken for every row's.
        raise ValueError(f"predict gave {len(labels):,} answers for {len(rows):,} rows")
    if problem.task == "regression":
        return Answer(labels)
    fitted = np.asarray(getattr(estimator, "classes_", problem.classes)).tolist()
    if hasattr(estimator, "predict_proba"):
        shares = metrics.align(estimator.predict_proba(table), fitted, problem.classes)
        return Answer(labels, probabilities=shares)
    if hasattr(estimator, "decision_function") and tuple(fitted) == problem.classes and len(fitted) == 2:
        return Answer(labels, scores=estimator.decision_function(table))
    return Answer(labels)


def part_of(answer: Answer, keep: Any) -> Answer:
    """Return what was said of some of the rows: a mask, or their positions."""
    scores, shares = answer.scores, answer.probabilities
    return Answer(
        answer.labels[keep],
        None if scores is None else scores[keep],
        None if shares is None else shares[keep],
    )


def score_answer(problem: Problem, rows: IntArray, answer: Answer) -> dict[str, float]:
    """Return every metric of an answer that can be computed."""
    return metrics.score(
        problem.task,
        problem.target[rows],
        answer.labels,
        scores=answer.scores,
        probabilities=answer.probabilities,
        classes=problem.classes,
        positive=problem.positive,
    )


def _held_out(problem: Problem, answer: Answer) -> HeldOut:
    shares = [] if answer.probabilities is None else answer.probabilities.tolist()
    truth: NDArray[Any] = problem.target[problem.test]
    return HeldOut(problem.test.tolist(), truth.tolist(), answer.labels.tolist(), shares)
