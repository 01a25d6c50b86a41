"""One rung, climbed by a pool of workers: folds and refit side by side, then the timing alone.

Outcomes are kept by point and fold, never by arrival, so the scores do not depend on the number of workers.
"""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.ml import outcome, tasks
from mlctl.ml.latency import Latency
from mlctl.ml.outcome import FailureReason, Progress, RungFailure, RungResult, SearchPoint
from mlctl.ml.pool import Pool
from mlctl.ml.problem import Problem
from mlctl.ml.rungs import PlannedRung
from mlctl.ml.tasks import FoldOutcome, Refit
from mlctl.ml.worker import Call, Done, Failure

_REFIT = "refit"
_LATENCY = "latency"
Key = tuple[int, int] | str
"""(point, fold) of a fold's fit, or one of the two others."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a rung has to be over.

    Attributes
    ----------
    at : float
        The clock's reading.
    reason : {"timeout", "budget"}
        What it fails with.
    message : str
        What to say then.
    """

    at: float
    reason: FailureReason
    message: str


class Ascent:
    """The climbing of one rung.

    Parameters
    ----------
    folder : path
        Existing directory that gets the model's file, and nothing where the rung fails.
    workspace : path
        Existing directory on the same file system for what is half-made.
    """

    def __init__(
        self,
        problem: Problem,
        rung: PlannedRung,
        folder: Path,
        *,
        workspace: Path,
        pool: Pool,
        clock: Callable[[], float],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._problem = problem
        self._rung = rung
        self._folder = folder
        self._workspace = workspace
        self._pool = pool
        self._clock = clock
        self._on_progress = on_progress
        self._folds: dict[tuple[int, int], FoldOutcome] = {}
        self._out: dict[int, Failure] = {}
        self._chosen = 0
        self._refit: Refit | None = None
        self._latency: Latency | None = None
        self._failure: Failure | None = None
        self._validated_s = 0.0

    def climb(self, deadline: Deadline) -> RungResult | RungFailure:
        """Do all the work and return what came of it."""
        self._started = self._clock()
        self._tell()
        # The longest piece goes first; which point to refit is only known at once where nothing is searched.
        first = [self._refit_call()] if len(self._rung.points) == 1 else []
        self._work([*first, *self._fold_calls()], deadline)
        if self._refit is not None and self._failure is None:
            path = self._workspace / self._refit.saved.file
            self._work([Call(_LATENCY, tasks.measure_latency, (path,))], deadline)
        return self._failed(deadline) if self._failure else self._result()

    def _fold_calls(self) -> Iterable[Call]:
        return [
            Call((point, fold), tasks.fit_fold, (self._rung, point, fold))
            for point in range(len(self._rung.points))
            for fold in range(self._fold_count)
        ]

    def _refit_call(self) -> Call:
        return Call(_REFIT, tasks.refit, (self._rung, self._chosen, self._workspace))

    def _work(self, calls: Iterable[Call], deadline: Deadline) -> None:
        self._pool.submit(calls)
        for done in self._pool.results(deadline.at):
            if isinstance(done, Done):
                self._take(done.key, done.value)
            else:
                self._lose(done)
            if self._failure:
                self._pool.cancel_all()
                return
            self._tell()

    def _take(self, key: Any, value: Any) -> None:
        if key == _LATENCY:
            self._latency = value
        elif key == _REFIT:
            self._refit = value
        else:
            self._folds[key] = value
            self._validated_s = self._clock() - self._started
            if self._problem.metric not in value.scores:
                self._drop(
                    Failure(key, "error", f"{self._problem.metric} is not defined in fold {key[1] + 1}")
                )
            self._settle()

    def _lose(self, failure: Failure) -> None:
        if failure.reason == "timeout" or isinstance(failure.key, str):
            self._failure = failure
        else:
            self._drop(failure)
            self._settle()

    def _drop(self, failure: Failure) -> None:
        point = failure.key[0]  # type: ignore[index]  # only folds' keys get here, and they are pairs
        self._out[point] = failure
        self._pool.cancel((point, fold) for fold in range(self._fold_count))

    def _settle(self) -> None:
        """When every point has all its folds or is out, choose the best and have it refitted."""
        left = [point for point in range(len(self._rung.points)) if point not in self._out]
        if not left:
            self._failure = self._out[min(self._out)]
        elif len(self._rung.points) > 1 and all(self._is_complete(point) for point in left):
            # max returns the first of equals.
            self._chosen = max(left, key=lambda point: self._problem.primary.gain(self._mean(point), 0.0))
            self._pool.submit([self._refit_call()])

    def _is_complete(self, point: int) -> bool:
        return all((point, fold) in self._folds for fold in range(self._fold_count))

    def _outcomes(self, point: int) -> list[FoldOutcome]:
        return [self._folds[point, fold] for fold in range(self._fold_count)]

    def _scores(self, point: int) -> list[float]:
        return [fold.scores[self._problem.metric] for fold in self._outcomes(point)]

    def _mean(self, point: int) -> float:
        return statistics.fmean(self._scores(point))

    @property
    def _fold_count(self) -> int:
        return len(self._problem.folds.pairs)

    def _tell(self) -> None:
        total = len(self._rung.points) * self._fold_count + 2
        settled = sum((p, f) in self._folds or p in self._out for p, f in self._all_folds())
        done = settled + (self._refit is not None) + (self._latency is not None)
        elapsed = self._clock() - self._started
        self._on_progress(Progress(done, total, elapsed, elapsed / done * (total - done) if done else None))

    def _all_folds(self) -> Iterable[tuple[int, int]]:
        return ((p, f) for p in range(len(self._rung.points)) for f in range(self._fold_count))

    def _warnings(self) -> tuple[str, ...]:
        pieces = [self._folds[key].warnings for key in sorted(self._folds)]
        return outcome.counted([*pieces, self._refit.warnings] if self._refit else pieces)

    def _failed(self, deadline: Deadline) -> RungFailure:
        failure = self._failure
        assert failure is not None  # noqa: S101 - for the type checker: asked before
        if failure.reason == "timeout":
            return RungFailure(deadline.reason, deadline.message, warnings=self._warnings())
        return RungFailure(failure.reason, failure.message, failure.traceback, self._warnings())

    def _result(self) -> RungResult:
        refit, latency = self._refit, self._latency
        assert refit is not None  # noqa: S101 - for the type checker: without a failure both are there
        assert latency is not None  # noqa: S101 - as above
        files.move(self._workspace / refit.saved.file, self._folder / refit.saved.file)
        folds = self._outcomes(self._chosen)
        timings = {
            "cross_validation_s": self._validated_s,
            "fit_s": refit.fit_s,
            "predict_s": refit.predict_s,
            "total_s": self._clock() - self._started,
        }
        return RungResult(
            parameters=dict(self._rung.points[self._chosen]),
            search=tuple(self._searched(point) for point in range(len(self._rung.points))),
            evaluations=outcome.evaluations(folds, refit, latency),
            scores=outcome.score_rows(folds, refit),
            held_out=refit.held_out,
            timings=timings,
            model_file=refit.saved.file,
            model_note=_note(refit),
            eligible=outcome.eligibility(self._problem.limits, latency, refit.saved.bytes),
            warnings=self._warnings(),
        )

    def _searched(self, point: int) -> SearchPoint:
        parameters = dict(self._rung.points[point])
        if point in self._out:
            return SearchPoint(parameters, None, None, self._out[point].message)
        scores = self._scores(point)
        return SearchPoint(parameters, statistics.fmean(scores), statistics.stdev(scores))


def _note(refit: Refit) -> str:
    if refit.saved.untrusted:
        return f"loading it needs trust in {', '.join(refit.saved.untrusted)}"
    return refit.saved.note
