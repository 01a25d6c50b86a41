"""A ladder, climbed rung by rung."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Self

import joblib

from mlctl import files
from mlctl.ml import handover, memory
from mlctl.ml.ascent import Ascent
from mlctl.ml.outcome import Progress, RungFailure, RungResult, RungSummary
from mlctl.ml.pool import Pool
from mlctl.ml.problem import Problem
from mlctl.ml.rules import Rules
from mlctl.ml.rungs import PlannedRung, build_pipeline


class Climb:
    """The climbing of one ladder; a context manager that ends its workers.

    To do one rung again, as it was, climb a ladder of that rung alone, with the chosen parameters as its only
    point.

    Parameters
    ----------
    ladder : sequence of PlannedRung
        In the order of climbing, the dummy first; see :func:`mlctl.ml.rungs.plan`.
    scratch : path
        An existing directory for what the workers share; the caller removes it.
    clock : callable
        Seconds that only grow, such as ``time.monotonic``; the budget counts from now.

    Attributes
    ----------
    skipped : list of (str, str)
        The rungs that were not taken, by name, and why.

    Raises
    ------
    UsageError
        For a value that an estimator refuses, or columns that it cannot take, before anything is fitted.

    Examples
    --------
    ::

        with Climb(problem, ladder, scratch=folder, clock=time.monotonic) as climb:
            for rung in climb.rungs():
                outcome = climb.run(rung, make_folder(rung), show)
                climb.record(rung, outcome.summary(problem.metric))
    """

    def __init__(
        self, problem: Problem, ladder: Sequence[PlannedRung], *, scratch: Path, clock: Callable[[], float]
    ) -> None:
        self.skipped: list[tuple[str, str]] = []
        self._problem = problem
        self._ladder = tuple(ladder)
        self._scratch = scratch
        self._clock = clock
        self._rules = Rules(problem, ladder, clock)
        self._stack = ExitStack()
        for rung in self._ladder:
            _check(problem, rung)

    def __enter__(self) -> Self:
        shared = self._scratch / "problem"
        handover.write(self._problem, shared)
        workers = self._problem.jobs or joblib.cpu_count()
        pool = Pool(
            partial(handover.read, shared),
            workers=workers,
            scratch=self._scratch,
            clock=self._clock,
            memory=memory.share(self._problem.limits.memory_gb, workers),
        )
        self._pool = self._stack.enter_context(pool)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rungs(self) -> Iterator[PlannedRung]:
        """Yield the rungs to take. Each has to be recorded before the next is asked for."""
        for rung in self._ladder:
            if why := self._rules.why_not(rung):
                self.skipped.append((rung.name, why))
            else:
                yield rung

    def run(
        self, rung: PlannedRung, folder: Path, on_progress: Callable[[Progress], None]
    ) -> RungResult | RungFailure:
        """Climb one rung.

        Parameters
        ----------
        folder : path
            Existing directory, on the file system of ``scratch``, that gets the model's file; nothing is left
            in it where the rung fails.
        on_progress : callable
            Told at the start and after each piece of work.
        """
        workspace = self._scratch / f"rung-{rung.index}"
        files.make_folder(workspace)
        ascent = Ascent(
            self._problem,
            rung,
            folder,
            workspace=workspace,
            pool=self._pool,
            clock=self._clock,
            on_progress=on_progress,
        )
        return ascent.climb(self._rules.deadline(rung))

    def record(self, rung: PlannedRung, summary: RungSummary) -> None:
        """Tell the rules what came of a rung, in this run or in an earlier one."""
        self._rules.record(rung, summary)


def _check(problem: Problem, rung: PlannedRung) -> None:
    with warnings.catch_warnings(action="ignore"):  # they are recorded when the rung is climbed
        for point in rung.points:
            how = problem.how_to_build()
            build_pipeline(rung, point, problem.columns, problem.options, problem.task, **how)
