from mlctl.actions.checks import Checked
from mlctl.actions.show import describe, score_lines
from tests.actions.records import BOOSTING, DUMMY, LINEAR, TREE, experiment

ALL = [DUMMY, LINEAR, TREE, BOOSTING]


def test_scores_stand_beside_the_dummys():
    (line,) = score_lines(LINEAR, DUMMY)
    assert line.mean == LINEAR.score("cross_validation", "accuracy_score")
    assert line.dummy == DUMMY.score("cross_validation", "accuracy_score")
    assert line.dummy_test == DUMMY.score("test", "accuracy_score")
    assert score_lines(LINEAR)[0].dummy is None


def test_a_metric_that_is_not_known_comes_last():
    given = {"cross_validation": {}, "test": {"my_score": 1.0, "accuracy_score": 0.9}}
    lines = score_lines(experiment(9, "svc", evaluations=given))
    assert [(line.metric, line.arrow, line.std) for line in lines] == [
        ("accuracy_score", "↑", None),
        ("my_score", "", None),
    ]


def test_its_standing():
    shown = describe(LINEAR, ALL, LINEAR.model_version_id)
    assert (shown.champion, shown.recommended) == (True, True)
    assert shown.checked == Checked()
    other = describe(TREE, ALL, None)
    assert (other.champion, other.recommended) == (False, False)
    alone = describe(experiment(7, "svc", ladder_id=""), ALL, None)
    assert alone.recommendation is None
    assert not alone.recommended
