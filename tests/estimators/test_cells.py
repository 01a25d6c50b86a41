from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from mlctl.estimators.cells import as_datetimes, as_level, columns_of, is_missing


@pytest.mark.parametrize(
    "value", [None, float("nan"), np.nan, pd.NaT, pd.NA, np.datetime64("NaT"), np.float32("nan")]
)
def test_what_has_no_value(value):
    assert is_missing(value) is True


@pytest.mark.parametrize("value", ["", "nan", 0, 0.0, False, datetime(2026, 1, 9), np.float64(1.5)])
def test_what_has_a_value(value):
    assert is_missing(value) is False


def test_columns_keep_their_own_types():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [True, False]})
    a, b, c = columns_of(frame)
    assert (a.dtype.kind, b.dtype.kind, c.dtype.kind) == ("i", "O", "b")
    a, b, c = columns_of([[1, "x", None]])
    assert [a[0], b[0], c[0]] == [1, "x", None]
    a, b = columns_of(np.array([[1.0, 2.0]]))
    assert (a.dtype.kind, b.tolist()) == ("f", [2.0])


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (3, "3"),
        (3.0, "3"),
        ("3", "3"),
        (np.int8(3), "3"),
        (np.float32(3), "3"),
        (2.5, "2.5"),
        (float("inf"), "inf"),
        (True, "True"),
        ("", ""),
        (None, "?"),
        (np.str_("é"), "é"),
    ],
)
def test_a_level_is_what_a_file_would_show(value, level):
    assert as_level(value, "?") == level
    assert type(as_level(value, "?")) is str


def test_times_from_whatever_holds_them():
    korea = timezone(timedelta(hours=9))
    column = np.array(
        [
            None,
            "2026-01-09",
            "2026-01-09T12:00:00",
            "2026-01-09T00:00:00Z",
            date(2026, 1, 9),
            datetime(2026, 1, 9, 9, tzinfo=korea),
            datetime(2026, 1, 9, tzinfo=UTC),
            pd.Timestamp("2026-01-09"),
            pd.NaT,
            np.datetime64("2026-01-09"),
        ],
        dtype=object,
    )
    midnight = np.datetime64("2026-01-09", "us")
    noon = np.datetime64("2026-01-09T12:00", "us")
    times = as_datetimes(column)
    assert times.dtype == "datetime64[us]"
    assert np.isnat(times[[0, 8]]).all()
    assert times[[1, 3, 4, 5, 6, 7, 9]].tolist() == [midnight.item()] * 7
    assert times[2] == noon
    assert np.isnat(as_datetimes(np.array([np.nan]))).all()


def test_a_text_that_is_no_time():
    with pytest.raises(ValueError, match="yesterday"):
        as_datetimes(np.array(["yesterday"], dtype=object))
