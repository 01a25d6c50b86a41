import math

import numpy as np
import pytest

from mlctl.stats.calibration import calibration

RANDOM = np.random.default_rng(0)
SAID = RANDOM.beta(1, 3, 4000)
TRUE = RANDOM.random(4000) < SAID


def sharpened(said, factor):
    logits = np.log(said / (1 - said))
    return 1 / (1 + np.exp(-factor * logits))


def test_calibrated_probabilities_are_within_chance():
    found = calibration(SAID, TRUE)
    assert found.p_value > 0.01
    assert found.slope_lower < 1 < found.slope_upper
    assert found.off < 0.02
    assert (found.rows, found.said, found.seen) == (4000, SAID.mean(), TRUE.mean())


def test_its_error_rate_is_the_stated_one():
    draws = np.random.default_rng(1)
    refused = 0
    for _ in range(300):
        said = draws.beta(2, 2, 300)
        refused += calibration(said, draws.random(300) < said).p_value < 0.05
    assert refused / 300 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_too_sure_and_too_cautious_are_told_by_the_slope(factor):
    found = calibration(sharpened(SAID, factor), TRUE)
    assert found.p_value < 1e-6
    assert found.slope == pytest.approx(1 / factor, rel=0.1)
    assert found.off > 0.03


def test_a_shift_that_leaves_the_ranking_is_seen_by_the_mean():
    found = calibration(np.full(500, 0.5), np.arange(500) < 100)
    assert found.z == 0.0  # at one half Spiegelhalter's statistic is blind
    assert found.mean_z == pytest.approx(-150 / math.sqrt(125))
    assert found.p_value < 1e-30
    assert found.off == pytest.approx(0.3, abs=0.01)


def test_spiegelhalters_statistic_by_hand():
    said, true = [0.1, 0.8, 0.4], [0, 1, 1]
    top = sum((y - p) * (1 - 2 * p) for p, y in zip(said, true, strict=True))
    bottom = sum((1 - 2 * p) ** 2 * p * (1 - p) for p in said)
    assert calibration(said, true).z == pytest.approx(top / math.sqrt(bottom))


def test_certainty_is_right_or_infinitely_wrong():
    right = calibration([1.0, 1.0, 0.0, 0.0], [1, 1, 0, 0])
    assert (right.z, right.mean_z, right.p_value) == (0.0, 0.0, 1.0)
    wrong = calibration([1.0, 1.0, 0.0, 0.0], [0, 1, 0, 0])
    assert (wrong.z, wrong.mean_z, wrong.p_value) == (math.inf, -math.inf, 0.0)
    assert math.isfinite(wrong.slope)


def test_one_row_is_no_error():
    found = calibration([0.5], [1])
    assert 0 < found.p_value < 1
