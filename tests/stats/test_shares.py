import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from mlctl.stats.shares import (
    homogeneity_p_value,
    jensen_shannon,
    rise_p_value,
    stability_index,
    total_variation,
)


def counts(*values):
    return np.array(values)


def test_total_variation_is_the_share_of_rows_that_would_have_to_change():
    assert total_variation(counts(60, 40), counts(50, 50)) == pytest.approx(0.1)
    assert total_variation(counts(5, 0), counts(0, 3)) == 1.0


def test_jensen_shannon_is_that_of_scipy():
    one, other = counts(60, 30, 10, 0), counts(40, 30, 20, 10)
    assert jensen_shannon(one, other) == pytest.approx(jensenshannon(one / 100, other / 100, base=2))
    assert jensen_shannon(counts(1, 2, 4), counts(10, 20, 40)) == pytest.approx(0, abs=1e-7)
    assert jensen_shannon(counts(5, 0), counts(0, 3)) == 1.0


def test_stability_index_by_hand():
    expected = 0.1 * np.log(0.6 / 0.5) - 0.1 * np.log(0.4 / 0.5)
    assert stability_index(counts(60, 40), counts(50, 50)) == pytest.approx(expected)
    # Half a row stands for none; a category that neither has adds nothing.
    expected = (0.5 - 0.05) * np.log(0.5 / 0.05) + (0.5 - 1) * np.log(0.5 / 1)
    assert stability_index(counts(5, 5, 0), counts(0, 10, 0)) == pytest.approx(expected)


def test_index_fires_by_chance_at_small_sizes():
    rng = np.random.default_rng(0)
    tenths = np.full(10, 0.1)
    found = [stability_index(rng.multinomial(500, tenths), rng.multinomial(100, tenths)) for _ in range(400)]
    assert np.mean(np.array(found) > 0.1) == pytest.approx(0.54, abs=0.08)


def test_common_categories_are_tested_by_chi_squared():
    table = [[60, 40, 50], [70, 50, 30]]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert homogeneity_p_value(*map(np.array, table)) == pytest.approx(expected)


def test_what_is_rare_in_both_together_is_tested_exactly():
    # Eleven of a hundred new rows are of a kind that none of five thousand was.
    assert homogeneity_p_value(counts(5000, 0), counts(89, 11)) < 1e-15
    exact = stats.fisher_exact([[4, 96], [1, 999]], alternative="greater").pvalue
    assert homogeneity_p_value(counts(999, 1), counts(96, 4)) == pytest.approx(2 * exact)


def test_both_tests_together_count_twice():
    common = stats.chi2_contingency([[500, 500], [49, 51]], correction=False).pvalue
    found = homogeneity_p_value(counts(500, 500, 0), counts(49, 51, 1))
    rare = 2 * stats.fisher_exact([[1, 100], [0, 1000]], alternative="greater").pvalue
    assert found == pytest.approx(2 * min(common, rare))


@pytest.mark.parametrize(
    ("one", "other"),
    [((9,), (4,)), ((5, 5), (1, 1)), ((0, 100, 100), (0, 7, 8)), ((0, 0, 3), (0, 0, 9))],
)
def test_too_few_or_equal_rows_say_nothing(one, other):
    assert homogeneity_p_value(counts(*one), counts(*other)) > 0.5


def test_sample_of_rare_categories_only():
    one, other = counts(*[1000, 1000], *[0] * 30), counts(0, 0, *[1] * 30)
    assert homogeneity_p_value(one, other) < 1e-30


@pytest.mark.parametrize("rows", [100, 1000])
def test_under_no_difference_few_probabilities_are_small(rows):
    rng = np.random.default_rng(1)
    shares = np.array([0.5, 0.3, 0.15, 0.04, 0.009, 0.001])
    found = [
        homogeneity_p_value(rng.multinomial(5000, shares), rng.multinomial(rows, shares)) for _ in range(500)
    ]
    assert np.mean(np.array(found) < 0.05) <= 0.07
    assert np.mean(np.array(found) < 0.005) <= 0.01


def test_rise_is_tested_by_fisher_or_by_the_binomial():
    exact = stats.fisher_exact([[20, 80], [50, 950]], alternative="greater").pvalue
    assert rise_p_value(20, 100, 50, 1000) == pytest.approx(exact)
    exact = stats.binomtest(20, 100, 0.05, alternative="greater").pvalue
    assert rise_p_value(20, 100, 0.05, None) == pytest.approx(exact)
    assert rise_p_value(0, 100, 0.0, None) == 1.0
    assert rise_p_value(3, 100, 0.0, None) == 0.0
