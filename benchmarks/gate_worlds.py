"""Worlds in which the truth is known: two models and rows to score them on, for :mod:`benchmarks.gate`.

``alike`` worlds draw both models' answers from one law, so that under every metric neither is better. In
``skewed`` ones the challenger is a little better in most rows and much worse in a few, and the metric's
expectation is equal: the case in which bounds err most.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from mlctl.stats.paired import Answers

Rows = tuple[np.ndarray, Answers, Answers]
World = Callable[[np.random.Generator, int], Rows]

CLASSES = (0, 1)
RATE, DISAGREE = 0.85, 0.08
"""Accuracy of the champion, and the share of rows in which only one of both models is right."""


def accurate(gain: float) -> World:
    """Return two classifiers of about 85 % accuracy that differ in 8 % of rows, one ahead by ``gain``."""
    ahead, behind = (DISAGREE + gain) / 2, (DISAGREE - gain) / 2
    shares = [RATE - behind, ahead, behind, 1 - RATE - ahead]

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        outcome = rng.choice(4, size=rows, p=shares)
        truth = rng.integers(0, 2, rows)
        one, other = np.isin(outcome, (0, 2)), np.isin(outcome, (0, 1))
        return truth, Answers(np.where(one, truth, 1 - truth)), Answers(np.where(other, truth, 1 - truth))

    return draw


def ranked(
    lead: float = 0.0, spread: float = 1.0, share: float = 0.2, first: float = 1.5, alike: float = 0.8
) -> World:
    """Return scores of two classes, normal in both; the challenger's positives spread more and lie higher.

    Their areas under the ROC curve are equal where ``lead`` is 0: ``Φ(μ / sqrt(1 + σ²))``.
    """

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        truth = (rng.random(rows) < share).astype(int)
        common, own, others = rng.normal(size=(3, rows))
        one = first * truth + np.sqrt(alike) * common + np.sqrt(1 - alike) * own
        second = first * np.sqrt((1 + spread**2) / 2) + lead
        noise = np.sqrt(alike) * common + np.sqrt(1 - alike) * others
        other = np.where(truth == 1, second + spread * noise, noise)
        return truth, _scored(one - first / 2), _scored(other - first / 2)

    return draw


def _scored(scores: np.ndarray) -> Answers:
    positive = expit(2 * scores)
    return Answers((scores > 0).astype(int), np.column_stack([1 - positive, positive]))


def sure() -> World:
    """Return a cautious champion and an overconfident challenger of equal expected log loss."""
    too_sure = _too_sure()

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        logits = 1.5 * rng.normal(size=rows)
        truth = (rng.random(rows) < expit(logits)).astype(int)
        return truth, _scored(0.6 * logits / 2), _scored(too_sure * logits / 2)

    return draw


@cache
def _too_sure() -> float:
    """Return the factor above 1 on the logits that loses as much as 0.6 does, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    logits, weights = 1.5 * nodes, weights / weights.sum()

    def loss(factor: float) -> float:
        up, down = np.logaddexp(0, -factor * logits), np.logaddexp(0, factor * logits)
        return float(weights @ (expit(logits) * up + expit(-logits) * down))

    return float(brentq(lambda factor: loss(factor) - loss(0.6), 1.0, 5.0))


def missed(gain: float = 0.0, power: int = 2, few: float = 0.1, heavy: bool = False) -> World:
    """Return numbers; the challenger's misses are a tenth smaller in most rows and far larger in ``few``.

    The mean of ``|miss| ** power`` is equal, less ``gain`` as a share. ``heavy`` misses are Student's t with
    5 degrees of freedom and drawn alike for both.
    """
    rare = (1 - gain - (1 - few) * 0.9**power) / few

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        truth = 10 * rng.normal(size=rows)
        if heavy:
            common, own, others = rng.standard_t(5, size=(3, rows))
            return truth, Answers(truth + 2 * common + own), Answers(truth + 2 * common + others)
        one = rng.normal(size=rows)
        factor = np.where(rng.random(rows) < few, rare ** (1 / power), 0.9)
        return truth, Answers(truth + one), Answers(truth + factor * rng.normal(size=rows))

    return draw


def daily(days: int) -> World:
    """Return rows of days: on some days the one model is better, on some the other."""

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        day = np.arange(rows) * days // rows
        lead = rng.normal(size=days)[day]
        truth = 10 * rng.normal(size=rows)
        miss, own, others = rng.normal(size=(3, rows))
        return truth, Answers(truth + 3 * miss + lead + own), Answers(truth + 3 * miss - lead + others)

    return draw
