import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mlctl.data.validate_columns import after, newly_missing, oddities, rise_of, type_changed
from mlctl.data.validate_fields import column_schemas
from mlctl.errors import DataError

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def wanted(**fields):
    return column_schemas([{"column": "a", **fields}])[0]


def odd(values, **fields):
    return [issue.code for issue in oddities(pd.Series(values), wanted(**fields), NOW)]


QUANTILES = [-50, 0, 1, 50, 99, 100, 400]


def test_values_beyond_the_stretched_span():
    # The span of 0 to 100 is stretched to -25 to 125; five rows in a thousand may lie beyond.
    calm = np.full(1000, 50.0)
    calm[:5], calm[5:10] = -26, [-25, 125, np.nan, 0, 100]
    assert odd(calm, quantiles=QUANTILES) == []
    calm[5] = 126
    (issue,) = oddities(pd.Series(calm), wanted(quantiles=QUANTILES), NOW)
    assert issue.message == "column 'a': 0.6% of the rows lie beyond -25 to 125 (-26 to 126)"


def test_extremes_that_were_seen_are_no_limits():
    assert odd(np.linspace(-20, 120, 50), quantiles=QUANTILES) == []


def test_infinite_and_huge_values_lie_beyond():
    assert odd([np.inf] * 5, quantiles=QUANTILES) == ["beyond"]
    assert odd([1e308, -1e308], quantiles=[-1.7e308] * 3 + [0] + [1.7e308] * 3) == []


def test_categories_never_seen():
    values = ["x"] * 198 + ["new", "newer"]
    assert odd(values, categories={"x": 9}) == []
    (issue,) = oddities(pd.Series([*values, "new"]), wanted(categories={"x": 9}), NOW)
    assert issue.message == "column 'a': 1.5% of the rows have categories never seen before: 'new', 'newer'"
    assert odd([True, False], categories={"True": 1, "False": 1}) == []
    assert odd([None, None, "x"], categories=["x"]) == []
    with pytest.raises(DataError, match="column 'a' holds lists"):
        odd([["x"]], categories=["x"])


def test_dates_of_the_future_where_there_were_none():
    dates = pd.to_datetime(["2025-01-01", "2026-01-01 13:00", "2026-02-01"], format="ISO8601")
    (issue,) = oddities(pd.Series(dates), wanted(range=["2020-01-01", "2025-06-01"]), NOW)
    assert issue.message == "column 'a': 1 dates lie in the future, up to 2026-02-01T00:00:00"
    assert odd(dates, range=["2020-01-01", "2027-01-01"]) == []
    assert odd(dates[:2], range=["2020-01-01", "2025-06-01"]) == []


def test_now_may_have_a_zone_or_none():
    late = pd.Series(pd.to_datetime(["2026-01-01 13:00", "2026-01-01 15:00"], format="ISO8601"))
    assert after(late, NOW).tolist() == after(late, NOW.replace(tzinfo=None)).tolist() == [False, True]
    seoul = dt.datetime(2026, 1, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    assert after(late, seoul).tolist() == [False, True]


@pytest.mark.parametrize("role", ["key", "group", "time"])
def test_what_moves_on_by_nature_is_not_asked_for_its_values(role):
    assert odd([1e9], role=role, quantiles=QUANTILES) == []
    assert odd(["new"], role=role, categories=["x"]) == []
    late = pd.to_datetime(["2099-01-01"])
    assert odd(late, role=role, range=["2020-01-01", "2025-01-01"]) == ["future"]


def test_nothing_is_asked_that_the_schema_does_not_say():
    assert odd([1e9]) == odd(["new"]) == odd(pd.to_datetime(["2099-01-01"], format="ISO8601")) == []
    # And nothing of another type, which is another issue.
    assert odd(["x"], quantiles=QUANTILES) == []


@pytest.mark.parametrize(
    ("values", "fields", "code"),
    [
        (["x", "1"], {"type": "number"}, "type-changed"),
        ([1, 2], {"type": "text"}, "type-changed"),
        ([True], {"type": "number"}, "type-changed"),
        ([1, 2], {"type": "number"}, None),
        ([1, 2], {}, None),
        ([np.nan], {"type": "text"}, None),
        (["x"], {"type": "number", "missing": 1.0}, None),
    ],
)
def test_families_of_types(values, fields, code):
    issue = type_changed(pd.Series(values), wanted(**fields))
    assert (issue.code if issue else None) == code


def test_type_names_the_first_value():
    issue = type_changed(pd.Series([None, "n/a", "1"]), wanted(type="number"))
    assert issue.message == "column 'a' holds text (first value 'n/a'), and number is wanted"
    assert "data.missing" in issue.hint
    assert "data.missing" not in type_changed(pd.Series([1]), wanted(type="text")).hint


def missing(count, rows=100):
    return pd.Series([np.nan] * count + [1.0] * (rows - count))


def test_rise_by_five_points():
    assert rise_of(missing(14), wanted(missing=0.1), None) is None
    found = rise_of(missing(15), wanted(missing=0.1), None)
    assert (found.before, found.now) == (0.1, 0.15)
    assert found.p_value == pytest.approx(0.0726, abs=1e-4)  # the binomial's upper tail
    assert rise_of(missing(15), wanted(missing=0.1), 50).p_value > found.p_value
    assert rise_of(missing(15), wanted(), None) is None


def test_more_than_half_newly_missing():
    assert newly_missing(rise_of(missing(60), wanted(missing=0.1), None)) is None
    issue = newly_missing(rise_of(missing(61), wanted(missing=0.1), None))
    assert issue.message == "column 'a': missing values 10.0% → 61.0%"
