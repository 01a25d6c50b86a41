import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from mlctl.estimators.gaps import LEAST_KNOWN, ROWS_EACH, GapFiller


@parametrize_with_checks([GapFiller()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def column(known, rows):
    values = np.full(rows, np.nan)
    values[:known] = np.arange(known) - 2.0
    return values


def test_only_the_gaps_of_columns_with_hardly_a_value_are_filled():
    rows = 40
    table = np.column_stack([column(known, rows) for known in (0, 1, LEAST_KNOWN - 1, LEAST_KNOWN, rows)])
    filler = GapFiller().fit(table)
    np.testing.assert_array_equal(filler.fill_, [0.0, -3.0, -3.0, np.nan, np.nan])
    filled = filler.transform(table)
    assert np.isnan(filled).sum(axis=0).tolist() == [0, 0, 0, rows - LEAST_KNOWN, 0]
    np.testing.assert_array_equal(filled[:2, 2], [-2.0, -1.0])  # what is known stays
    np.testing.assert_array_equal(filled[-1, :3], [0.0, -3.0, -3.0])
    assert np.isnan(table[-1, 0])  # the caller's table is not written to


def test_a_long_table_needs_more_known_values():
    rows = ROWS_EACH * (LEAST_KNOWN + 2)
    few, enough = (column(known, rows)[:, None] for known in (LEAST_KNOWN + 1, LEAST_KNOWN + 2))
    assert GapFiller().fit(few).fill_ == [-3.0]
    assert np.isnan(GapFiller().fit(enough).fill_)


def test_a_gap_that_comes_only_later_stays():
    filler = GapFiller().fit(np.array([[1.0], [2.0]]))
    assert np.isnan(filler.transform([[np.nan]]))


@pytest.mark.parametrize("known", [0, 1, 2])
def test_boosting_takes_a_column_that_loses_its_values_to_early_stopping(known):
    table = np.column_stack([np.arange(60.0), column(known, 60)])
    boosting = HistGradientBoostingRegressor(max_iter=2, early_stopping=True, random_state=0)
    assert len(make_pipeline(GapFiller(), boosting).fit(table, np.arange(60.0)).predict(table)) == 60
