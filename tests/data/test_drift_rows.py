import numpy as np
import pandas as pd

from mlctl.data.drift_rows import choose_rows


def test_without_time_and_group_the_order_is_the_tables():
    frame = pd.DataFrame({"a": [3, 1, 2]})
    rows = choose_rows(frame, frame[:2], {"a": "feature", "gone": "time"})
    assert (rows.before.tolist(), rows.now.tolist(), rows.ordered, rows.season) == (
        [0, 1, 2],
        [0, 1],
        False,
        "",
    )


def test_order_of_time():
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-03-01", "2026-01-01", None, "2026-02-01"])})
    rows = choose_rows(frame, frame, {"t": "time"})
    assert rows.before.tolist() == rows.now.tolist() == [1, 3, 0, 2]
    assert rows.ordered
    assert rows.season == "the reference is shorter than a year: seasons are not told apart"


def test_order_of_groups_keeps_each_together():
    frame = pd.DataFrame({"g": ["x", "y", None, "x", "y"]})
    rows = choose_rows(frame, frame, {"g": "group"})
    assert rows.before.tolist() == [0, 3, 1, 4, 2]


def test_season_is_put_into_the_order_of_time():
    when = pd.Series(pd.date_range("2023-01-01", periods=800, freq="D"))[::-1]
    before = pd.DataFrame({"t": when.to_numpy()})
    now = pd.DataFrame({"t": pd.date_range("2025-05-01", periods=90, freq="D")})
    rows = choose_rows(before, now, {"t": "time"})
    chosen = before["t"].iloc[rows.before]
    assert chosen.is_monotonic_increasing
    assert set(chosen.dt.month) == {5, 6, 7}
    np.testing.assert_array_equal(rows.now, np.arange(90))
