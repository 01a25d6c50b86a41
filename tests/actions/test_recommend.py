from dataclasses import replace

from mlctl.actions.recommend import recommend_from, recommended_name
from tests.actions.records import BOOSTING, DUMMY, LINEAR, TREE, experiment


def test_the_simplest_that_cannot_be_told_from_the_best():
    assert recommend_from([DUMMY, LINEAR, TREE, BOOSTING]).name == LINEAR.model_version_id
    assert recommended_name([DUMMY, LINEAR, TREE, BOOSTING]) == LINEAR.model_version_id


def test_nothing_finished_recommends_nothing():
    assert recommend_from([]).reasons == ("no rung finished",)
    assert recommended_name([experiment(1, "svc", None, status="failed")]) is None


def test_limits_and_latency_reach_the_rule():
    slow = replace(LINEAR, eligible={"ok": False, "reasons": ["too slow"]})
    quick = replace(BOOSTING, evaluations=BOOSTING.evaluations | {"latency": {"single_row_us": 10}})
    said = recommend_from([DUMMY, slow, quick])
    assert said.name == BOOSTING.model_version_id
    assert said.reasons[0] == "logistic_regression is out: too slow"


def test_namesakes_are_told_apart_by_their_number():
    one = experiment(2, "svc", [0.9, 0.91, 0.9, 0.9, 0.9])
    two = experiment(3, "svc", [0.8, 0.81, 0.8, 0.8, 0.8])
    assert recommend_from([DUMMY, one, two]).reasons[0].startswith("svc (2) is ahead")


def test_rungs_on_other_folds_are_not_candidates():
    other = replace(BOOSTING, comparison_key="other", model_version_id="iris_3f9a1c_0")
    assert recommend_from([other, DUMMY, LINEAR]).not_separable == (LINEAR.model_version_id,)


def test_a_record_with_other_folds_than_it_says_is_no_candidate():
    few = experiment(5, "svc", [0.99, 0.99])
    assert recommend_from([few, DUMMY, LINEAR]).not_separable == (LINEAR.model_version_id,)
