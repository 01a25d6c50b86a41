"""Which rungs of a ladder to take, and when to stop.

The base rungs always run. The rest of the default climb runs only where the headroom probe leads the best of
them by more than the tolerance and one standard error (:func:`mlctl.domain.choice.difference`). Beyond that a
climb ends early where its target is reached, or its budget is used up.
"""

import math
import statistics
from collections.abc import Callable, Sequence

from mlctl.domain.choice import corrected_standard_error, difference, tolerance
from mlctl.ml.ascent import Deadline
from mlctl.ml.outcome import RungSummary
from mlctl.ml.problem import Problem
from mlctl.ml.rungs import PlannedRung


class Rules:
    """The rules, and what they have been told so far.

    Parameters
    ----------
    clock : callable
        Seconds that only grow; the budget counts from now.
    """

    def __init__(self, problem: Problem, ladder: Sequence[PlannedRung], clock: Callable[[], float]) -> None:
        self._problem = problem
        self._ladder = tuple(ladder)
        self._clock = clock
        minutes = problem.stop.max_minutes
        self._end = math.inf if minutes is None else clock() + 60 * minutes
        self._summaries: dict[str, RungSummary] = {}

    def record(self, rung: PlannedRung, summary: RungSummary) -> None:
        """Tell what came of a rung."""
        self._summaries[rung.name] = summary

    def why_not(self, rung: PlannedRung) -> str:
        """Say why a rung is not to be taken now; empty where it is."""
        if self._is_first(rung):
            return ""
        if self._clock() >= self._end:
            return self._used_up()
        return self._reached(rung) or (rung.conditional and (self._no_headroom() or rung.skip)) or ""

    def deadline(self, rung: PlannedRung) -> Deadline:
        """Return when a rung that starts now has to be over."""
        minutes = self._problem.limits.rung_minutes
        own = self._clock() + 60 * minutes
        if self._end < own and not self._is_first(rung):
            return Deadline(self._end, "budget", self._used_up())
        return Deadline(own, "timeout", f"not done in time: limits.rung_minutes is {minutes:g}")

    def _is_first(self, rung: PlannedRung) -> bool:
        # The dummy, which is quick: whatever the budget, a result is left.
        return rung.name == self._ladder[0].name

    def _used_up(self) -> str:
        return f"the budget was used up: stop.max_minutes is {self._problem.stop.max_minutes:g}"

    def _reached(self, rung: PlannedRung) -> str:
        """Say which rung reached the target; the default climb takes its base rungs whatever they reach."""
        target = self._problem.stop.target
        probe = next((index for index, other in enumerate(self._ladder) if other.probe), 0)
        if target is None or self._ladder.index(rung) <= probe:
            return ""
        told = (self._reaches(name, summary, target) for name, summary in self._summaries.items())
        return next((text for text in told if text), "")

    def _reaches(self, name: str, summary: RungSummary, target: float) -> str:
        if not (summary.folds and summary.eligible):
            return ""
        mean = statistics.fmean(summary.folds)
        error = corrected_standard_error(summary.folds, self._problem.folds.test_to_train)
        if self._problem.primary.gain(mean, target) < error:
            return ""
        return f"{name} reached stop.target {target:g}: {self._problem.metric} {mean:.4g} ± {error:.2g}"

    def _no_headroom(self) -> str:
        """Say by how little the probe leads; empty where it leads clearly, or there is nothing to compare."""
        base = {rung.name: self._folds(rung) for rung in self._ladder if not rung.conditional}
        probe = next((base.pop(rung.name) for rung in self._ladder if rung.probe), ())
        simple = {name: folds for name, folds in base.items() if folds}
        if not probe or not simple:
            return ""
        metric = self._problem.primary
        best = max(simple, key=lambda name: metric.gain(statistics.fmean(simple[name]), 0.0))
        dummy = self._folds(self._ladder[0])
        tolerated = tolerance(metric, statistics.fmean(dummy) if dummy else None)
        lead = difference(metric, probe, simple[best], self._problem.folds.test_to_train, tolerated)
        if lead.beyond:
            return ""
        verb = "leads" if lead.gain > 0 else "is behind"
        return f"no headroom: the probe {verb} {best} by {abs(lead.gain):.3g} ± {lead.standard_error:.2g}"

    def _folds(self, rung: PlannedRung) -> tuple[float, ...]:
        return self._summaries.get(rung.name, RungSummary()).folds
