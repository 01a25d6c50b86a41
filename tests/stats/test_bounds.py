import math

import numpy as np
import pytest
from scipy import stats

from mlctl.stats.bounds import HALF, bounds


def skew_of(values):
    return float(((values - values.mean()) ** 3).sum() / ((values - values.mean()) ** 2).sum() ** 1.5)


def test_symmetric_parts_have_students_t_bounds_the_worst_part_in_the_skewness_aside():
    parts = np.tile([-1.0, 1.0], 500)
    found = bounds(0.2, parts, 0.05)
    error = np.std(parts, ddof=1) / math.sqrt(1000)
    assert found.standard_error == pytest.approx(error)
    reach = stats.t.ppf(0.95, 999) * error
    assert found.lower == pytest.approx(0.2 - reach, rel=1e-3)
    assert found.upper == pytest.approx(0.2 + reach, rel=1e-3)
    assert found.lower <= 0.2 - reach


def test_a_part_far_below_moves_the_lower_bound_down_and_leaves_the_upper_at_students_t():
    parts = np.append(np.tile([-1.0, 1.0], 100), -15.0)
    parts = parts - parts.mean()
    found = bounds(0.0, parts, 0.01)
    t = stats.t.ppf(0.99, len(parts) - 1)
    assert found.upper == pytest.approx(t * found.standard_error)
    assert found.lower < -1.3 * t * found.standard_error


def test_halls_transformation_takes_the_lower_bound_back_to_a_normal_quantile():
    """Hall's g2 of the quantile is Student's t of it, so the formula is inverted as it should be."""
    parts = np.random.default_rng(0).exponential(size=400)
    parts = parts.mean() - parts
    found = bounds(0.0, parts, 0.01)
    shares = parts / len(parts)
    skewness = (float((shares**3).sum()) + shares.min() ** 3) / found.standard_error**3
    q = -found.lower / found.standard_error
    g2 = q + skewness / 3 * q**2 + skewness**2 / 27 * q**3 + skewness / 6
    assert g2 == pytest.approx(stats.t.ppf(0.99, 399))


def test_the_bounds_of_the_turned_parts_are_the_turned_bounds():
    parts = np.random.default_rng(1).lognormal(size=250)
    parts = parts - parts.mean()
    one, other = bounds(0.3, parts, 0.0016, added=HALF), bounds(-0.3, -parts, 0.0016, added=HALF)
    assert (one.lower, one.upper) == (-other.upper, -other.lower)


def test_half_a_row_more_as_bad_as_the_worst_widens_both_bounds():
    parts = np.random.default_rng(2).normal(size=300)
    parts = parts - parts.mean()
    plain, added = bounds(0.0, parts, 0.05), bounds(0.0, parts, 0.05, added=HALF)
    assert added.lower < plain.lower - 0.4 * -parts.min() / 300
    assert added.upper > plain.upper
    assert added.standard_error == plain.standard_error


def test_parts_of_two_samples_add_up_their_variances_with_satterthwaites_degrees_of_freedom():
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=40), 3 * rng.normal(size=160)
    whole = np.concatenate([(one - one.mean()) * 200 / 40, (other - other.mean()) * 200 / 160])
    found = bounds(0.0, whole, 0.05, np.repeat([0, 1], [40, 160]))
    theirs = stats.ttest_ind(one, other, equal_var=False)
    error = math.sqrt(one.var(ddof=1) / 40 + other.var(ddof=1) / 160)
    assert found.standard_error == pytest.approx(error)
    assert found.upper >= stats.t.ppf(0.95, theirs.df) * error * (1 - 1e-12)
    assert found.upper == pytest.approx(stats.t.ppf(0.95, theirs.df) * error, rel=0.05)


def test_parts_that_do_not_differ_leave_no_doubt():
    assert bounds(0.5, np.zeros(10), 0.05) == bounds(0.5, np.zeros(300), 0.0016)
    assert bounds(0.5, np.zeros(10), 0.05).lower == 0.5


def test_one_part_alone_tells_nothing():
    found = bounds(0.5, np.zeros(1), 0.05)
    assert (found.lower, found.upper, found.standard_error) == (-math.inf, math.inf, math.inf)
    assert bounds(0.5, np.ones(5), 0.05, np.array([0, 0, 0, 0, 1])).lower == -math.inf


@pytest.mark.parametrize("rate", [0.05, 0.0115, 0.0016])
def test_bounds_of_exponential_losses_err_no_more_often_than_they_say(rate):
    """300 rows, most a little better and some far worse: Student's t errs 1.4 to 3 times as often."""
    rng, rounds, wrong = np.random.default_rng(4), 4000, 0
    for _ in range(rounds):
        parts = 1 - rng.exponential(size=300)
        wrong += bounds(parts.mean(), parts - parts.mean(), rate, added=HALF).lower > 0
    assert wrong / rounds <= rate + 3 * math.sqrt(rate * (1 - rate) / rounds)
