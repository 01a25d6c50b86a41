import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from mlctl.estimators.numbers import ToFloat


@parametrize_with_checks([ToFloat()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_whole_numbers_at_fit_and_nothing_at_all_at_prediction():
    converter = ToFloat().fit(pd.DataFrame({"a": [1, 2], "b": [True, False]}))
    row = converter.transform(pd.DataFrame({"a": [None], "b": [0.5]}))
    assert row.dtype == np.float64
    assert np.isnan(row[0, 0])
    assert row[0, 1] == 0.5


def test_text_is_no_number():
    with pytest.raises(ValueError, match="could not convert string to float"):
        ToFloat().fit(pd.DataFrame({"a": ["x"]}))
