"""The numbers of a gate: both scores, the difference with its bounds, slices, and what could be seen."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlctl.actions import guards
from mlctl.actions.contenders import Challenger, Contender
from mlctl.actions.gate_rows import GateRows
from mlctl.actions.gate_slices import slices_of
from mlctl.domain.gate import (
    LEAST_RARER,
    LEAST_ROWS,
    Facts,
    Rules,
    Score,
    SliceFact,
    reference_gain,
    slice_error_rate,
)
from mlctl.domain.metrics import METRICS, Metric, metrics_of
from mlctl.errors import DataError, GateStoppedError, UsageError
from mlctl.params.model import TRAINING, Promote
from mlctl.stats import paired
from mlctl.stats.paired import Answers, Gain


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    scores : mapping
        Every score of the challenger on the gate's rows.
    lead : tuple of (Metric, Gain) or None
        How far it is ahead of the dummy; None where the rows do not tell.
    """

    facts: Facts
    scores: Mapping[str, float]
    lead: tuple[Metric, Gain] | None
    warnings: tuple[str, ...] = ()


def settle_metric(asked: Promote, ours: Challenger) -> tuple[Metric, tuple[str, ...]]:
    """Return the metric that decides, and a warning for each one of the training rows.

    Raises
    ------
    UsageError
        For a metric that the task lacks.
    """
    name = asked.metric or ours.experiment.metric
    named = dict.fromkeys(text for text in (name, *asked.metrics) if text.startswith(TRAINING))
    warnings = tuple(
        f"{text} rewards what was learned by heart: {text.removeprefix(TRAINING)} on held-out rows decides"
        for text in named
    )
    metric = METRICS[name.removeprefix(TRAINING)]
    allowed = metrics_of(ours.problem.task, classes=len(ours.problem.classes))
    wrong = [
        m
        for m in (metric.name, *(n.removeprefix(TRAINING) for n in asked.metrics))
        if METRICS[m] not in allowed
    ]
    if wrong:
        raise UsageError(
            f"promote: {wrong[0]} is no metric of {ours.problem.task}"
            + (f" with {len(ours.problem.classes)} classes" if ours.problem.classes else ""),
            f"one of: {', '.join(m.name for m in allowed)}",
        )
    return metric, warnings


def measure(
    ours: Challenger,
    rival: Contender,
    rows: GateRows,
    *,
    metric: Metric,
    rules: Rules,
    error_rate: float,
    others: tuple[Answers, Answers],
    asked: Promote,
    seed: int,
) -> Measured:
    """Compare challenger and champion on the gate's rows.

    Parameters
    ----------
    others : tuple of (Answers, Answers)
        The champion's answers, and the dummy's.

    Raises
    ------
    GateStoppedError
        When the champion gives no scores or probabilities, and the metric needs them.
    UsageError
        When the challenger does not, or a slice is no column.
    """
    theirs, dummy = others
    truth = ours.problem.target[rows.positions]
    found, notes = slices_of(ours, rows, asked.slices)
    rarer = _rarer(truth, ours.problem.classes)
    if not len(truth):
        return Measured(_untold(metric, rows, rarer, error_rate), {}, None, notes)
    said = ours.answers(rows.positions)
    _check_answers(metric, said, theirs, rival)
    duel = _Duel(metric, truth, theirs, said, ours.problem.classes, ours.problem.positive, rows.blocks, seed)
    try:
        facts, warnings = duel.facts(rules, error_rate, rarer, rows.unit, found)
    except DataError:
        if len(truth) >= LEAST_ROWS and (rarer is None or rarer >= LEAST_RARER):
            raise  # it is not for want of rows
        return Measured(_untold(metric, rows, rarer, error_rate), {}, None, notes)
    how = {"error_rate": guards.DUMMY_ERROR_RATE, "blocks": rows.blocks, "seed": seed}
    lead = guards.lead_over_dummy(ours, truth, said, dummy, **how)
    return Measured(facts, guards.scores_of(ours, truth, said), lead, (*notes, *warnings))


def _rarer(truth: Any, classes: tuple[Any, ...]) -> int | None:
    counts = Counter(truth.tolist())
    return min(counts.get(label, 0) for label in classes) if classes else None


def _untold(metric: Metric, rows: GateRows, rarer: int | None, error_rate: float) -> Facts:
    """Return the facts of rows that are too few to compute anything on."""
    none, nan = Score(math.nan, math.nan, math.nan), math.nan
    count = len(rows.positions)
    # Bounds that rule nothing out.
    return Facts(
        metric.name,
        count,
        none,
        none,
        nan,
        -math.inf,
        math.inf,
        nan,
        error_rate,
        "",
        nan,
        nan,
        math.inf,
        rarer,
    )


def _check_answers(metric: Metric, ours: Answers, theirs: Answers, rival: Contender) -> None:
    if not _gives(theirs, metric):
        raise GateStoppedError(
            f"the champion {rival.experiment.model_version_id} gives no {metric.needs}, which {metric.name} "
            "needs: it cannot be compared, and stays",
            "judge by another metric: promote: {metric: accuracy_score}",
        )
    if not _gives(ours, metric):
        raise UsageError(
            f"the challenger gives no {metric.needs}, and {metric.name} needs them",
            "judge by another metric: promote: {metric: accuracy_score}",
        )


def _gives(answers: Answers, metric: Metric) -> bool:
    if metric.needs == "labels" or answers.probabilities is not None:
        return True
    return metric.needs == "scores" and answers.scores is not None


@dataclass(frozen=True, slots=True)
class _Duel:
    """Both models' answers for the same rows."""

    metric: Metric
    truth: Any
    champion: Answers
    challenger: Answers
    classes: tuple[Any, ...]
    positive: Any
    blocks: Any
    seed: int

    def facts(
        self,
        rules: Rules,
        error_rate: float,
        rarer: int | None,
        unit: str,
        slices: tuple[tuple[str, str, Any], ...],
    ) -> tuple[Facts, tuple[str, ...]]:
        """Return all the numbers, and which slices told nothing."""
        lead = self.gain(error_rate)
        needed = rules.min_gain if rules.mode == "better" else -rules.margin
        champion, challenger = self.score(self.champion), self.score(self.challenger)
        worth = reference_gain(self.metric.name, champion.estimate)
        told, silent = self.by_slice(slices)
        facts = Facts(
            metric=self.metric.name,
            rows=len(self.truth),
            champion=champion,
            challenger=challenger,
            gain=lead.estimate,
            lower=lead.lower,
            upper=lead.upper,
            standard_error=lead.standard_error,
            error_rate=error_rate,
            method=lead.method,
            chance_gain=worth,
            chance=paired.power(lead, worth, needed),
            smallest_gain=paired.smallest_gain(lead, needed=needed),
            rarer=rarer,
            blocks=lead.blocks,
            block_unit=unit,
            slices=told,
        )
        return facts, silent

    def gain(self, error_rate: float, rows: Any = slice(None)) -> Gain:
        """Return how far the challenger is ahead, of all rows or of some."""
        return paired.gain(
            self.metric,
            self.truth[rows],
            _of(self.champion, rows),
            _of(self.challenger, rows),
            classes=self.classes,
            positive=self.positive,
            error_rate=error_rate,
            blocks=None if self.blocks is None else self.blocks[rows],
            seed=self.seed,
        )

    def score(self, answers: Answers) -> Score:
        """Return one model's score with its interval."""
        found = paired.interval(
            self.metric,
            self.truth,
            answers,
            classes=self.classes,
            positive=self.positive,
            blocks=self.blocks,
            seed=self.seed,
        )
        return Score(found.estimate, found.lower, found.upper)

    def by_slice(
        self, slices: tuple[tuple[str, str, Any], ...]
    ) -> tuple[tuple[SliceFact, ...], tuple[str, ...]]:
        """Return the gain of each slice, and a line for each on which it cannot be computed."""
        told, silent = [], []
        rate = slice_error_rate(len(slices)) if slices else 0.0
        for column, value, rows in slices:
            try:
                found = self.gain(rate, rows)
            except DataError as error:
                silent.append(f"{column} = {value}: {error.message}")
                continue
            told.append(SliceFact(column, value, found.rows, found.estimate, found.lower, found.upper))
        return tuple(told), tuple(silent)


def _of(answers: Answers, rows: Any) -> Answers:
    shares, scores = answers.probabilities, answers.scores
    return Answers(
        answers.predicted[rows],
        None if shares is None else shares[rows],
        None if scores is None else scores[rows],
    )
