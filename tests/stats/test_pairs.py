import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from mlctl.stats import pairs
from mlctl.stats.pairs import lower_bound


def test_where_the_models_never_disagree_it_is_the_rule_of_three():
    assert lower_bound(0, 0, 300, 0.05) == pytest.approx(0.05 ** (1 / 300) - 1)
    assert lower_bound(0, 0, 300, 0.05) == pytest.approx(-3 / 300, rel=0.01)


def test_where_only_the_challenger_is_ever_right_it_is_the_exact_bound_of_a_share():
    """All rows ahead: the smallest difference is reached with as many rows behind as it allows."""
    found = lower_bound(12, 0, 12, 0.05)
    # All 12 of 12 have probability p^12, with p = (1 + difference) / 2 where every row disagrees.
    assert found == pytest.approx(2 * 0.05 ** (1 / 12) - 1)


def test_all_rows_behind_leave_nothing_below():
    assert lower_bound(0, 300, 300, 0.05) == -1.0
    assert lower_bound(0, 5, 5, 0.0016) == -1.0


def test_the_bound_of_many_rows_is_the_normal_one():
    rows, ahead, behind = 100_000, 4_200, 3_800
    difference = (ahead - behind) / rows
    error = math.sqrt(((ahead + behind) / rows - difference**2) / rows)
    found = (difference - lower_bound(ahead, behind, rows, 0.05)) / error
    assert found == pytest.approx(1.645, abs=0.01)


def test_the_tail_is_the_sum_over_all_outcomes():
    rows, up, down, least = 12, 0.3, 0.2, 3
    total = 0.0
    for ahead in range(rows + 1):
        for behind in range(rows + 1 - ahead):
            if ahead - behind >= least:
                ways = math.comb(rows, ahead) * math.comb(rows - ahead, behind)
                total += ways * up**ahead * down**behind * (1 - up - down) ** (rows - ahead - behind)
    assert pairs._probability(least, rows, up, down) == pytest.approx(total)
    assert pairs._probability(0, rows, 0.0, 0.0) == 1.0
    assert pairs._probability(1, rows, 0.0, 0.0) == 0.0


def test_the_restricted_estimate_is_the_most_likely_one():
    ahead, behind, rows, difference = 20, 8, 300, 0.01
    found = pairs._restricted(ahead, behind, rows, difference)

    def likelihood(against):
        rest = rows - ahead - behind
        both = 1 - 2 * against - difference
        return ahead * np.log(against + difference) + behind * np.log(against) + rest * np.log(both)

    grid = np.linspace(1e-4, 0.4, 100_000)
    assert found == pytest.approx(grid[np.argmax(likelihood(grid))], abs=1e-5)


def size(rows, disagree, truth, rate):
    """Add up the probability of every outcome whose bound stands above the truth."""
    up, down = (disagree + truth) / 2, (disagree - truth) / 2
    most = int(rows * disagree + 8 * math.sqrt(rows * disagree) + 10)
    total = 0.0
    for behind in range(most):
        low, high = behind, min(most + 60, rows - behind)
        while low < high:  # the bound rises with the rows ahead
            middle = (low + high) // 2
            low, high = (
                (low, middle) if lower_bound(middle, behind, rows, rate) > truth else (middle + 1, high)
            )
        total += binom.pmf(behind, rows, down) * binom.sf(low - 1, rows - behind, up / (1 - down))
    return total


@pytest.mark.parametrize("rate", [0.05, 0.0016])
@pytest.mark.parametrize(("rows", "disagree", "truth"), [(200, 0.02, 0.0), (300, 0.08, -0.005)])
def test_the_true_error_rate_is_never_above_the_stated_one(rows, disagree, truth, rate):
    found = size(rows, disagree, truth, rate)
    assert found <= rate
    if disagree > 0.05:
        assert found > rate / 3


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 40),
    st.integers(1, 40),
    st.integers(80, 400),
    st.floats(0.0005, 0.3),
)
def test_a_row_that_changes_sides_raises_the_bound_and_a_smaller_error_rate_lowers_it(
    ahead, behind, rows, rate
):
    found = lower_bound(ahead, behind, rows, rate)
    assert -1 <= found <= (ahead - behind) / rows
    assert lower_bound(ahead + 1, behind - 1, rows, rate) > found
    assert lower_bound(ahead, behind, rows, rate / 2) < found
