import numpy as np
import pytest

from mlctl.data.drift_tests import missing_test, moved, rows_of


def test_missing_shares_are_compared():
    (found,) = missing_test(np.array([900, 100]), np.array([700, 300]))
    assert (found.of, found.effect) == ("missing", pytest.approx(0.2))
    assert found.p_value < 1e-20


@pytest.mark.parametrize("counts", [([5, 0], [7, 0]), ([0, 5], [0, 7])])
def test_none_or_all_missing_is_no_question(counts):
    assert missing_test(*map(np.array, counts)) == ()


def test_shares_are_spelled_in_per_cent():
    assert moved("missing", 0.051, 0.2) == "missing 5.1% → 20.0%"


def test_rows_are_split():
    assert rows_of(3, 5).tolist() == [3, 2]
