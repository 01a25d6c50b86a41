import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor

from mlctl.estimators.naive import (
    LastValueClassifier,
    LastValueRegressor,
    SeasonalLastClassifier,
    SeasonalLastRegressor,
)

DAYS = np.arange(0, 60.0).reshape(-1, 1)
WEEKLY = (np.arange(60) % 7).astype(float)


def test_the_last_value_whatever_the_order_of_the_rows():
    model = clone(LastValueRegressor()).fit([[3.0], [1.0], [2.0]], [30.0, 10.0, 20.0])
    assert model.predict([[0.0], [99.0], [np.nan]]).tolist() == [30.0, 30.0, 30.0]
    assert is_regressor(model)
    assert model.__sklearn_tags__().input_tags.allow_nan


def test_rows_without_a_time_do_not_count():
    assert LastValueRegressor().fit([[1.0], [np.nan]], [10.0, 99.0]).predict([[5.0]]).tolist() == [10.0]
    with pytest.raises(ValueError, match="no row has a time"):
        LastValueRegressor().fit([[np.nan]], [1.0])


def test_the_last_label():
    model = LastValueClassifier().fit([[1], [2], [3]], np.array(["b", "c", "a"], dtype=object))
    assert model.predict([[9]]).tolist() == ["a"]
    assert model.predict_proba([[9]]).tolist() == [[1.0, 0.0, 0.0]]
    assert is_classifier(model)


def test_a_week_is_found_and_goes_on():
    model = SeasonalLastRegressor().fit(DAYS, WEEKLY)
    assert model.season_ == 7.0
    future = np.arange(60, 90.0).reshape(-1, 1)
    assert model.predict(future).tolist() == (np.arange(60, 90) % 7).tolist()
    assert model.predict(DAYS)[7:].tolist() == WEEKLY[7:].tolist()


def test_a_day_is_found_among_hours():
    hours = np.arange(0, 24 * 20) / 24
    model = SeasonalLastRegressor().fit(hours.reshape(-1, 1), np.sin(2 * np.pi * hours))
    assert model.season_ == 1.0
    assert model.predict([[20.25]])[0] == pytest.approx(1.0)


def test_a_year_of_weeks():
    weeks = np.arange(0, 52 * 3) * 7.0
    values = np.tile(np.arange(52.0), 3)
    model = SeasonalLastRegressor().fit(weeks.reshape(-1, 1), values)
    assert model.season_ == 364.0
    assert model.predict([[weeks[-1] + 7], [weeks[-1] + 14]]).tolist() == [0.0, 1.0]


def test_without_a_season_the_last_value():
    short = SeasonalLastRegressor().fit([[0.0], [400.0]], [1.0, 2.0])
    assert short.season_ == 0.0
    assert short.predict([[800.0]]).tolist() == [2.0]
    assert SeasonalLastRegressor().fit([[0.0]], [5.0]).predict([[1.0]]).tolist() == [5.0]


def test_labels_with_a_season():
    labels = np.array(["rest" if day % 7 > 4 else "work" for day in range(60)], dtype=object)
    model = SeasonalLastClassifier().fit(DAYS, labels)
    assert model.season_ == 7.0
    assert model.predict([[60.0], [61.0], [62.0]]).tolist() == ["work", "rest", "rest"]
    assert model.predict_proba([[61.0]]).tolist() == [[1.0, 0.0]]


def test_of_rows_at_one_time_the_last_stands():
    model = LastValueRegressor().fit([[1.0], [2.0], [2.0]], [1.0, 2.0, 3.0])
    assert model.times_.tolist() == [1.0, 2.0]
    assert model.predict([[3.0]]).tolist() == [3.0]


def test_times_between_the_rows_take_the_nearest():
    model = SeasonalLastRegressor().fit(DAYS, WEEKLY)
    assert model.predict([[60.3], [60.7]]).tolist() == [60 % 7, 61 % 7]
