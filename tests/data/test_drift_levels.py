import numpy as np
import pandas as pd
import pytest

from mlctl.data.drift_levels import code_levels, common_levels, compare_levels
from mlctl.errors import DataError


def compared(one, other, **options):
    codes = code_levels(pd.Series(one, name="a"), pd.Series(other, name="a"))
    return compare_levels(*codes, **({"ordered": False} | options))


def test_levels_have_one_number_in_both_tables():
    one, other, levels = code_levels(
        pd.Series(["x", None, "y"], dtype="str"), pd.Series(["z", "x"], dtype="str")
    )
    assert (one.tolist(), other.tolist(), list(levels)) == ([0, -1, 1], [2, 0], ["x", "y", "z"])


def test_a_table_without_a_value_may_be_of_any_type():
    one, other, levels = code_levels(pd.Series([np.nan, np.nan]), pd.Series(["z"], dtype="str"))
    assert (one.tolist(), other.tolist(), list(levels)) == ([-1, -1], [0], ["z"])


def test_lists_are_no_values():
    with pytest.raises(DataError, match="column 'a' holds lists or mappings"):
        code_levels(pd.Series([[1]], name="a"), pd.Series([[2]], name="a"))


def test_only_levels_with_five_expected_rows_stand_for_themselves():
    assert common_levels(np.array([50, 500, 49]), 60).tolist() == [1, 0]
    assert len(common_levels(np.full(80, 1000), 1000)) == 50


def test_measures_by_hand():
    found = compared(["a"] * 60 + ["b"] * 40, ["a"] * 50 + ["b"] * 50)
    assert found.total_variation == pytest.approx(0.1)
    assert found.change == "'a' 60.0% → 50.0%"
    assert found.tests[0].p_value == pytest.approx(0.1552, abs=1e-4)  # chi-squared 2.0202, one degree


def test_missing_is_a_category():
    found = compared(["a"] * 100, ["a"] * 70 + [None] * 30)
    assert found.change in {"'a' 100.0% → 70.0%", "missing 0.0% → 30.0%"}
    assert found.missing == (0.0, 0.3)
    assert found.total_variation == pytest.approx(0.3)
    assert found.tests[0].p_value < 1e-8


def test_new_level_among_few_new_rows_is_seen():
    found = compared(["a", "b"] * 2500, ["a"] * 45 + ["b"] * 40 + ["c"] * 15)
    assert found.total_variation == pytest.approx(0.15)
    assert found.change == "unseen 0.0% → 15.0%"
    assert found.tests[0].p_value < 1e-20


def names(rng, rows, first=0):
    return np.char.add("v", (first + rng.integers(0, 3000, rows)).astype(str))


def test_many_names_do_not_drift_by_themselves_and_do_when_all_are_replaced():
    rng = np.random.default_rng(0)
    calm = [compared(names(rng, 3000), names(rng, 1000)).tests[0] for _ in range(20)]
    assert sum(test.effect > 0.1 and test.p_value < 0.05 for test in calm) <= 2
    replaced = compared(names(rng, 3000), names(rng, 1000, first=5000))
    assert replaced.change.split()[0] in {"other", "unseen"}
    assert replaced.tests[0].p_value < 1e-30


def test_all_missing_is_no_question():
    found = compared([None, None], [None])
    assert (found.tests, found.missing) == ((), (1.0, 1.0))


def test_long_names_are_cut_where_they_are_told():
    found = compared(["x" * 500] * 50, ["y"] * 50)
    assert len(found.change) < 90


def test_equal_rows_in_order_are_worth_one():
    one, other = (np.repeat(list(levels) * 10, 40) for levels in ("aab", "abb"))
    apart, together = (compared(one, other, ordered=ordered).tests[0] for ordered in (False, True))
    assert apart.p_value < 1e-10
    assert together.p_value > 1e-4
