import numpy as np
import pandas as pd
import pytest

from mlctl.data.drift_columns import compare, judge_columns

RNG = np.random.default_rng(0)


def judged(one, other, **options):
    kind, comparison = compare(pd.Series(one, name="a"), pd.Series(other, name="a"), **options)
    return judge_columns([("a", kind, comparison)], enough=True)[0]


def test_shift_is_large_and_no_chance():
    found = judged(RNG.normal(size=2000), RNG.normal(0.5, size=500))
    assert found.drifted is True
    assert found.ks == pytest.approx(0.197, abs=0.05)
    assert found.wasserstein == pytest.approx(0.5, abs=0.1)
    assert found.p_value == found.q_value < 1e-8
    assert found.jensen_shannon is None


def test_trifle_at_any_size_is_no_drift():
    found = judged(RNG.normal(size=200_000), RNG.normal(0.05, size=100_000))
    assert found.p_value < 1e-9
    assert found.drifted is False


def test_large_by_chance_is_no_drift():
    found = judged(np.arange(10.0), np.arange(10.0) + 3)
    assert found.ks == pytest.approx(0.3)
    assert found.drifted is False


def test_a_tail_alone_moves_wasserstein():
    one, other = np.zeros(1000), np.zeros(1000)
    one[:500], other[:500] = RNG.normal(size=500), RNG.normal(size=500)
    other[:60] = 40.0
    found = judged(one, other)
    assert found.ks < 0.1 < found.wasserstein
    assert found.drifted is True


def test_gaps_drift_on_their_own():
    one, other = RNG.normal(size=1000), RNG.normal(size=1000)
    other[:200] = np.nan
    found = judged(one, other)
    assert [(test.of, test.drifted) for test in found.tests] == [("values", False), ("missing", True)]
    assert found.drifted is True
    assert found.missing == (0.0, 0.2)
    assert found.change.endswith("missing 0.0% → 20.0%")


def test_corrected_together():
    kind, comparison = compare(pd.Series(RNG.normal(size=300)), pd.Series(RNG.normal(0.35, size=100)))
    alone = judge_columns([("a", kind, comparison)], enough=True)[0]
    calm = compare(pd.Series(np.arange(300.0)), pd.Series(np.arange(300.0)))
    among = judge_columns([("a", kind, comparison)] + [(f"b{at}", *calm) for at in range(2000)], enough=True)
    assert alone.drifted is True
    assert among[0].q_value == pytest.approx(min(1, 2001 * among[0].p_value))
    assert among[0].drifted is False


def test_without_enough_rows_there_is_no_verdict():
    kind, comparison = compare(pd.Series(np.zeros(50)), pd.Series(np.ones(50)))
    found = judge_columns([("a", kind, comparison)], enough=False)[0]
    assert found.drifted is None
    assert found.tests[0].drifted is None
    assert found.ks == 1.0


@pytest.mark.parametrize(
    ("one", "other", "kind", "drifted"),
    [
        ([True, False] * 100, [1, 0] * 100, "number", False),
        ([1.5] * 200, ["x"] * 200, "mixed", True),
        (["x"] * 200, [np.nan] * 200, "category", True),
        ([np.nan] * 200, [1.0] * 200, "number", True),
        ([np.nan] * 200, [np.nan] * 200, "number", False),
        ([True, None] * 100, [None, True] * 100, "category", False),
        (pd.to_datetime(["2026-01-01"] * 200), pd.to_datetime(["2025-01-01"] * 200), "date", True),
        ([1, "1"] * 100, ["1", 1] * 100, "category", False),
    ],
)
def test_kinds_that_differ_and_columns_without_a_value(one, other, kind, drifted):
    found = judged(one, other)
    assert (found.kind, found.drifted) == (kind, drifted)


def test_type_that_changed_says_so():
    found = judged([1.5, 2.5], ["x", "y"])
    assert found.change == "number → text"
    assert (found.total_variation, found.p_value) == (1.0, 0.0)


def test_rows_in_order_are_worth_fewer():
    one, other = np.repeat(RNG.normal(size=50), 20), np.repeat(RNG.normal(0.3, size=50), 20)
    assert judged(one, other).p_value < 1e-4
    assert judged(one, other, ordered=True).p_value > 0.01
    levels = [pd.Series(np.where(values > 0, "a", "b")) for values in (one, other)]
    assert judged(*levels, ordered=True).p_value > 100 * judged(*levels).p_value
