import numpy as np
import pandas as pd
import pytest

from mlctl.data.profile_rows import copied_rows, row_keys, shared_rows


def test_copies_of_an_earlier_row():
    frame = pd.DataFrame(
        {"a": [1, 1, 1, 2], "b": [np.nan, np.nan, 1.0, np.nan], "c": ["x", "x", "x", None], "d": [True] * 4}
    )
    assert copied_rows(frame) == 1
    assert copied_rows(frame[["c", "d"]]) == 2
    assert copied_rows(frame[:0]) == 0
    assert copied_rows(frame[[]]) == 0


def test_large_integers_are_compared_exactly():
    assert copied_rows(pd.DataFrame({"a": [2**53, 2**53 + 1, 2**53 + 2]})) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Series([0.0, 1.0, np.nan]), pd.Series([-0.0, 1.0, np.nan])),
        (pd.Series([0, 1]), pd.Series([0.0, 1.0])),
        (pd.Series([True, None], dtype="object"), pd.Series([1.0, np.nan])),
        (pd.Series(pd.to_datetime(["2026-01-01", None])), pd.Series(pd.to_datetime(["2026-01-01", None]))),
        (pd.Series(["x", None], dtype="str"), pd.Series(["x", None], dtype="object")),
    ],
)
def test_equal_values_have_equal_keys_whatever_their_type(one, other):
    keys = row_keys([one.to_frame("a"), other.to_frame("a")], ["a"])
    np.testing.assert_array_equal(*keys)


def test_order_of_rows_does_not_matter_and_order_of_values_does():
    one = pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]})
    assert shared_rows(one, one[::-1], ["a", "b"]) == 3
    assert shared_rows(one, one, []) == 0
    assert shared_rows(one, one.rename(columns={"a": "b", "b": "a"}), ["a", "b"]) == 1 + 2
    assert shared_rows(one, one.assign(b=[2, 3, 1]), ["a", "b"]) == 1
