import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mlctl.stats.classifier_test import auc_with_variance, tell_apart

NUMBERS = np.zeros(5, dtype=bool)


def table(rng, rows, correlation=0.0):
    values = rng.normal(size=(rows, 5))
    values[:, 1] = correlation * values[:, 0] + np.sqrt(1 - correlation**2) * values[:, 1]
    return values


def test_area_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    y, scores = rng.integers(0, 2, 200), rng.integers(0, 9, 200).astype(float)
    assert auc_with_variance(scores, y)[0] == pytest.approx(roc_auc_score(y, scores))


def test_variance_is_that_of_repeated_samples():
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], [60, 90])
    found = [auc_with_variance(rng.normal(size=150) + y, y) for _ in range(400)]
    areas, variances = np.array(found).T
    assert variances.mean() == pytest.approx(areas.var(), rel=0.15)


def test_rows_that_belong_together_count_once():
    rng = np.random.default_rng(0)
    y, scores = np.repeat([1, 0], [40, 40]), rng.normal(size=80)
    once = auc_with_variance(scores, y)
    ten_times = auc_with_variance(np.repeat(scores, 10), np.repeat(y, 10), np.repeat(np.arange(80), 10))
    assert ten_times == pytest.approx(once)
    assert auc_with_variance(np.array([1.0, 2.0]), np.array([0, 1])) == (1.0, 0.0)


def test_tables_of_one_kind_are_not_told_apart():
    rng = np.random.default_rng(1)
    for seed in range(5):
        found = tell_apart(table(rng, 1000), table(rng, 300), NUMBERS, seed)
        assert found.low < 0.55
        assert found.auc == pytest.approx(0.5, abs=0.06)


def test_joint_shift_is_seen_where_each_column_stays():
    rng = np.random.default_rng(2)
    found = tell_apart(table(rng, 1000, 0.9), table(rng, 500, -0.9), NUMBERS, 0)
    assert found.low > 0.8
    assert found == tell_apart(
        *[table(rng, n, c) for rng in [_again()] for n, c in ((1000, 0.9), (500, -0.9))], NUMBERS, 0
    )


def _again():
    return np.random.default_rng(2)


def test_neighbours_do_not_give_rows_away():
    rng = np.random.default_rng(3)
    one, other = (np.repeat(table(rng, days), 24, axis=0) for days in (80, 40))
    assert tell_apart(one, other, NUMBERS, 0).low > 0.9
    assert tell_apart(one, other, NUMBERS, 0, ordered=True).low < 0.6


def test_categories_gaps_and_infinities_are_taken():
    rng = np.random.default_rng(4)
    codes = rng.integers(0, 5, size=(800, 1)).astype(float)
    numbers = rng.choice([0.0, np.inf, -np.inf, np.nan, 1.7e308], size=(800, 1))
    X = np.hstack([codes, numbers])
    moved = X.copy()
    moved[:, 0] = (codes[:, 0] // 3) * 4
    found = tell_apart(X, moved, np.array([True, False]), 0)
    assert found.low > 0.6
