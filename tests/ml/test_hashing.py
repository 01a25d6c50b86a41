from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from mlctl.ml.hashing import mix, numbered, occurrences, row_hashes, text_hash, unit_interval


def table():
    return pd.DataFrame(
        {
            "age": [39, 50, 38],
            "job": ["state", "선생", None],
            "when": pd.to_datetime(["2026-01-09", "2026-01-09 12:30:00.5", None], format="ISO8601"),
            "ok": [True, False, True],
            "rate": [0.5, -0.0, np.nan],
        }
    )


def hashed(values, **kinds):
    return row_hashes(pd.DataFrame({"x": pd.Series(values, **kinds)}))


def test_the_values_that_every_version_must_give():
    hashes = row_hashes(table())
    assert [hex(value) for value in hashes] == [
        "0xc1457c8d291772c6",
        "0x78ad2755db51582e",
        "0xd14128eb8e391216",
    ]
    assert unit_interval(hashes, 2023).tolist() == [
        0.38928080374987717,
        0.25769209358210265,
        0.11689956174586824,
    ]
    # The first number of splitmix64 seeded with 0, as its authors publish it.
    assert hex(mix(np.zeros(1, dtype=np.uint64))[0]) == "0xe220a8397b1dcdaf"
    assert hex(text_hash("é")) == hex(text_hash("e\u0301")) == "0x2f19f3ef8bbf1acb"


def test_how_a_row_is_held_does_not_matter():
    other = table()[["rate", "ok", "when", "job", "age"]]
    other["age"] = other["age"].astype(float)
    other["ok"] = other["ok"].astype(int)
    other["when"] = other["when"].astype("datetime64[ns]")
    other["job"] = other["job"].astype("category")
    other["rate"] = pd.Series([0.5, 0.0, None], dtype="Float64")
    assert row_hashes(other).tolist() == row_hashes(table()).tolist()
    assert row_hashes(other.iloc[[2, 0]]).tolist() == row_hashes(table())[[2, 0]].tolist()


def test_a_column_that_is_empty_for_old_rows_leaves_them_where_they_are():
    assert row_hashes(table().assign(new=None)).tolist() == row_hashes(table()).tolist()
    assert row_hashes(table().assign(new=np.nan)).tolist() == row_hashes(table()).tolist()


def test_objects_of_one_value_are_one():
    ones = hashed([1, True, 1.0, Decimal(1), np.int8(1)], dtype=object)
    assert len(set(ones.tolist())) == 1
    day = hashed([date(2026, 1, 9), pd.Timestamp("2026-01-09"), np.datetime64("2026-01-09")], dtype=object)
    aware = hashed(pd.to_datetime(["2026-01-09"]).tz_localize("UTC"))
    assert {*day.tolist(), *aware.tolist()} == set(day[:1].tolist())
    gaps = hashed([None, np.nan, pd.NaT, pd.NA], dtype=object)
    assert set(gaps.tolist()) == {mix(np.zeros(1, dtype=np.uint64))[0]}


def test_values_that_differ():
    different = [1, -1, 1.5, "1", "", 2**53 + 1, 2.0**53, 2.0**70, float("inf"), date(1970, 1, 1), "a", "A"]
    assert len(set(hashed(different, dtype=object).tolist())) == len(different)
    big = hashed([2**63 - 1, 2**63 - 2]).tolist() + hashed([2**64 - 1], dtype="uint64").tolist()
    assert len(set(big)) == 3
    one, other = pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [2], "b": [1]})
    assert row_hashes(one)[0] != row_hashes(other)[0]


def test_text_that_is_no_text():
    assert len(set(hashed(["\ud800", "?"], dtype=object).tolist())) == 2


def test_numbers_are_spread_evenly_and_by_the_salt():
    hashes = hashed(range(20_000))
    places, others = unit_interval(hashes, 0), unit_interval(hashes, 1)
    assert 0 <= places.min() < 0.001
    assert 0.999 < places.max() < 1
    counts = np.histogram(places, bins=10)[0]
    assert abs(counts - 2000).max() < 200
    assert abs(np.corrcoef(places, others)[0, 1]) < 0.03
    assert unit_interval(hashes, -1).max() < 1


def test_equal_rows_are_told_apart_by_their_order():
    hashes = hashed(["a", "b", "a", "a"])
    assert occurrences(hashes).tolist() == [0, 0, 1, 2]
    told = numbered(hashes)
    assert len(set(told.tolist())) == 4
    assert numbered(hashes[:3]).tolist() == told[:3].tolist()


def test_no_rows_and_no_columns():
    assert row_hashes(pd.DataFrame({"x": []})).tolist() == []
    assert len(row_hashes(pd.DataFrame(index=range(3)))) == 3


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_every_unit(unit):
    assert hashed(pd.to_datetime(["2026-01-09"]).as_unit(unit)).tolist() == [0x6EB446A6016EFE03]
