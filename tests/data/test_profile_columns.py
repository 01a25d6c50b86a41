import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mlctl.data.columns import judge
from mlctl.data.profile_columns import Bins, describe, late_dates
from mlctl.data.schema import infer

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def described(values, **options):
    series = pd.Series(values, name="a", **options)
    judged = judge(series)[0]
    facts = infer(series.to_frame(), {})[0] if judged.column.distinct else {}
    return describe(series, "feature", judged, facts, NOW)


def test_numbers():
    found = described([1.0, 2.0, 2.0, 4.5, np.nan])
    assert (found.kind, found.missing, found.distinct) == ("number", 1, 3)
    assert found.quantiles[3] == 2
    assert found.mean == pytest.approx(9.5 / 4)
    assert found.top == (("2", 2),)
    assert found.bins.low == 1.0
    assert found.bins.high == 4.5
    assert (sum(found.bins.counts), len(found.bins.counts)) == (4, 20)


def test_far_values_do_not_flatten_the_rest():
    found = described(np.append(np.linspace(0.5, 9.5, 10_000), 1e6))
    assert found.bins.high < 10
    assert found.bins.counts[-1] == pytest.approx(501, abs=15)
    assert sum(found.bins.counts) == 10_001


def test_whole_numbers_have_bins_of_equal_width():
    assert described([3, 1, 3, 7]).bins == Bins(1.0, 7.0, (1, 0, 2, 0, 0, 0, 1))
    found = described(np.arange(17, 91)).bins
    assert (found.low, found.high, set(found.counts[:-1])) == (17.0, 92.0, {4})
    assert described([5, 5]).bins == Bins(5.0, 5.0, (2,))
    assert described([2**62, 2**62 + 2**40]).bins.low == 2.0**62


def test_extremes_stay_finite():
    found = described([-1.7e308, 1.7e308, np.inf, -np.inf, 0.5])
    assert found.infinite == 2
    assert found.mean == pytest.approx(0, abs=1)
    assert (found.bins.low, found.bins.high) == (-1.7e308, 1.7e308)
    found = described([np.inf, np.inf])
    assert (found.quantiles, found.mean, found.bins, found.top) == (None, None, None, (("inf", 2),))


def test_text():
    found = described(["x", "y", "x", None], dtype="str")
    assert (found.kind, found.top, found.bins, found.mean) == ("category", (("x", 2), ("y", 1)), None, None)
    many = described([f"v{at}" for at in range(80)] + ["v7"], dtype="str")
    assert many.top[0] == ("v7", 2)
    assert len(many.top) == 10


def test_booleans_and_mixed_values():
    assert described([True, None, True], dtype="object").top == (("True", 2),)
    assert described([1, "1", "x", "x"], dtype="object").top[0] == ("x", 2)


def test_dates():
    found = described(pd.to_datetime(["2026-05-01", "1970-01-01", None]))
    assert found.range == ("1970-01-01T00:00:00", "2026-05-01T00:00:00")
    assert (found.future, found.top, found.mean) == (1, (), None)
    assert found.bins.low == 0.0
    assert found.bins.high == pd.Timestamp("2026-05-01").timestamp()
    assert sum(found.bins.counts) == 2


def test_a_clock_that_is_ahead_of_utc_is_not_the_future():
    assert described(pd.to_datetime(["2026-01-01 13:59", "2026-01-01 14:01"])).future == 1


def test_columns_without_a_value():
    for found in (described([np.nan, np.nan]), described([], dtype="float64"), described([pd.NaT] * 2)):
        assert found.faults == ("empty",)
        assert (found.distinct, found.top, found.bins, found.range, found.quantiles) == (
            0,
            (),
            None,
            None,
            None,
        )


def test_finding_of_late_dates():
    assert late_dates([]) == []
    late = described(pd.to_datetime(["2026-05-01", "2027-01-01"]))
    (finding,) = late_dates([late])
    assert (finding.code, finding.columns) == ("MLC015", ("a",))
    assert finding.message == "2 dates lie in the future: 'a'"
