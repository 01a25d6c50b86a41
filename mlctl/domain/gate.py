"""Whether a challenger takes the champion's place: the rules, and the sentences that say why.

*promote*: the lower bound of the gain says so, and every guard holds. *keep*: a guard fails, or the upper
bound rules out a gain that would matter. *undecided*: neither, the rows could not have told. The champion
stays in both, and of *undecided* more rows may make something else.
"""

import math
from collections.abc import Iterator, Sequence

from mlctl.domain import gate_words as words
from mlctl.domain.gate_facts import Facts, FirstFacts, Guard, Outcome, Rules, Score, SliceFact, Verdict
from mlctl.domain.metrics import METRICS

__all__ = [
    "Facts",
    "FirstFacts",
    "Guard",
    "Outcome",
    "Rules",
    "Score",
    "SliceFact",
    "Verdict",
    "amount",
    "judge",
    "judge_first",
    "proper_score",
    "reference_gain",
    "slice_error_rate",
]

LEAST_ROWS = 200
"""Rows below which nothing is decided: at 0.05 a true 2-point gain is found once in five times there, of two
classifiers that differ in 8 % of rows."""

LEAST_RARER = 30
"""Rows of the rarest class below which nothing is decided."""

LEAST_BLOCKS = 20
"""Days or weeks below which nothing is decided. At an error rate of 0.0016 the bounds of 10 skewed blocks err
three times as often as they say, of 20 half as often again, of 60 as often as they say."""

LEAST_SLICE_ROWS = 30
"""Rows of a slice below which it is not looked at."""

REFERENCE = 0.02
"""The gain that the sentence on what the rows could have shown is about: 2 points, or 2 % of an error."""


def judge(facts: Facts, rules: Rules) -> Verdict:
    """Say whether the challenger takes the champion's place.

    Parameters
    ----------
    facts : Facts
        What was measured.
    rules : Rules
        What is asked for.

    Returns
    -------
    Verdict
        Its first sentence decides; the others say what else stands in the way, and what such rows could
        have shown.
    """
    missing = _too_few(facts)
    failed = _failed(facts)
    if missing:
        could = (words.detectable(facts, decides=False),) if math.isfinite(facts.chance) else ()
        return Verdict("undecided", (*missing, *failed, *could))
    told = (*_looks(facts), words.detectable(facts))
    if failed:
        return Verdict("keep", (*failed, words.scores(facts), *told))
    outcome, why = (_better if rules.mode == "better" else _not_worse)(facts, rules)
    return Verdict(outcome, (why, *told))


def _too_few(facts: Facts) -> tuple[str, ...]:
    said = []
    if facts.rows < LEAST_ROWS:
        said.append(f"{_left(facts.rows)}: at least {LEAST_ROWS} are needed")
    if facts.rows and facts.rarer is not None and facts.rarer < LEAST_RARER:
        said.append(
            f"the rarest class has {words.many(facts.rarer, 'row')} of {facts.rows:,}: "
            f"at least {LEAST_RARER} are needed"
        )
    if facts.blocks is not None and facts.blocks < LEAST_BLOCKS:
        said.append(
            f"the rows are of {words.many(facts.blocks, facts.block_unit)}: at least {LEAST_BLOCKS} are "
            f"needed, as the rows of one {facts.block_unit} may depend on each other"
        )
    return tuple(said)


def _left(rows: int) -> str:
    if not rows:
        return "no row is left that neither model was trained on"
    tell = "tells" if rows == 1 else "tell"
    return f"{words.many(rows, 'row')} that neither model was trained on {tell} too little"


def _failed(facts: Facts) -> tuple[str, ...]:
    return (*_broken(facts.guards), *_worse_slices(facts))


def _broken(guards: Sequence[Guard]) -> Iterator[str]:
    return (f"{guard.name} stands in the way: {guard.said}" for guard in guards if not guard.ok)


def _worse_slices(facts: Facts) -> Iterator[str]:
    return (words.slice_told(facts.metric, found) for found in facts.slices if found.upper < 0)


def _looks(facts: Facts) -> tuple[str, ...]:
    if facts.look == 1:
        return ()
    strictly = f"this one at an error rate of {100 * facts.error_rate:.2g} %"
    return (f"look {facts.look} at these rows: each is judged more strictly than the one before, {strictly}",)


def _better(facts: Facts, rules: Rules) -> tuple[Outcome, str]:
    scores, metric = words.scores(facts), facts.metric
    if facts.lower > rules.min_gain:
        return "promote", f"better: {scores}; {_at_least(facts)}{_needed(metric, rules.min_gain)}"
    if facts.gain == 0 and facts.standard_error == 0:
        return "keep", f"both models answer alike on all {words.rows_told(facts)}: nothing is gained"
    if facts.upper <= 0:
        return "keep", f"worse: {scores}; at best {words.directed(metric, facts.upper)} ({_sure(facts)})"
    if facts.upper <= rules.min_gain + rules.useful:
        return "keep", (
            f"not usefully better: {scores}; at best {words.directed(metric, facts.upper)} ({_sure(facts)}), "
            f"and {words.size(metric, rules.min_gain + rules.useful)} would matter"
        )
    return (
        "undecided",
        f"the rows cannot tell: {scores}; {words.between(facts)}{_needed(metric, rules.min_gain)}",
    )


def _not_worse(facts: Facts, rules: Rules) -> tuple[Outcome, str]:
    scores, metric = words.scores(facts), facts.metric
    allowed = f"up to {words.directed(metric, -rules.margin)} is allowed"
    if facts.lower > 0:
        return "promote", f"better: {scores}; {_at_least(facts)}"
    if facts.lower > -rules.margin:
        limit = (
            f"not worse: {scores}; at worst {words.directed(metric, facts.lower)} ({_sure(facts)}), {allowed}"
        )
        if facts.reasons_for:
            return "promote", f"{limit}; and it has {', '.join(facts.reasons_for)}"
        return (
            "keep",
            f"{limit}; but nothing speaks for the change: neither newer data, nor simpler, nor faster",
        )
    if facts.upper <= -rules.margin:
        return (
            "keep",
            f"worse: {scores}; at best {words.directed(metric, facts.upper)} ({_sure(facts)}), {allowed}",
        )
    return "undecided", f"the rows cannot tell: {scores}; {words.between(facts)}, and {allowed}"


def _at_least(facts: Facts) -> str:
    return f"at least {words.directed(facts.metric, facts.lower)} ({_sure(facts)})"


def _sure(facts: Facts) -> str:
    return words.sure(facts.error_rate)


def _needed(metric: str, min_gain: float) -> str:
    return f", and more than {words.directed(metric, min_gain)} is asked for" if min_gain else ""


def judge_first(facts: FirstFacts) -> Verdict:
    """Say whether a model's first champion beats the dummy (there is no champion to compare it with).

    Parameters
    ----------
    facts : FirstFacts
        What was measured.

    Returns
    -------
    Verdict
        *undecided* where it is ahead and the rows cannot tell whether by chance.
    """
    failed, scores = tuple(_broken(facts.guards)), words.first_scores(facts)
    if failed:
        return Verdict("keep", (*failed, scores))
    sure = words.sure(facts.error_rate)
    if facts.lower > 0:
        least = words.directed(facts.metric, facts.lower)
        return Verdict("promote", (f"beats the dummy: {scores}; at least {least} ({sure})",))
    if facts.gain <= 0:
        return Verdict("keep", (f"does not beat the dummy: {scores}",))
    return Verdict("undecided", (f"ahead of the dummy, but it may be chance: {scores}; not {sure}",))


def amount(metric: str, asked: float, dummy: float | None) -> float:
    """Return ``min_gain``, ``margin`` or a tolerance in the metric's units.

    Parameters
    ----------
    metric : str
        Name in :data:`mlctl.domain.metrics.METRICS`.
    asked : float
        As the parameters file has it. Of metrics bounded by 1, and R², it is taken as it stands, 0.005 being
        half a point; of errors it is a share of the dummy's error on the same rows (decision 20).
    dummy : float or None
        That error.
    """
    return asked if METRICS[metric].bounded else asked * abs(dummy or 0.0)


def reference_gain(metric: str, champion: float) -> float:
    """Return a gain worth having in the metric's units: 0.02, or 2 % of the champion's error."""
    return REFERENCE if METRICS[metric].bounded else REFERENCE * abs(champion)


def proper_score(task: str, *, probabilities: bool) -> str:
    """Return the metric on which "better than the dummy" is judged.

    Accuracy calls a model no better than the dummy where one class is rare, however much it tells. Brier's
    score of the probabilities does not, and unlike log loss does not hang on a single row that was answered
    with certainty; for numbers the squared error. Without probabilities balanced accuracy has to do, in which
    a dummy has no more than one over the number of classes.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    probabilities : bool
        Whether the model gives them.
    """
    if task == "regression":
        return "mean_squared_error"
    return "brier_score_loss" if probabilities else "balanced_accuracy_score"


def slice_error_rate(slices: int, error_rate: float = 0.05) -> float:
    """Return the error rate of each slice's bounds, all together at most ``error_rate`` (Bonferroni)."""
    return error_rate / max(1, slices)
