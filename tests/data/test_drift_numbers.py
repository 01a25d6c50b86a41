import numpy as np
import pandas as pd
import pytest

from mlctl.data.drift_numbers import as_numbers, compare_numbers


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pd.Series([1, 2], dtype="int64"), [1.0, 2.0]),
        (pd.Series([True, None], dtype="object"), [1.0, np.nan]),
        (pd.Series([True, False]), [1.0, 0.0]),
        (pd.Series(pd.to_datetime(["1970-01-02", None])), [86_400e6, np.nan]),
        (pd.Series([1, None], dtype="Int64"), [1.0, np.nan]),
    ],
)
def test_columns_become_numbers(series, expected):
    np.testing.assert_array_equal(as_numbers(series), expected)


def compared(one, other, **options):
    options = {"dates": False, "ordered": False} | options
    return compare_numbers(np.array(one, dtype=float), np.array(other, dtype=float), **options)


def test_index_is_that_of_the_references_tenths():
    one = np.arange(1000.0)
    assert compared(one, one).psi == pytest.approx(0)
    # All new rows in the highest tenth: (1 - 0.1) ln 10 there, and 0.1 ln(0.1 / 0.0005) in nine others.
    expected = 0.9 * np.log(10) + 9 * (0.1 - 0.0005) * np.log(0.1 / 0.0005)
    assert compared(one, np.full(1000, 950.0)).psi == pytest.approx(expected)


def test_index_of_gaps():
    expected = 0.5 * np.log(0.75 / 0.25)
    assert compared([1, 1, 1, np.nan], [1, np.nan, np.nan, np.nan]).psi == pytest.approx(expected * 2)


def test_change_is_told_by_the_middle():
    assert compared([1, 2, 9], [4, 5, 6]).change == "median 2 → 5"
    assert compared([1, 2, 9], [4, 5, np.nan]).change == "median 2 → 5, missing 0.0% → 33.3%"
    day = 86_400e6
    assert compared([0.0], [day], dates=True).change == "median 1970-01-01 → 1970-01-02"


def test_nothing_known_on_a_side_leaves_the_gaps():
    found = compared([1, 2], [np.nan] * 3)
    assert (found.ks, found.missing, found.change) == (None, (0.0, 1.0), "missing 0.0% → 100.0%")
    assert [test.of for test in found.tests] == ["missing"]


def test_infinities_have_their_place_in_the_order():
    found = compared([0, 1, np.inf], [0, 1, -np.inf])
    assert found.ks == pytest.approx(1 / 3)
    assert np.isfinite(found.wasserstein)


def test_equal_rows_in_order_are_worth_one():
    one = np.repeat(np.arange(40.0), 10)
    found, apart = (compared(one, one + 8, ordered=ordered).tests[0] for ordered in (True, False))
    assert found.effect == apart.effect
    assert found.p_value > apart.p_value
