import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlctl.stats.two_samples import distances, smirnov_p_value

VALUES = st.lists(st.floats(-1e6, 1e6, width=32) | st.integers(-3, 3).map(float), min_size=2, max_size=40)


@given(VALUES, VALUES)
def test_both_distances_are_those_of_scipy(one, other):
    one, other = np.sort(one), np.sort(other)
    d, moved = distances(one, other)
    assert d == pytest.approx(stats.ks_2samp(one, other, method="asymp").statistic, abs=1e-12)
    if one[0] != one[-1]:
        assert moved == pytest.approx(stats.wasserstein_distance(one, other) / one.std(), rel=1e-9, abs=1e-9)


def test_what_repeats_is_compared_after_its_last_row():
    assert distances(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0]))[0] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("one", "other", "d", "moved"),
    [
        ([1.0, 1.0], [1.0], 0.0, 0.0),
        ([0.1] * 7, [0.1] * 6 + [0.2], 1 / 7, pytest.approx(0.5547, abs=1e-4)),  # of both: the first has none
        ([-np.inf, 0.0, 2.0], [0.0, 2.0, np.inf], 1 / 3, pytest.approx(2 / 3)),
        ([np.inf], [-np.inf], 1.0, 0.0),
        ([-1.7e308, 1.7e308], [1.7e308, 1.7e308], 0.5, pytest.approx(1.0)),
        ([0.0, 1e-300], [1e-300, 1e-300], 0.5, pytest.approx(1.0)),
        ([-np.inf, -np.inf], [0.0, 1.0], 1.0, pytest.approx(1.0)),
    ],
)
def test_extremes_give_finite_numbers(one, other, d, moved):
    assert distances(np.array(one), np.array(other)) == (pytest.approx(d), moved)


def test_the_probability_is_smirnovs_limit():
    # Two times the sum of (-1)^(k-1) exp(-2 k^2 t^2) at t = 1.36 is 0.0494, the well-known five per cent.
    assert smirnov_p_value(1.36 / np.sqrt(50), 100, 100) == pytest.approx(0.0494, abs=1e-4)
    assert smirnov_p_value(0.0, 10, 10) == 1.0


def test_under_no_difference_the_probability_is_not_too_small():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(2000):
        one, other = np.sort(rng.normal(size=100)), np.sort(rng.normal(size=300))
        found.append(float(smirnov_p_value(distances(one, other)[0], 100, 300)))
    assert np.mean(np.array(found) < 0.05) <= 0.055
    assert np.mean(np.array(found) < 0.5) == pytest.approx(0.46, abs=0.04)
