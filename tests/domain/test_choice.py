import math

import pytest

from mlctl.domain.choice import (
    Candidate,
    corrected_standard_error,
    difference,
    recommend,
    tolerance,
)
from mlctl.domain.metrics import METRICS

ACCURACY = METRICS["accuracy_score"]
RMSE = METRICS["root_mean_squared_error"]


def candidate(rung, simplicity, *folds, **more):
    return Candidate(f"p_nogit_{simplicity + 1}", rung, simplicity, folds, **more)


DUMMY = candidate("dummy", 0, 0.5, 0.5, 0.5, 0.5, 0.5, is_dummy=True)
LINEAR = candidate("logistic_regression", 1, 0.90, 0.91, 0.89, 0.90, 0.90, single_row_us=300.0)
TREE = candidate("decision_tree", 2, 0.80, 0.81, 0.79, 0.80, 0.80, single_row_us=200.0)


def test_the_standard_error_is_corrected_for_the_overlap_of_the_folds():
    differences = [0.01, 0.03, 0.02, 0.04, 0.0]
    plain = math.sqrt(2.5e-4 / 5)
    assert corrected_standard_error(differences, 0.0) == pytest.approx(plain)
    assert corrected_standard_error(differences, 0.25) == pytest.approx(plain * math.sqrt(1 + 5 * 0.25))


def test_one_fold_tells_nothing():
    assert corrected_standard_error([0.1], 0.25) == math.inf


def test_the_tolerance_of_an_error_is_a_share_of_the_dummys():
    assert tolerance(ACCURACY, 0.5) == 0.005
    assert tolerance(RMSE, 80.0) == pytest.approx(0.4)
    assert tolerance(RMSE, None) == 0.0


def test_a_difference_is_oriented_so_that_more_is_better():
    ahead = difference(RMSE, [1.0, 1.0, 1.2], [2.0, 2.1, 2.0], 0.25, 0.0)
    assert ahead.gain == pytest.approx(29 / 30)
    assert ahead.beyond


def test_folds_must_be_the_same():
    with pytest.raises(ValueError, match="longer"):
        difference(ACCURACY, [0.9], [0.9, 0.8], 0.25, 0.0)


def test_a_clear_winner_is_recommended():
    said = recommend(ACCURACY, [DUMMY, LINEAR, TREE], 0.25)
    assert said.name == LINEAR.name
    assert said.not_separable == (LINEAR.name,)
    assert "ahead of every other rung" in said.reasons[0]
    assert said.forgoes == ()


def test_the_simplest_that_cannot_be_told_from_the_best_wins():
    boosting = candidate("boosting", 9, 0.903, 0.912, 0.893, 0.905, 0.907, single_row_us=900.0)
    said = recommend(ACCURACY, [DUMMY, LINEAR, TREE, boosting], 0.25)
    assert said.name == LINEAR.name
    assert said.best == boosting.name
    assert set(said.not_separable) == {LINEAR.name, boosting.name}
    assert said.forgoes[0].startswith("boosting +0.004 ± ")
    assert said.forgoes[0].endswith("3 times slower")
    assert "simplest rung that the folds cannot tell from the best (boosting)" in said.reasons[0]


def test_the_best_that_is_also_the_simplest_says_so():
    boosting = candidate("boosting", 9, 0.899, 0.909, 0.889, 0.899, 0.900)
    said = recommend(ACCURACY, [DUMMY, LINEAR, boosting], 0.25)
    assert said.name == said.best == LINEAR.name
    assert "no simpler rung is as good" in said.reasons[0]


def test_among_equally_simple_ones_a_much_quicker_one_wins_and_noise_does_not():
    slow = Candidate("a", "svc", 3, (0.9, 0.91, 0.9), single_row_us=900.0)
    quick = Candidate("b", "svc", 3, (0.899, 0.909, 0.899), single_row_us=300.0)
    as_quick = Candidate("c", "svc", 3, (0.8995, 0.9095, 0.8995), single_row_us=310.0)
    said = recommend(ACCURACY, [slow, quick, as_quick], 0.25)
    assert said.name == "c"
    assert said.forgoes == ("svc +0.0005 ± 0, 2.9 times slower",)


def test_a_forgone_rung_may_be_quicker_or_as_quick():
    simple = candidate("linear", 1, 0.9, 0.91, 0.9, single_row_us=500.0)
    quick = candidate("tree", 2, 0.901, 0.911, 0.901, single_row_us=100.0)
    same = candidate("forest", 3, 0.902, 0.912, 0.902, single_row_us=510.0)
    said = recommend(ACCURACY, [simple, quick, same], 0.25)
    assert said.forgoes[0].endswith(", as quick")
    assert said.forgoes[1].endswith(", 5 times quicker")


def test_what_was_not_timed_is_not_called_slow():
    other = candidate("forest", 3, 0.902, 0.912, 0.893, 0.902, 0.902)
    said = recommend(ACCURACY, [DUMMY, LINEAR, other], 0.25)
    assert "times" not in said.forgoes[0]


def test_a_rung_over_the_limit_cannot_win_however_accurate():
    slow = candidate(
        "svc", 5, 0.99, 0.99, 0.99, 0.99, 0.99, refused=("one row takes 10 s, the limit is 100 ms",)
    )
    said = recommend(ACCURACY, [DUMMY, LINEAR, slow], 0.25)
    assert said.name == LINEAR.name
    assert said.reasons[0] == "svc is out: one row takes 10 s, the limit is 100 ms"


def test_where_every_rung_is_out_none_is_recommended():
    slow = candidate("svc", 5, 0.99, 0.99, refused=("too slow",))
    said = recommend(ACCURACY, [DUMMY, slow], 0.25)
    assert said.name is None
    assert said.reasons[-1] == "no rung is left to recommend"


def test_a_rung_that_fails_badly_in_one_fold_is_not_taken_for_its_uncertainty():
    ridge = candidate("ridge", 1, 0.5, 0.4, 0.45, 0.5, -6.0)
    boosting = candidate("hist_gradient_boosting", 3, 0.55, 0.5, 0.48, 0.5, 0.4)
    zero = candidate("dummy", 0, -0.1, 0.0, -0.02, 0.0, -0.1, is_dummy=True)
    said = recommend(METRICS["r2_score"], [zero, ridge, boosting], 0.25)
    assert said.name == boosting.name
    assert said.not_separable == (boosting.name,)


def test_where_nothing_beats_the_dummy_none_is_recommended():
    noise = candidate("logistic_regression", 1, 0.52, 0.47, 0.51, 0.49, 0.52)
    said = recommend(ACCURACY, [DUMMY, noise], 0.25)
    assert said.name is None
    assert "no rung beats the dummy" in said.reasons[0]
    assert "a lead of 0.002 ± 0.015" in said.reasons[0]
    assert "the folds cannot tell it from chance" in said.reasons[0]


def test_what_is_behind_the_dummy_may_be_no_question_for_machine_learning():
    noise = candidate("logistic_regression", 1, 0.42, 0.47, 0.41, 0.49, 0.42)
    assert "may not be one for machine learning" in recommend(ACCURACY, [DUMMY, noise], 0.25).reasons[0]
