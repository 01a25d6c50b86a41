"""What a model's first champion is judged by: its lead over the dummy."""

import math
from typing import Any

from scipy.stats import t as student

from mlctl.actions import guards
from mlctl.actions.contenders import Challenger
from mlctl.actions.gate_rows import GateRows
from mlctl.actions.shortlist import related
from mlctl.domain.choice import corrected_standard_error
from mlctl.domain.gate import LEAST_ROWS, FirstFacts, Score
from mlctl.domain.metrics import METRICS, Metric
from mlctl.domain.records import Experiment
from mlctl.domain.refs import latest_first
from mlctl.errors import NotFoundError
from mlctl.stats.paired import Answers, interval
from mlctl.store.store import Store

PROPER = ("brier_score_loss", "log_loss", "mean_squared_error", "accuracy_score")
"""Scores that no guess improves on; the first one that both have is taken, accuracy where there is none."""


def first_facts(
    store: Store, ours: Challenger, rows: GateRows, dummy: Answers, error_rate: float, seed: int
) -> tuple[FirstFacts, dict[str, float]]:
    """Return the lead over the dummy, and the held-out scores.

    On the held-out rows or, where these are fewer than 200, over the folds (Nadeau & Bengio 2003).

    Raises
    ------
    NotFoundError
        When there are too few rows, and no dummy on the same folds.
    """
    positions = rows.positions
    truth = ours.problem.target[positions]
    said = ours.answers(positions) if len(positions) else None
    scores = guards.scores_of(ours, truth, said) if said else {}
    if said is None or len(positions) < LEAST_ROWS:
        return _over_folds(store, ours.experiment, error_rate), scores
    metric, lead = guards.lead_over_dummy(
        ours, truth, said, dummy, error_rate=error_rate, blocks=rows.blocks, seed=seed
    )
    labels = {"classes": ours.problem.classes, "positive": ours.problem.positive}
    found = (interval(metric, truth, one, **labels, blocks=rows.blocks, seed=seed) for one in (said, dummy))
    own, reference = (Score(one.estimate, one.lower, one.upper) for one in found)
    facts = FirstFacts(
        metric.name,
        "rows",
        len(positions),
        own.estimate,
        reference.estimate,
        lead.estimate,
        lead.lower,
        error_rate,
        challenger_score=own,
        dummy_score=reference,
    )
    return facts, scores


def _over_folds(store: Store, challenger: Experiment, error_rate: float) -> FirstFacts:
    peers = related(store, challenger)
    key = challenger.comparison_key
    dummy = next((e for e in latest_first(peers) if e.rung == "dummy" and e.comparison_key == key), None)
    if dummy is None:
        raise NotFoundError(
            f"fewer than {LEAST_ROWS} rows are held out, and there is no dummy on the same folds",
            "train the ladder again: the dummy is its first rung",
        )
    metric = _shared(challenger, dummy)
    gains = [
        metric.gain(one, other)
        for one, other in zip(challenger.folds(metric.name), dummy.folds(metric.name), strict=True)
    ]
    ratio = challenger.validation_dataset.get("test_to_train", 0.25)
    gain = math.fsum(gains) / len(gains)
    bound: Any = student.ppf(1 - error_rate, len(gains) - 1)
    lower = gain - float(bound) * corrected_standard_error(gains, ratio)
    own, reference = (e.score("cross_validation", metric.name) or math.nan for e in (challenger, dummy))
    return FirstFacts(metric.name, "folds", len(gains), own, reference, gain, lower, error_rate)


def _shared(challenger: Experiment, dummy: Experiment) -> Metric:
    """Return the proper score that both have of every fold: one ladder scores all of them alike."""
    return next(METRICS[name] for name in PROPER if challenger.folds(name) and dummy.folds(name))
