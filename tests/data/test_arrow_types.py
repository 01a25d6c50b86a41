import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from mlctl.data.arrow_types import MOMENT, MOMENT_UTC, mixed, plain, wider, words
from mlctl.errors import DataError


@pytest.mark.parametrize(
    ("array", "kind", "values"),
    [
        (pa.array([True, None]), pa.bool_(), [True, None]),
        (pa.array([1, None], pa.int8()), pa.int64(), [1, None]),
        (pa.array([2**64 - 1], pa.uint64()), pa.float64(), [2.0**64]),
        (pa.array([1.5], pa.float32()), pa.float64(), [1.5]),
        (pa.array([Decimal(12), None]), pa.int64(), [12, None]),
        (pa.array([Decimal(10**25)]), pa.float64(), [1e25]),
        (pa.array([Decimal("1.25")]), pa.float64(), [1.25]),
        (pa.array(["a"], pa.large_string()), pa.string(), ["a"]),
        (pa.array(["a"], pa.string_view()), pa.string(), ["a"]),
        (pa.array(["a", None, "a"]).dictionary_encode(), pa.string(), ["a", None, "a"]),
        (pa.nulls(2), pa.null(), [None, None]),
        (pa.array([dt.date(2026, 1, 2)], pa.date64()), pa.date32(), [dt.date(2026, 1, 2)]),
        (pa.array([1_000_000_001], pa.timestamp("ns")), MOMENT, [dt.datetime(1970, 1, 1, 0, 0, 1)]),
        (pa.array([dt.timedelta(seconds=2)], pa.duration("s")), pa.duration("us"), [dt.timedelta(seconds=2)]),
        (pa.array([dt.time(1, 2)], pa.time32("s")), pa.time64("us"), [dt.time(1, 2)]),
    ],
)
def test_each_type_becomes_one_of_few(array, kind, values):
    found = plain(array, "x")
    assert found.type == kind
    assert found.to_pylist() == values


def test_a_moment_with_a_zone_is_turned_to_utc():
    zone = dt.timezone(dt.timedelta(hours=2))
    found = plain(pa.array([dt.datetime(2026, 1, 1, 1, tzinfo=zone)], pa.timestamp("ms", "+02:00")), "x")
    assert found.type == MOMENT_UTC
    assert found.to_pylist() == [dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC)]


@pytest.mark.parametrize(
    ("array", "what"),
    [
        (pa.array([b"x"]), "binary"),
        (pa.array([[1]]), "list<item: int64>"),
        (pa.array([{"a": 1}]), "struct<a: int64>"),
    ],
)
def test_what_is_no_tables_value(array, what):
    with pytest.raises(DataError) as caught:
        plain(array, "x")
    assert caught.value.message == f"column 'x' holds {what}, which is no table's value"


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (pa.null(), pa.string(), pa.string()),
        (pa.bool_(), pa.null(), pa.bool_()),
        (pa.int64(), pa.int64(), pa.int64()),
        (pa.int64(), pa.float64(), pa.float64()),
        (MOMENT, pa.date32(), MOMENT),
        (pa.int64(), pa.string(), None),
        (MOMENT, MOMENT_UTC, None),
        (pa.bool_(), pa.int64(), None),
    ],
)
def test_two_types_in_one_column(one, other, both):
    assert wider(one, other) == wider(other, one) == both


def test_two_kinds_are_told_with_their_rows():
    error = mixed("x", (words(pa.int64()), 1), (words(pa.string()), 20_001))
    assert error.message == "column 'x' holds numbers (row 1) and text (row 20,001)"
    assert "CAST(x AS TEXT)" in error.hint
