"""The gate's numbers as a person reads them: in the metric's own direction, each with its unit."""

import math
from collections.abc import Callable

from mlctl.domain.gate_facts import Facts, FirstFacts, SliceFact
from mlctl.domain.metrics import METRICS

_IN_POINTS = {
    "accuracy_score",
    "balanced_accuracy_score",
    "f1_score",
    "precision_score",
    "recall_score",
    "roc_auc",
    "average_precision_score",
    "mean_absolute_percentage_error",
}
"""Shares, whose differences are told in points: hundredths."""

_IN_TARGET_UNITS = {"root_mean_squared_error", "mean_absolute_error", "median_absolute_error"}

_HARDLY, _NEARLY = 0.05, 0.95


def size(metric: str, difference: float) -> str:
    """Return how large a difference is, without its sign: ``2.2 points``, ``0.013``."""
    if metric in _IN_POINTS:
        points = _short(100 * abs(difference))
        return f"{points} point" if points == "1" else f"{points} points"
    return _short(abs(difference)) + unit(metric)


def unit(metric: str) -> str:
    """Return the unit of a metric's differences after their number, where it has one."""
    if metric == "mean_squared_error":
        return " (the target's unit, squared)"
    return " (in the target's unit)" if metric in _IN_TARGET_UNITS else ""


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def directed(metric: str, gain: float) -> str:
    """Return a gain in the metric's own direction: an error that gains gets lower."""
    return way(metric, gain, lambda gain: size(metric, gain))


def way(metric: str, gain: float, form: Callable[[float], str]) -> str:
    """Return a gain in the metric's own direction, its size in a form of the caller's."""
    if not differs(gain):
        return "no different"
    upwards = (gain > 0) == METRICS[metric].greater_is_better
    return f"{form(abs(gain))} {'higher' if upwards else 'lower'}"


def differs(gain: float) -> bool:
    """Return whether a gain is anything at all: rounding alone leaves less than 1e-12."""
    return abs(gain) > 1e-12


def scores(facts: Facts) -> str:
    """Return both scores and the rows: ``accuracy_score 0.873 against 0.851 on 1,240 rows``."""
    return (
        f"{facts.metric} {facts.challenger.estimate:.4g} against the champion's "
        f"{facts.champion.estimate:.4g} on {rows_told(facts)}, {directed(facts.metric, facts.gain)}"
    )


def rows_told(facts: Facts) -> str:
    """Return how many rows, and of how many days or weeks."""
    told = f"{facts.rows:,} rows"
    return told if facts.blocks is None else f"{told} of {many(facts.blocks, facts.block_unit)}"


def many(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def sure(error_rate: float) -> str:
    """Return how sure a bound is: ``95 % sure``."""
    return f"{100 * (1 - error_rate):.4g} % sure"


def between(facts: Facts) -> str:
    """Return where the truth may lie."""
    found = reach(facts.metric, facts.lower, facts.upper, lambda gain: size(facts.metric, gain))
    return f"the truth may lie {found} ({sure(facts.error_rate)} on either side)"


def detectable(facts: Facts, *, decides: bool = True) -> str:
    """Return what such rows could have shown: ``n = 300 finds a true 2-point gain 3 times in 10``.

    Parameters
    ----------
    decides : bool, default=True
        False of so few rows that nothing is decided on them: what they would find, if it were.
    """
    finds, lets = ("finds", "lets through") if decides else ("would find", "would let through")
    gain = size(facts.metric, facts.chance_gain)
    named = f"{gain.removesuffix('s').replace(' ', '-')} gain" if gain.endswith("s") else f"gain of {gain}"
    found = f"n = {facts.rows:,} {finds} a true {named} {_often(facts.chance)}"
    smallest = facts.smallest_gain
    if not math.isfinite(smallest) or smallest > METRICS[facts.metric].span:
        return found
    told = size(facts.metric, smallest)
    if differs(smallest) and smallest < 0:  # not_worse: the margin is wider than what the rows leave open
        return f"{found}; 8 times in 10 it {lets} one that is truly {told} worse"
    if not differs(smallest):
        return f"{found}; 8 times in 10 it {lets} one that is truly no different"
    return f"{found}; 8 times in 10 it {finds} one of {told}"


def _often(chance: float) -> str:
    if chance < _HARDLY:
        return "hardly ever"
    if chance >= _NEARLY:
        return "nearly always"
    tenths = max(1, round(10 * chance))
    return "once in 10 times" if tenths == 1 else f"{min(9, tenths)} times in 10"


def moved(metric: str, gain: float, form: Callable[[float], str]) -> str:
    """Return a gain in the metric's own direction, and whether that is good: ``0.053 lower (better)``."""
    told = way(metric, gain, form)
    return f"{told} ({'better' if gain > 0 else 'worse'})" if differs(gain) else told


def reach(metric: str, lower: float, upper: float, form: Callable[[float], str]) -> str:
    """Return where a difference may truly lie: ``from 0.012 lower to 0.03 higher``."""
    if not math.isfinite(lower) or not math.isfinite(upper):
        return "anywhere, as far as these rows tell"
    return f"from {way(metric, lower, form)} to {way(metric, upper, form)}"


def slice_told(metric: str, found: SliceFact) -> str:
    """Return where a slice is worse, and by how much at least."""
    return (
        f"in the {found.rows:,} rows where {found.column} = {found.value} {metric} is "
        f"{directed(metric, found.gain)}, beyond doubt at least {directed(metric, found.upper)}"
    )


def first_scores(facts: FirstFacts) -> str:
    """Return the challenger's score beside the dummy's."""
    where = many(facts.count, "held-out row" if facts.where == "rows" else "fold")
    return (
        f"{facts.metric} {facts.challenger:.4g} against the dummy's {facts.dummy:.4g} on {where}, "
        f"{directed(facts.metric, facts.gain)}"
    )
