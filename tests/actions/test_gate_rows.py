import numpy as np
import pandas as pd
import pytest

from mlctl.actions.gate_rows import SKETCH, overlap, time_blocks


def test_blocks_are_days_and_weeks_where_there_are_many():
    hours = pd.Series(pd.date_range("2026-01-05", periods=24 * 14, freq="h"))  # from a Monday
    days, unit = time_blocks(hours)
    assert (unit, len(np.unique(days))) == ("day", 14)
    year = pd.Series(pd.date_range("2026-01-05", periods=364, freq="D"))
    weeks, unit = time_blocks(year)
    assert (unit, len(np.unique(weeks))) == ("week", 52)
    assert np.bincount(weeks - weeks[0]).tolist() == [7] * 52
    zoned, unit = time_blocks(hours.dt.tz_localize("Asia/Seoul"))
    assert (unit, len(np.unique(zoned))) == ("day", 14)


def test_times_that_are_no_dates_are_cut_into_runs():
    runs, unit = time_blocks(pd.Series([30.0, 10.0, 20.0, 40.0] * 25))
    assert unit == "run"
    assert np.bincount(runs).tolist() == [10] * 10
    assert runs[1] == 0
    assert runs[3] == 7
    assert time_blocks(pd.Series([], dtype=float))[0].tolist() == []


def sketch(values):
    return sorted(values)[:SKETCH]


def test_how_much_of_a_holdout_was_in_another():
    draw = np.random.default_rng(0)
    rows = draw.choice(2**32, 3000, replace=False).tolist()
    assert overlap(sketch(rows), 3000, sketch(rows), 3000) == 1
    assert overlap(sketch(rows), 3000, sketch(rows[:1500]), 1500) == pytest.approx(0.5, abs=0.12)
    assert overlap(sketch(rows[:1500]), 1500, sketch(rows), 3000) == pytest.approx(1, abs=0.25)
    assert overlap(sketch(rows[:1500]), 1500, sketch(rows[1500:]), 1500) == 0
    assert overlap([], 0, sketch(rows), 3000) == 0
    few = rows[:20]
    assert overlap(few, 20, few[:15], 15) == pytest.approx(0.75)  # exact where every hash is kept
