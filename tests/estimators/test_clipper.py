import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from mlctl.estimators.clipper import Clipper


@parametrize_with_checks([Clipper()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_one_wild_cell_goes_back_among_its_neighbours():
    rain = np.append(np.linspace(0, 50, 199), 9831.0).reshape(-1, 1)
    clipped = Clipper().fit_transform(rain)
    assert clipped.max() == 50.0
    assert clipped.min() == pytest.approx(50 / 198)


def test_quantiles_of_many_rows():
    numbers = np.arange(10_001.0).reshape(-1, 1)
    clipper = Clipper().fit(numbers)
    assert (clipper.lower_[0], clipper.upper_[0]) == (10.0, 9990.0)
    assert clipper.transform([[-np.inf], [np.inf], [np.nan]])[:, 0].tolist()[:2] == [10.0, 9990.0]


def test_gaps_stay_gaps_and_do_not_count():
    table = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [100.0, np.nan]])
    clipper = Clipper().fit(table)
    assert clipper.transform(table)[:, 0].tolist()[3:] == [3.0, 3.0]
    assert np.isnan(clipper.transform(table)[:, 1]).all()
    assert clipper.transform([[None, 7]]).tolist()[0][1] == 7.0


def test_of_two_values_neither_is_clipped():
    assert Clipper().fit_transform([[1.0], [5.0]]).ravel().tolist() == [1.0, 5.0]


@pytest.mark.parametrize(("lower", "upper"), [(-0.1, 0.9), (0.9, 0.1), (0.1, 1.1)])
def test_quantiles_out_of_range(lower, upper):
    with pytest.raises(ValueError, match="quantiles must rise within"):
        Clipper(lower, upper).fit([[1.0]])
