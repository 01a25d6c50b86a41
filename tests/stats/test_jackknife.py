import numpy as np
import pytest

from mlctl.stats.jackknife import left_out, parts_of, standard_error


def test_parts_are_of_equal_size():
    dealt = parts_of(103, seed=1)
    counts = np.bincount(dealt)
    assert len(counts) == 40
    assert set(counts.tolist()) == {2, 3}
    assert parts_of(103, seed=1).tolist() == dealt.tolist()
    assert sorted(parts_of(3).tolist()) == [0, 1, 2]


def test_parts_in_order_are_runs():
    assert parts_of(7, parts=3, in_order=True).tolist() == [0, 0, 0, 1, 1, 2, 2]


def test_it_gives_the_standard_error_of_a_mean():
    values = np.random.default_rng(0).normal(size=4000)
    dealt = parts_of(len(values))
    found = standard_error(left_out(lambda keep: float(values[keep].mean()), dealt))
    assert found == pytest.approx(values.std() / np.sqrt(4000), rel=0.35)


def test_rows_that_depend_on_each_other_need_parts_in_order():
    walk = np.repeat(np.random.default_rng(0).normal(size=200), 20)
    random = standard_error(left_out(lambda keep: float(walk[keep].mean()), parts_of(4000)))
    in_order = standard_error(left_out(lambda keep: float(walk[keep].mean()), parts_of(4000, in_order=True)))
    assert in_order > 2.5 * random


def test_what_cannot_be_told():
    dealt = parts_of(3)
    assert standard_error(left_out(lambda keep: None, dealt)) is None
    assert standard_error([1.0]) is None
    assert standard_error(left_out(lambda keep: 1.0, parts_of(1))) is None
    assert standard_error([1.0, float("nan")]) is None
    assert standard_error([2.0, 2.0]) == 0.0
