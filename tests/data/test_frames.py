import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mlctl.data.frames import as_moments, family, to_frame
from mlctl.errors import DataError

from .tables import TEXT


def one(array, kind=None):
    frame, notes = to_frame(pa.table({"a": pa.array(array, kind) if kind else array}), "t.parquet")
    return frame["a"], notes


@pytest.mark.parametrize(
    ("values", "kind", "dtype", "expected"),
    [
        ([1, 2], pa.int8(), "int64", [1, 2]),
        ([1, 2], pa.uint64(), "int64", [1, 2]),
        ([1, None], pa.int32(), "float64", [1.0, np.nan]),
        ([0.5, None], pa.float32(), "float64", [0.5, np.nan]),
        ([Decimal("1.25"), None], pa.decimal128(10, 2), "float64", [1.25, np.nan]),
        ([True, False], pa.bool_(), "bool", [True, False]),
        ([True, None], pa.bool_(), "object", [True, None]),
        (["x", None], pa.string(), TEXT, ["x", np.nan]),
        (["x", "y"], pa.large_string(), TEXT, ["x", "y"]),
        ([b"x", b"y"], pa.binary(), TEXT, ["x", "y"]),
        ([b"x", b"y"], pa.large_binary(), TEXT, ["x", "y"]),
        (["x", "y"], pa.dictionary(pa.int8(), pa.string()), TEXT, ["x", "y"]),
        ([None, None], pa.string(), "float64", [np.nan, np.nan]),
        ([None, None], pa.null(), "float64", [np.nan, np.nan]),
        ([dt.date(2026, 1, 31), None], pa.date32(), "datetime64[ns]", [pd.Timestamp(2026, 1, 31), pd.NaT]),
        ([dt.date(2026, 1, 31)], pa.date64(), "datetime64[ns]", [pd.Timestamp(2026, 1, 31)]),
        ([dt.datetime(2026, 1, 31, 1)], pa.timestamp("us"), "datetime64[ns]", [pd.Timestamp(2026, 1, 31, 1)]),
    ],
)
def test_each_type_has_its_place(values, kind, dtype, expected):
    series, notes = one(values, kind)
    assert str(series.dtype) == dtype
    assert notes == ()
    pd.testing.assert_series_equal(series, pd.Series(expected, dtype=dtype, name="a"))


def test_times_with_a_zone_are_read_as_utc_and_said():
    noon = dt.datetime(2026, 1, 31, 12, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    series, notes = one([noon], pa.timestamp("us", tz="Asia/Seoul"))
    assert series.tolist() == [pd.Timestamp(2026, 1, 31, 3)]
    assert notes == ("t.parquet: column 'a': times with a zone are read as UTC",)


@pytest.mark.parametrize(
    ("values", "kind", "seconds", "what"),
    [
        ([dt.time(0, 1), None], pa.time32("s"), [60.0, np.nan], "times of day"),
        ([dt.time(0, 1, 0, 500_000)], pa.time64("us"), [60.5], "times of day"),
        ([dt.timedelta(minutes=2)], pa.duration("ms"), [120.0], "durations"),
    ],
)
def test_durations_and_times_of_day_are_seconds(values, kind, seconds, what):
    series, notes = one(values, kind)
    np.testing.assert_array_equal(series, seconds)
    assert notes == (f"t.parquet: column 'a': {what} are read as seconds",)


def test_integers_that_floating_point_rounds_are_said():
    series, notes = one([2**53 + 1, None], pa.int64())
    assert series[0] == 2.0**53
    assert "beyond 2^53 are rounded" in notes[0]
    assert one([2**53, None], pa.int64())[1] == ()
    assert one([-(2**53) - 1, None], pa.int64())[1] != ()


def test_integers_beyond_64_bits_are_floats():
    series, notes = one([2**63, 1], pa.uint64())
    assert series.tolist() == [2.0**63, 1.0]
    assert notes == ("t.parquet: column 'a': integers beyond 64 bits are read as floating point numbers",)


def test_dates_beyond_what_fits_are_moved_to_the_nearer_end():
    series, notes = one([dt.date(9999, 12, 31), dt.date(1, 1, 1), dt.date(2026, 1, 1)], pa.date32())
    assert [value.year for value in series] == [2262, 1677, 2026]
    assert notes == (
        "t.parquet: column 'a': 2 dates beyond the years 1677 to 2262 are moved to the nearer end",
    )


def test_nanoseconds_at_the_ends_are_kept():
    ends = np.array([np.iinfo("int64").min + 1, np.iinfo("int64").max])
    moments, moved = as_moments(ends, "ns")
    assert moved == 0
    assert moments.view("int64").tolist() == ends.tolist()


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (pa.array([[1], [2]]), "holds list<item: int64>"),
        (pa.array([{"x": 1}]), "holds struct<x: int64>"),
        (pa.array([b"\xff"]), "holds bytes that are not UTF-8 text"),
        (pa.array([b"1234"], pa.binary(4)), "holds fixed_size_binary[4]"),
    ],
)
def test_what_no_table_holds_is_refused(array, said):
    with pytest.raises(DataError) as caught:
        one(array)
    assert f"t.parquet: column 'a' {said}" in caught.value.message
    assert caught.value.hint


def test_families():
    frame = pd.DataFrame(
        {"i": [1], "f": [0.5], "b": [True], "o": [None], "t": ["x"], "d": [pd.Timestamp(0)]}
    ).assign(o=pd.Series([True], dtype=object))
    assert [family(frame[name]) for name in frame] == [
        "number",
        "number",
        "boolean",
        "boolean",
        "text",
        "date",
    ]
    assert family(pd.Series(["x", True], dtype=object)) == "text"
