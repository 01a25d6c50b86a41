import numpy as np
import pandas as pd
import pytest

from mlctl.data.retype import dates_in_text, retype
from mlctl.errors import DataError


def column(values, dtype=None):
    return pd.Series(values, dtype=dtype, name="a")


DAY = pd.Timestamp(2026, 1, 31).as_unit("ns")


@pytest.mark.parametrize(
    ("values", "dtype", "kind", "expected"),
    [
        ([1, 2], None, "number", [1, 2]),
        (["1", "2.5", None], "str", "number", [1.0, 2.5, np.nan]),
        ([True, False], None, "number", [1.0, 0.0]),
        (["x", None], "str", "category", ["x", np.nan]),
        ([7, 8], None, "category", ["7", "8"]),
        ([7.0, 2.5, None], None, "text", ["7", "2.5", np.nan]),
        ([True, None], object, "category", ["True", np.nan]),
        ([True, False], None, "boolean", [True, False]),
        (["yes", "No", None], "str", "boolean", [True, False, None]),
        ([1, 0], None, "boolean", [True, False]),
        ([1.0, 0.0, None], None, "boolean", [True, False, None]),
        ([DAY], None, "date", [DAY]),
        (
            ["2026-01-31", "2026-01-31T01:00:00+01:00", "2026/01/31", None],
            "str",
            "date",
            [DAY] * 3 + [pd.NaT],
        ),
        (["x"], "str", "drop", ["x"]),
        ([np.nan, np.nan], None, "date", [np.nan, np.nan]),
    ],
)
def test_a_column_becomes_what_was_asked_for(values, dtype, kind, expected):
    found = retype(column(values, dtype), kind, None)
    assert [None if pd.isna(value) else value for value in found] == [
        None if pd.isna(value) else value for value in expected
    ]
    assert found.name == "a"


def test_a_boolean_with_missing_values_holds_none():
    assert retype(column(["yes", None], "str"), "boolean", None).tolist() == [True, None]


@pytest.mark.parametrize(
    ("values", "form", "expected"),
    [
        (["31.01.2026", None], "%d.%m.%Y", [DAY, pd.NaT]),
        ([20260131], "%Y%m%d", [DAY]),
        ([20260131.0, np.nan], "%Y%m%d", [DAY, pd.NaT]),
        (["31.01.2026 01:00 +0100"], "%d.%m.%Y %H:%M %z", [DAY]),
        ([DAY], "%d.%m.%Y", [DAY]),
    ],
)
def test_dates_of_a_named_form(values, form, expected):
    found = retype(column(values), "date", form)
    assert str(found.dtype) == "datetime64[ns]"
    pd.testing.assert_series_equal(found, column(expected, "datetime64[ns]"))


@pytest.mark.parametrize(
    ("values", "dtype", "kind", "said"),
    [
        (["1", "x", "y"], "str", "number", "column 'a': 'x' in row 2 is not a number (and so 1 more)"),
        ([DAY], None, "number", "column 'a': '2026-01-31 00:00:00' in row 1 is not a number"),
        (["yes", "perhaps"], "str", "boolean", "column 'a': 'perhaps' in row 2 is not true or false"),
        ([1, 2], None, "boolean", "column 'a': '2' in row 2 is not true or false"),
        (["31.01.2026"], "str", "date", "column 'a': '31.01.2026' in row 1 is not an ISO date"),
        ([20260131], None, "date", "column 'a': '20260131' in row 1 is not a date"),
    ],
)
def test_the_first_value_that_is_no_such_thing_is_named(values, dtype, kind, said):
    with pytest.raises(DataError) as caught:
        retype(column(values, dtype), kind, None)
    assert caught.value.message == said
    assert "data." in caught.value.hint


def test_a_date_that_is_not_of_its_form():
    with pytest.raises(DataError) as caught:
        retype(column(["31.01.2026", "2026-01-31"]), "date", "%d.%m.%Y")
    assert caught.value.message == "column 'a': '2026-01-31' in row 2 is not a date of the form '%d.%m.%Y'"
    assert caught.value.hint == "correct data.dates.a"


def test_a_form_that_is_none():
    with pytest.raises(DataError, match="'%Q' is no strptime form"):
        retype(column(["31.01.2026"]), "date", "%Q")


def test_only_iso_dates_are_taken_without_being_asked():
    assert dates_in_text(column(["2026-01-31", None], "str")).tolist() == [DAY, pd.NaT]
    assert dates_in_text(column(["2026-01-31", "31.01.2026"], "str")) is None
    assert dates_in_text(column(["31.01.2026"], "str")) is None
    assert dates_in_text(column([None], "str")) is None


def test_something_that_looks_like_an_iso_date_and_is_none():
    with pytest.raises(DataError, match="'2026-02-30' in row 1 is not an ISO date"):
        dates_in_text(column(["2026-02-30"], "str"))
