import numpy as np
import pytest
from scipy import stats

from mlctl.domain.metrics import METRICS
from mlctl.stats import cells
from mlctl.stats.answers import Answers, read
from mlctl.stats.cells import draws_needed, lower_bound, own_bounds
from mlctl.stats.influence import difference_and_parts


def rows_of(metric, truth, said, classes=(0, 1)):
    return read(METRICS[metric], truth, Answers(np.asarray(said)), classes, None, "the model")


def pair(metric, ahead, behind, rows, classes=(0, 1)):
    """Return a champion and a challenger that disagree in so many rows, half of them of either class."""
    truth = np.arange(rows) % 2
    one, other = truth.copy(), truth.copy()
    one[:ahead] = 1 - truth[:ahead]
    other[ahead : ahead + behind] = 1 - truth[ahead : ahead + behind]
    return rows_of(metric, truth, one, classes), rows_of(metric, truth, other, classes)


def test_the_bound_is_known_to_a_tenth_of_its_rate():
    assert [draws_needed(rate) for rate in (0.05, 0.0016)] == [2000, 62500]


def test_of_accuracy_it_is_the_beta_bound_of_the_rows_that_disagree():
    """Above 0 exactly where a Beta distribution, half a row for each class against, says so."""
    assert lower_bound(*pair("accuracy_score", 20, 10, 300), 0.05, 0) > -0.01
    against = stats.beta.cdf(0.5, 20, 10 + 1)  # half a row of either class
    found = lower_bound(*pair("accuracy_score", 20, 10, 300), against, 0)
    assert found == pytest.approx(0.0, abs=0.002)


def test_three_rows_ahead_and_none_behind_prove_nothing():
    for metric in ("f1_score", "precision_score", "balanced_accuracy_score", "matthews_corrcoef"):
        assert lower_bound(*pair(metric, 3, 0, 300), 0.05, 0) < 0


def test_equal_answers_leave_the_bound_below_zero():
    assert lower_bound(*pair("f1_score", 0, 0, 300), 0.05, 0) < 0


def test_the_same_seed_gives_the_same_bound():
    models = pair("f1_score", 30, 12, 400)
    assert lower_bound(*models, 0.0016, 3) == lower_bound(*models, 0.0016, 3)
    assert lower_bound(*models, 0.0016, 3) == pytest.approx(lower_bound(*models, 0.0016, 4), abs=0.003)


def test_many_rows_have_the_normal_bound():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 20_000)
    said = [np.where(rng.random(20_000) < share, truth, rng.integers(0, 3, 20_000)) for share in (0.6, 0.7)]
    one, other = (rows_of("f1_score", truth, each, (0, 1, 2)) for each in said)
    difference, parts = difference_and_parts(one, other)
    reach = 1.645 * parts.std() / len(truth) ** 0.5
    assert lower_bound(one, other, 0.05, 0) == pytest.approx(difference - reach, rel=0.01)


def test_too_many_cells_are_left_to_the_closed_form():
    rng = np.random.default_rng(1)
    truth, one, other = rng.integers(0, 30, (3, 20_000))
    models = [rows_of("f1_score", truth, each, tuple(range(30))) for each in (one, other)]
    assert lower_bound(*models, 0.0016, 0) is None


def test_the_half_rows_go_to_the_commonest_wrong_answer():
    rows = rows_of("f1_score", [0, 0, 0, 1, 1, 2], [1, 2, 2, 1, 1, 2], (0, 1, 2))
    assert cells._against(rows).tolist() == [2, 2, 0]


def test_one_models_own_bounds_hold_the_truth_as_often_as_they_say():
    rng, held = np.random.default_rng(2), 0
    for _ in range(150):
        truth = (rng.random(200) < 0.3).astype(int)
        said = np.where(rng.random(200) < 0.8, truth, 1 - truth)
        low, high = own_bounds(rows_of("precision_score", truth, said), 0.025, 0)
        held += low <= 0.24 / 0.38 <= high
    assert held / 150 >= 0.95 - 3 * (0.05 * 0.95 / 150) ** 0.5


def test_a_precision_of_one_is_not_certain():
    truth = np.array([1] * 20 + [0] * 80)
    low, high = own_bounds(rows_of("precision_score", truth, truth), 0.025, 0)
    assert low < 0.95
    assert high == pytest.approx(1.0)
