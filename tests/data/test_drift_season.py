import numpy as np
import pandas as pd
import pytest

from mlctl.data.drift_season import same_season


def days(first, count, step="1D"):
    return pd.Series(pd.date_range(first, periods=count, freq=step), name="when")


def test_rows_of_the_same_stretch_of_every_year():
    before = days("2023-01-01", 730)
    season = same_season(before, days("2025-06-01", 60))
    chosen = before.iloc[season.rows]
    assert len(chosen) == 120
    assert set(chosen.dt.month) == {6, 7}
    assert set(chosen.dt.year) == {2023, 2024}
    assert season.said == "compared with the 120 of 730 reference rows from 01 Jun to 30 Jul"


def test_stretch_over_the_turn_of_the_year():
    before = days("2023-01-01", 1460, "12h")
    season = same_season(before, days("2024-12-10", 50))
    assert set(before.iloc[season.rows].dt.month) == {12, 1}


def test_short_stretch_is_widened_to_thirty_days():
    before = days("2023-01-01", 3 * 730, "12h")
    season = same_season(before, days("2025-06-15", 100, "1min"))
    chosen = before.iloc[season.rows]
    assert chosen.dt.normalize().nunique() == 3 * 31
    assert set(chosen.dt.month) == {5, 6}


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (days("2024-01-01", 300), days("2025-01-01", 60), "the reference is shorter than a year"),
        (days("2022-01-01", 800), days("2025-01-01", 350), "the new rows span all seasons"),
        (
            days("2022-01-01", 800),
            days("2025-01-01", 31),
            "the reference has 93 rows of that season, too few",
        ),
        (pd.Series([1, 2], name="when"), days("2025-01-01", 60), "'when' holds no dates"),
        (days("2022-01-01", 800), pd.Series([pd.NaT] * 3, name="when"), "'when' holds no value"),
    ],
)
def test_otherwise_all_rows_are_compared_and_why(before, now, said):
    season = same_season(before, now)
    assert season.rows is None
    assert season.said.startswith(said)


def test_rows_without_a_time_are_in_no_season():
    before = days("2023-01-01", 1460, "12h")
    before[before.index % 4 == 0] = pd.NaT
    season = same_season(before, days("2025-06-01", 90))
    assert before.iloc[season.rows].notna().all()
    assert len(season.rows) == pytest.approx(180 * 2 * 0.75, abs=3)
    assert season.rows.dtype == np.int64
