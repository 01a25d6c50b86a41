import numpy as np
import pytest

from mlctl.stats.batch_means import batch_of_row, independent_share


def test_batches_are_equal_and_in_order():
    assert batch_of_row(60).tolist() == [at // 3 for at in range(60)]
    assert batch_of_row(3).tolist() == [0, 6, 13]
    assert batch_of_row(0).tolist() == []


def test_independent_rows_are_worth_themselves():
    rng = np.random.default_rng(0)
    found = [independent_share(rng.random((2000, 3)) < 0.5) for _ in range(50)]
    assert 0.85 <= np.mean(found) <= 1.0


def test_rows_that_repeat_are_worth_one_of_them():
    rng = np.random.default_rng(0)
    found = [independent_share(np.repeat(rng.random((500, 3)) < 0.5, 10, axis=0)) for _ in range(50)]
    assert 1 / np.mean(found) == pytest.approx(10, rel=0.2)


@pytest.mark.parametrize("events", [np.ones((39, 1), bool), np.ones((100, 2), bool), np.zeros((0, 1), bool)])
def test_too_few_rows_or_no_change_say_nothing(events):
    assert independent_share(events) == 1.0
