import pytest

from mlctl.actions.performance_verdict import is_worse, tolerance_of
from mlctl.domain.metrics import METRICS
from mlctl.stats.paired import Interval


@pytest.mark.parametrize(
    ("metric", "lower", "upper", "told"),
    [
        ("r2_score", 0.5, 0.88, (True, "at most 0.88")),
        ("r2_score", 0.5, 0.9, (False, "at most 0.9")),
        ("mean_absolute_error", 0.92, 2.0, (True, "at least 0.92")),
        ("mean_absolute_error", 0.9, 2.0, (False, "at least 0.9")),
    ],
)
def test_worse_beyond_doubt(metric, lower, upper, told):
    assert is_worse(METRICS[metric], Interval(1.0, lower, upper), 0.9, 0.01) == told


def test_a_tolerance_is_that_of_comparisons(shop_once):
    from mlctl.store.store import find

    store = find(shop_once, explicit=None, environ={})
    dummy, stump, _ = store.experiments().records
    assert tolerance_of(store, stump, "accuracy_score") == 0.005
    assert tolerance_of(store, stump, "log_loss") == 0.005 * dummy.score("test", "log_loss")
