import math

import pytest
from scipy.stats import norm

from mlctl.stats.power import chance, smallest


def test_the_chance_is_that_of_a_normal_estimate():
    lower = 0.01 - 1.645 * 0.01
    assert chance(0.01, lower, 0.01, 0.02, 0.0) == pytest.approx(norm.cdf(2 - 1.645))
    assert chance(0.01, lower, 0.01, 0.02, -0.005) == pytest.approx(norm.cdf(2.5 - 1.645))
    assert chance(0.01, lower, 0.01, 0.0, 0.0) == pytest.approx(0.05, abs=1e-4)


def test_the_smallest_gain_is_found_with_the_chance_asked_for():
    found = smallest(0.01, -0.005, 0.01, 0.8, 0.002)
    assert chance(0.01, -0.005, 0.01, found, 0.002) == pytest.approx(0.8)


def test_without_any_spread_it_is_all_or_nothing():
    assert chance(0.0, -0.01, 0.0, 0.02, 0.0) == 1.0
    assert chance(0.0, -0.01, 0.0, 0.01, 0.0) == 0.0
    assert smallest(0.0, -0.01, 0.0, 0.8, 0.0) == 0.01


def test_rows_that_bound_nothing_find_nothing():
    assert chance(0.1, -math.inf, math.inf, 0.5, 0.0) == 0.0
    assert smallest(0.1, -math.inf, math.inf, 0.8, 0.0) == math.inf
