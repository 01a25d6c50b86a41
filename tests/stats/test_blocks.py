import math

import numpy as np
import pytest
from scipy import stats

from mlctl.stats import blocks
from mlctl.stats.blocks import block_bounds, block_parts
from mlctl.stats.bounds import bounds


def test_a_blocks_part_is_the_sum_of_its_rows():
    found = block_parts(np.array([1.0, 2.0, -4.0, 1.0]), np.array(["b", "a", "a", "b"]))
    assert found.tolist() == [-1.0, 1.0]  # a first; times 2 blocks, over 4 rows


def test_blocks_of_one_row_are_the_rows():
    parts = np.random.default_rng(0).normal(size=50)
    assert block_parts(parts, np.arange(50)) == pytest.approx(parts)


def test_the_standard_error_is_the_one_of_means_of_equal_blocks():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(60, 24)) + rng.choice([-1, 1], size=60)[:, None]
    parts = block_parts((values - values.mean()).ravel(), np.repeat(np.arange(60), 24))
    found = block_bounds(0.0, parts, 0.05, 0)
    wider = blocks._dependence(parts)
    assert found.standard_error / wider == pytest.approx(values.mean(axis=1).std(ddof=1) / 60**0.5)
    assert found.lower <= -stats.t.ppf(0.95, 59) * found.standard_error


def test_neither_way_alone_is_more_careful():
    parts = np.random.default_rng(2).exponential(size=25)
    parts = parts.mean() - parts
    found, closed = block_bounds(1.0, parts, 0.0016, 0), bounds(1.0, parts, 0.0016)
    wider = blocks._dependence(parts)
    low, high = blocks._studentised(parts, 0.0016, 0)
    below = max(1 - closed.lower, high * closed.standard_error)
    above = max(closed.upper - 1, -low * closed.standard_error)
    assert (found.lower, found.upper) == pytest.approx((1 - below * wider, 1 + above * wider))
    assert found == block_bounds(1.0, parts, 0.0016, 0)


def test_with_very_many_blocks_the_closed_form_stands_alone():
    parts = np.random.default_rng(3).normal(size=1000)
    parts = parts - parts.mean()
    assert blocks._studentised(parts, 0.0016, 0) is None
    found, wider = block_bounds(0.0, parts, 0.0016, 0), blocks._dependence(parts)
    assert found.lower == pytest.approx(bounds(0.0, parts, 0.0016).lower * wider)


def test_neighbours_that_go_together_widen_the_bounds():
    rng = np.random.default_rng(4)
    steps = rng.normal(size=200)
    parts = np.zeros(200)
    for day in range(1, 200):
        parts[day] = 0.6 * parts[day - 1] + steps[day]
    parts = parts - parts.mean()
    assert blocks._dependence(parts) == pytest.approx(2.0, abs=0.3)  # sqrt((1 + 0.6) / (1 - 0.6))
    assert blocks._dependence(np.tile([1.0, -1.0], 20)) == 1.0
    assert blocks._dependence(np.arange(400.0)) == pytest.approx(math.sqrt(1.9 / 0.1))


def test_one_block_tells_nothing_and_equal_blocks_leave_no_doubt():
    assert block_bounds(0.5, np.zeros(1), 0.05, 0).lower == -math.inf
    assert block_bounds(0.5, np.zeros(30), 0.05, 0).lower == 0.5
    assert block_bounds(0.5, np.zeros(30), 0.05, 0).standard_error == 0.0
