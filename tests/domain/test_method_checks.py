from dataclasses import replace

import pytest

from mlctl.domain.method_checks import (
    LATER,
    HeldOut,
    chi_square,
    comparable,
    dummy_of,
    judge,
    simpler_rivals,
    tolerated_by,
)
from tests.actions.records import experiment, scored

ROWS = {"dataset": "d", "part": "train", "rows": 1000}


def rung(number, name, folds, train=0.9, test=0.9, latency=2000.0, **more):
    evaluations = {
        "train": {"accuracy_score": train},
        "cross_validation": {"accuracy_score": scored(folds)},
        "test": {"accuracy_score": test},
        "latency": {"single_row_us": latency},
    }
    return experiment(number, name, folds, **{"evaluations": evaluations, "training_dataset": ROWS, **more})


DUMMY = rung(1, "dummy", [0.5] * 5, train=0.5, test=0.5, latency=300.0)
LINEAR = rung(2, "logistic_regression", [0.89, 0.9, 0.91, 0.9, 0.9])
FOREST = rung(3, "random_forest", [0.89, 0.9, 0.91, 0.9, 0.905], train=1.0, test=0.85, latency=10_000.0)
ALL = [DUMMY, LINEAR, FOREST]
MANY = HeldOut(1000, 0.9, 0.01)


def codes(found):
    return [one.code for one in found]


def test_a_good_model_hears_nothing():
    assert judge(LINEAR, ALL, MANY) == ()


def test_the_dummy_and_an_unknown_metric_are_not_judged():
    assert judge(DUMMY, ALL, HeldOut(2)) == ()
    assert judge(replace(LINEAR, metric="my_metric"), ALL, MANY) == ()


def test_what_was_not_scored_in_folds_is_judged_by_its_rows_alone():
    imported = replace(LINEAR, evaluations={"test": {"accuracy_score": 0.9}})
    assert judge(imported, ALL, None) == ()
    assert codes(judge(imported, ALL, HeldOut(1))) == ["MLC028"]


def test_peers_are_those_on_the_same_rows_and_folds():
    other = replace(LINEAR, experiment_id="x", comparison_key="other")
    failed = replace(LINEAR, experiment_id="y", status="failed")
    fewer = rung(9, "ridge", [0.9, 0.9])
    assert comparable(FOREST, [*ALL, other, failed, fewer]) == [DUMMY, LINEAR]
    assert comparable(replace(FOREST, comparison_key=""), ALL) == []
    assert dummy_of(FOREST, [other]) is None
    assert dummy_of(FOREST, [DUMMY, replace(DUMMY, experiment_id="later")]).experiment_id == "later"


def test_simpler_rungs_come_simplest_first_and_the_dummy_is_none_of_them():
    tree = rung(4, "decision_tree", [0.8] * 5)
    rivals = simpler_rivals(FOREST, [tree, *ALL])
    assert [r.experiment.rung for r in rivals] == ["logistic_regression", "decision_tree"]
    assert not rivals[0].ahead.beyond
    assert rivals[1].ahead.beyond


def test_what_is_tolerated_goes_by_the_dummy():
    assert tolerated_by(LINEAR, DUMMY) == 0.005
    errors = replace(LINEAR, metric="mean_absolute_error")
    dummy = replace(DUMMY, evaluations={"cross_validation": {"mean_absolute_error": scored([200.0] * 5)}})
    assert tolerated_by(errors, dummy) == pytest.approx(1.0)
    assert tolerated_by(errors, None) == 0.0


# MLC021


def test_train_far_above_held_out_where_a_simpler_rung_is_as_good():
    found = judge(FOREST, ALL, HeldOut(1000, 0.85, 0.01))
    assert codes(found) == ["MLC021", "MLC023"]
    assert found[0].figure == (
        "accuracy_score 1 on the training rows, 0.85 held out: 30% of its lead over the dummy is gone; "
        "logistic_regression (iris_3f9a1c_2) is as good and loses less"
    )


def test_a_model_that_beats_every_steadier_one_may_know_its_rows_by_heart():
    better = rung(5, "random_forest", [0.95, 0.96, 0.97, 0.96, 0.95], train=1.0, test=0.85)
    assert "MLC021" not in codes(judge(better, ALL, MANY))


def test_alone_with_the_dummy_the_loss_is_enough():
    (found,) = judge(FOREST, [DUMMY, FOREST], HeldOut(1000, 0.85, 0.01))
    assert found.figure.endswith("30% of its lead over the dummy is gone")


def test_all_of_the_lead_may_be_gone():
    worse = rung(6, "decision_tree", [0.6] * 5, train=1.0, test=0.4)
    found = judge(worse, [DUMMY], MANY)
    assert "all of its lead" in next(one.figure for one in found if one.code == "MLC021")


@pytest.mark.parametrize(
    ("train", "test", "error"),
    [(0.95, 0.9, 0.0), (1.0, 0.85, 0.1), (0.4, 0.3, 0.0), (None, 0.9, 0.0), (1.0, None, 0.0)],
    ids=["a small loss", "within chance", "no lead to lose", "no training score", "no held-out score"],
)
def test_no_false_alarm_of_train_above_held_out(train, test, error):
    parts = {"train": {"accuracy_score": train}, "test": {"accuracy_score": test}}
    given = {key: {} if value["accuracy_score"] is None else value for key, value in parts.items()}
    one = replace(LINEAR, evaluations={**LINEAR.evaluations, **given})
    assert "MLC021" not in codes(judge(one, ALL, HeldOut(1000, 0.9, error)))


# MLC022


@pytest.mark.parametrize("folds", [[0.5] * 5, [0.4] * 5, [0.45, 0.6, 0.5, 0.4, 0.6]])
def test_no_better_than_the_dummy_and_then_nothing_of_speed(folds):
    weak = rung(7, "random_forest", folds, train=0.6, test=0.55, latency=9e4)
    found = judge(weak, ALL, MANY)
    assert "MLC022" in codes(found)
    assert "MLC023" not in codes(found)
    assert "the dummy 0.5" in next(one.figure for one in found if one.code == "MLC022")


# MLC023


def test_slower_names_the_quickest_equal_rung():
    tree = rung(8, "decision_tree", [0.89, 0.9, 0.91, 0.9, 0.9], latency=1500.0)
    found = judge(replace(FOREST, evaluations={**FOREST.evaluations, "train": {}}), [*ALL, tree], MANY)
    assert [one.remedy for one in found] == ["take iris_3f9a1c_8"]
    assert "it predicts a row in 1.5 ms, this one in 10 ms" in found[0].figure


@pytest.mark.parametrize("latency", [3000.0, None])
def test_not_slow_enough_or_not_known(latency):
    timed = {} if latency is None else {"single_row_us": latency}
    one = replace(FOREST, evaluations={**FOREST.evaluations, "train": {}, "latency": timed})
    assert judge(one, ALL, MANY) == ()


# MLC026


def test_folds_that_disagree():
    folds = [0.99, 0.7, 0.95, 0.8, 0.98]
    one = rung(2, "logistic_regression", folds, validation_dataset={"folds": 5, "repeats": 1})
    (found,) = judge(one, [DUMMY], HeldOut(200, 0.9, 0.02))
    assert found.code == "MLC026"
    assert (
        "from 0.7 to 0.99 over 5 folds: a scatter of 0.13, where folds of 200 rows have 0.02" in found.figure
    )
    assert "data.group" in found.remedy


def test_folds_in_times_order_hear_of_drift():
    about = {"folds": 5, "repeats": 1, "kind": "time"}
    one = rung(2, "logistic_regression", [0.99, 0.7, 0.95, 0.8, 0.98], validation_dataset=about)
    (found,) = judge(one, [DUMMY], HeldOut(167, 0.9, 0.02))
    assert found.remedy == LATER
    assert "folds of 167 rows" in found.figure


@pytest.mark.parametrize(
    ("folds", "held_out"),
    [
        ([0.88, 0.92, 0.9, 0.89, 0.91], HeldOut(200, 0.9, 0.02)),
        ([0.99, 0.7, 0.95, 0.8, 0.98], HeldOut(200, 0.9, None)),
        ([0.99, 0.7], HeldOut(200, 0.9, 0.02)),
        ([0.99, 0.7, 0.95, 0.8], HeldOut(200, 0.9, 0.02)),
    ],
    ids=["by chance", "no error known", "two folds", "folds that do not fit"],
)
def test_folds_that_do_not_disagree_or_cannot_be_told(folds, held_out):
    count = 2 if len(folds) == 2 else 5
    about = {"folds": count, "repeats": 1, "test_to_train": 0.25}
    one = rung(2, "logistic_regression", folds, validation_dataset=about)
    assert "MLC026" not in codes(judge(one, [], held_out))


def test_chi_square_is_near_the_exact_one():
    scipy_stats = pytest.importorskip("scipy.stats")
    for freedom in (2, 4, 9):
        assert chi_square(freedom, 0.001) == pytest.approx(scipy_stats.chi2.isf(0.001, freedom), rel=0.03)


# MLC028


def test_a_wide_interval_is_too_small_a_part():
    (found,) = judge(LINEAR, ALL, HeldOut(24, 0.958, 0.04))
    assert (found.code, found.figure) == ("MLC028", "24 held-out rows: accuracy_score 0.958 ± 0.078 (95 %)")


def test_one_row_is_too_few():
    (found,) = judge(LINEAR, ALL, HeldOut(1))
    assert found.figure == "1 held-out row"


def test_an_error_is_measured_by_the_dummys():
    metric = "mean_absolute_error"
    scores = {"cross_validation": {metric: scored([10.0] * 5)}, "test": {metric: 10.0}}
    one = replace(LINEAR, metric=metric, task="regression", evaluations=scores)
    floor = {"cross_validation": {metric: scored([20.0] * 5)}, "test": {metric: 20.0}}
    dummy = replace(DUMMY, metric=metric, evaluations=floor)
    assert judge(one, [dummy], HeldOut(500, 10.0, 1.0)) == ()
    assert codes(judge(one, [dummy], HeldOut(500, 10.0, 1.1))) == ["MLC028"]
    assert judge(one, [], HeldOut(500, 10.0, 9.0)) == ()
