import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from mlctl.estimators.dates import DateFeatures, TimeToNumber


def table(*texts):
    return pd.DataFrame({"when": pd.to_datetime(pd.Series(texts))})


def test_the_calendar():
    features = clone(DateFeatures()).fit(table("2026-01-09", None))
    assert features.get_feature_names_out().tolist() == [
        "when_days",
        "when_month",
        "when_day",
        "when_weekday",
    ]
    numbers = features.transform(table("2026-01-09", "1969-12-31", "2024-02-29", None))
    assert numbers[0].tolist() == [20462.0, 1.0, 9.0, 4.0]  # a Friday
    assert numbers[1].tolist() == [-1.0, 12.0, 31.0, 2.0]  # a Wednesday
    assert numbers[2].tolist() == [19782.0, 2.0, 29.0, 3.0]  # a Thursday
    assert np.isnan(numbers[3]).all()


def test_hours_only_where_training_rows_had_them():
    timed = DateFeatures().fit(table("2026-01-09 18:30:00"))
    assert timed.get_feature_names_out(["when"]).tolist()[-2:] == ["when_weekday", "when_hour"]
    assert timed.transform(table("2026-01-09 18:30:00"))[0].tolist() == [
        20462 + 18.5 / 24,
        1.0,
        9.0,
        4.0,
        18.5,
    ]
    untimed = DateFeatures().fit(table("2026-01-09"))
    assert untimed.transform(table("2026-01-09 18:30:00")).shape == (1, 4)


def test_a_year_a_week_and_a_day_are_circles():
    features = DateFeatures(cyclic=True).fit(table("2026-01-01 06:00:00"))
    names = features.get_feature_names_out().tolist()
    assert names[5:] == [f"when_{name}_{w}" for name in ("year", "week", "hour") for w in ("sin", "cos")]
    numbers = dict(zip(names, features.transform(table("2026-01-05 06:00:00"))[0], strict=True))  # a Monday
    assert numbers["when_week_sin"] == pytest.approx(np.sin(2 * np.pi * 0.25 / 7))
    assert numbers["when_hour_sin"] == pytest.approx(1.0)
    assert numbers["when_year_cos"] == pytest.approx(np.cos(2 * np.pi * 4 / 365.25))
    ends = features.transform(table("2026-12-31", "2026-01-01"))
    assert abs(ends[0, 5] - ends[1, 5]) < 0.03
    undated = DateFeatures(cyclic=True).fit(table("2026-01-01")).get_feature_names_out().tolist()
    assert "when_hour_sin" not in undated


def test_gaps_are_told_where_training_rows_had_them():
    features = DateFeatures(indicator=True).fit(table("2026-01-09", None))
    assert features.get_feature_names_out().tolist()[-1] == "when_missing"
    assert features.transform(table(None, "2026-01-09"))[:, -1].tolist() == [1.0, 0.0]
    assert DateFeatures(indicator=True).fit(table("2026-01-09")).transform(table(None)).shape == (1, 4)


def test_one_row_of_nothing():
    features = DateFeatures().fit(table("2026-01-09"))
    assert np.isnan(features.transform(pd.DataFrame({"when": [None]}))).all()
    assert features.__sklearn_tags__().input_tags.allow_nan


def test_times_as_days_and_numbers_as_they_are():
    times = TimeToNumber().fit(pd.DataFrame({"when": [1]}))
    assert times.transform(table("1970-01-02 12:00:00", None))[0, 0] == 1.5
    assert times.transform(pd.DataFrame({"when": [7, 8]})).ravel().tolist() == [7.0, 8.0]
    assert times.__sklearn_tags__().input_tags.allow_nan
