from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from mlctl.actions.performance_answers import answered
from mlctl.actions.performance_join import Pair
from mlctl.actions.performance_score import metrics_for, period_of, score
from mlctl.actions.performance_sources import NEWEST
from mlctl.domain.metrics import METRICS
from tests.actions.answers import EXPERIMENT, known, rows, told
from tests.actions.logged import moment


def test_a_fall():
    found = score(METRICS["accuracy_score"], rows(160, 40), known())
    assert (found.rows, found.estimate, found.reference, found.tolerance) == (200, 0.8, 0.9, 0.005)
    assert (round(found.lower, 3), round(found.upper, 3)) == (0.739, 0.85)  # Wilson
    assert found.fallen is True
    assert found.said == "accuracy_score 0.8 on 200 rows, at most 0.8495, where it was 0.9 held out"
    assert score(METRICS["accuracy_score"], rows(160, 40), known(), 0.06).fallen is False


def test_what_the_newest_rows_find():
    """As the docstring of NEWEST says."""
    right = next(
        right
        for right in range(1800, 1600, -1)
        if score(METRICS["accuracy_score"], rows(right, NEWEST - right), known()).fallen
    )
    assert 0.9 < binom.cdf(right, NEWEST, 0.87) < 0.95


def test_nothing_is_said_of_few_rows():
    found = score(METRICS["accuracy_score"], rows(0, 199), known())
    assert (found.estimate, found.fallen, found.said) == (0.0, None, "199 rows: under 200 nothing is said")


def test_nothing_to_hold_it_against():
    found = score(METRICS["f1_score"], rows(160, 40), known())
    assert (found.fallen, found.said) == (None, "shop_nogit_3 has no held-out f1_score")
    assert found.estimate == pytest.approx(320 / 360)


def test_a_metric_that_these_rows_do_not_have():
    found = score(METRICS["roc_auc"], rows(200, 0), known())
    assert (found.estimate, found.fallen) == (None, None)
    assert "none is 'no'" in found.said


def test_labels_that_the_model_does_not_know():
    pairs = [
        ("yes", {"no": 0.2, "yes": 0.8}, label) for label in ["yes"] * 150 + ["no"] * 30 + ["maybe"] * 20
    ]
    found = told(pairs)
    assert found.new == (("maybe", 20),)
    assert score(METRICS["accuracy_score"], found, known()).estimate == 0.75
    assert score(METRICS["roc_auc"], found, known()).rows == 180
    assert score(METRICS["f1_score"], found, known()).rows == 180
    three = known(("a", "b", "c"))
    found = told([("a", None, "a"), ("b", None, "b"), ("c", None, "c"), ("c", None, "d")], three)
    assert score(METRICS["balanced_accuracy_score"], found, three).estimate == 0.75


def test_rows_of_one_day_depend_on_each_other():
    held = known((), task="regression", timed=True)
    draw = np.random.default_rng(0)
    level = draw.normal(0, 3, 30).repeat(10)
    pairs = [Pair(moment(at % 10, 1 + at // 10), float(level[at]), None, 0.0) for at in range(300)]
    found = answered(pairs, held, strict=False)
    by_day = score(METRICS["mean_absolute_error"], found, held)
    by_row = score(METRICS["mean_absolute_error"], found, replace(held, timed=False))
    assert by_day.upper - by_day.lower > 2 * (by_row.upper - by_row.lower)
    assert by_day.fallen is by_row.fallen is True
    one_day = score(METRICS["mean_absolute_error"], found.take(np.arange(10)), held)
    assert one_day.upper < np.inf


@pytest.mark.parametrize(
    ("by", "period"),
    [("hour", "2026-01-01 23:00"), ("day", "2026-01-01"), ("week", "2025-12-29"), ("month", "2026-01")],
)
def test_periods(by, period):
    assert period_of("2026-01-01T23:59:59.000000Z", by) == period


def test_the_metric_that_decides_comes_first():
    found = metrics_for(EXPERIMENT, ("roc_auc", "accuracy_score", "r2_score", "roc_auc"))
    assert [metric.name for metric in found] == ["accuracy_score", "roc_auc"]
