"""What the tests of whole tables share: random tables, strange ones, and plain values out of a result."""

import dataclasses
import json

import numpy as np
import pandas as pd
from hypothesis import strategies as st

NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([np.nan, 0.0, -0.0, 1.0, 1e308])
TEXTS = st.text(max_size=4) | st.sampled_from(["a", "b", "a"])
DATES = st.datetimes(min_value=pd.Timestamp(1900, 1, 1), max_value=pd.Timestamp(2200, 1, 1))


def normal(rng, rows, columns=30):
    return pd.DataFrame(rng.normal(size=(rows, columns)), columns=[f"c{at}" for at in range(columns)])


@st.composite
def strange_columns(draw, rows):
    kind = draw(
        st.sampled_from(["number", "integer", "text", "date", "boolean", "mixed", "empty", "constant"])
    )

    def many(values):
        # A few values drawn, and repeated in an order of their own: large tables are slow to draw.
        few = draw(st.lists(values, min_size=1, max_size=6))
        at = np.random.default_rng(draw(st.integers(0, 9))).integers(0, len(few), rows)
        return [few[index] for index in at]

    if kind == "number":
        return pd.Series(many(NUMBERS), dtype="float64")
    if kind == "integer":
        return pd.Series(many(st.integers(-(2**63), 2**63 - 1)), dtype="int64")
    if kind == "text":
        return pd.Series([np.nan if text == "b" else text for text in many(TEXTS)], dtype="str")
    if kind == "date":
        return pd.Series(many(DATES | st.none()), dtype="datetime64[ns]")
    if kind == "boolean":
        return pd.Series(many(st.sampled_from([True, False, None])), dtype="object")
    if kind == "mixed":
        return pd.Series(many(st.sampled_from([1, "1", 1.5, None, True])), dtype="object")
    return pd.Series(np.full(rows, np.nan if kind == "empty" else 7.0))


@st.composite
def strange_tables(draw):
    count = draw(st.sampled_from([1, 2, 5, 120]))
    names = draw(st.lists(st.sampled_from(["a", "b", "c", "y"]), min_size=1, unique=True))
    return pd.DataFrame({name: draw(strange_columns(count)) for name in names}, index=pd.RangeIndex(count))


def plain(result):
    """Return a result as JSON gives it back: Python's own values, and no number that JSON has not."""
    return json.loads(json.dumps(dataclasses.asdict(result), allow_nan=False))
