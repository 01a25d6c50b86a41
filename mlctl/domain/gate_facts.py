"""What the gate measured, what is asked of it, and what comes out."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["promote", "keep", "undecided"]


@dataclass(frozen=True, slots=True)
class Score:
    """One model's score on the gate's rows with its two-sided 95 % interval, in the metric's units."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition that holds in every mode.

    Attributes
    ----------
    name : str
        Short: "latency".
    ok : bool
        Whether it is met.
    said : str
        A clause for a person, with its numbers and units: "0.42 ms for one row, at most 100 ms".
    """

    name: str
    ok: bool
    said: str


@dataclass(frozen=True, slots=True)
class SliceFact:
    """The gain in the rows that share a value; more is better.

    Attributes
    ----------
    column, value : str
        Where: ``column = value``.
    rows : int
        How many.
    gain, lower, upper : float
        In the metric's units, the bounds at :func:`mlctl.domain.gate.slice_error_rate`.
    """

    column: str
    value: str
    rows: int
    gain: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was measured.

    Attributes
    ----------
    metric : str
        Name in :data:`mlctl.domain.metrics.METRICS`.
    rows : int
        The gate's rows.
    champion, challenger : Score
        Both on those rows.
    gain, lower, upper, standard_error : float
        Of the difference, oriented so that more is better, in the metric's units.
    error_rate : float
        Of each bound of the difference.
    method : str
        How the bounds were found.
    chance_gain, chance : float
        A gain worth having, see :func:`mlctl.domain.gate.reference_gain`, and how often such rows find one.
    smallest_gain : float
        The true gain that such rows find 8 times in 10.
    rarer : int or None
        Rows of the rarest class; None in a regression.
    blocks : int or None
        Days or weeks; None where rows count one by one.
    block_unit : str
        What a block is called.
    look : int
        1 for the first look at these held-out rows.
    guards, slices : tuple
        What else was looked at.
    reasons_for : tuple of str
        For ``not_worse``: newer data, simpler, faster, with numbers.
    """

    metric: str
    rows: int
    champion: Score
    challenger: Score
    gain: float
    lower: float
    upper: float
    standard_error: float
    error_rate: float
    method: str
    chance_gain: float
    chance: float
    smallest_gain: float
    rarer: int | None = None
    blocks: int | None = None
    block_unit: str = "day"
    look: int = 1
    guards: tuple[Guard, ...] = ()
    slices: tuple[SliceFact, ...] = ()
    reasons_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked for, in the metric's units, see :func:`mlctl.domain.gate.amount`.

    Attributes
    ----------
    mode : {"better", "not_worse"}
        ``better``: the lower bound above ``min_gain``. ``not_worse``: above minus ``margin``, and a reason.
    useful : float
        How far beyond ``min_gain`` a gain starts to matter. Where even that is ruled out the outcome is
        *keep*, else *undecided*.
    """

    mode: Literal["better", "not_worse"] = "better"
    min_gain: float = 0.0
    margin: float = 0.005
    useful: float = 0.005


@dataclass(frozen=True, slots=True)
class FirstFacts:
    """What the first champion of a model is judged by.

    Attributes
    ----------
    where : {"rows", "folds"}
        Whether the scores are of held-out rows or, where these are fewer than 200, means over folds.
    count : int
        How many rows, or folds.
    challenger, dummy : float
        Scores in the metric's units.
    gain, lower : float
        Lead over the dummy, more is better, and its one-sided lower bound at ``error_rate``.
    challenger_score, dummy_score : Score or None
        Both with their intervals; None over folds.
    """

    metric: str
    where: Literal["rows", "folds"]
    count: int
    challenger: float
    dummy: float
    gain: float
    lower: float
    error_rate: float
    guards: tuple[Guard, ...] = ()
    challenger_score: Score | None = None
    dummy_score: Score | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and the sentences that give every number it rests on; the first one decides."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the challenger becomes champion."""
        return self.outcome == "promote"
