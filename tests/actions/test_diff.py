import pytest

from mlctl.actions.diff import Side, diff
from mlctl.domain.records import Dataset
from tests.actions.records import BOOSTING, LINEAR, TREE, experiment


def side(record, **more):
    return Side(record, more.get("settings", {}), more.get("packages", {}), more.get("dataset"))


def changes(found, section):
    return {c.name: (c.one, c.other) for c in found.changes if c.section == section}


def test_parameters_settings_packages_and_code_that_differ_are_told():
    found = diff(
        side(
            LINEAR, settings={"split": {"random_state": 1}, "seed": 0}, packages={"numpy": "2.4", "same": "1"}
        ),
        side(
            TREE, settings={"split": {"random_state": 2}, "seed": 0}, packages={"numpy": "2.5", "same": "1"}
        ),
    )
    assert changes(found, "parameters") == {"C": (1.0, None), "max_depth": (None, 3)}
    assert changes(found, "settings") == {"split.random_state": (1, 2)}
    assert changes(found, "packages") == {"numpy": ("2.4", "2.5")}
    assert changes(found, "code") == {}


def test_scores_say_how_far_the_second_is_ahead():
    found = diff(side(LINEAR), side(TREE))
    score = next(c for c in found.changes if c.section == "scores")
    assert (score.name, score.delta) == ("accuracy_score", pytest.approx(-0.05))
    assert found.ahead.gain == pytest.approx(-0.05)
    assert found.separable


def test_what_the_folds_cannot_tell_apart_is_said():
    found = diff(side(LINEAR), side(BOOSTING))
    assert found.ahead.gain > 0
    assert not found.separable


def test_different_folds_are_not_set_against_each_other():
    found = diff(side(LINEAR), side(experiment(9, "svc", [0.99] * 5, comparison_key="other")))
    assert found.ahead is None
    assert not found.separable


def test_datasets_differ_by_content():
    def dataset(fingerprint, rows):
        return Dataset("iris_3f9a1c_1", "t", {}, fingerprint, {}, [], rows, 5)

    found = diff(side(LINEAR, dataset=dataset("a" * 64, 150)), side(TREE, dataset=dataset("b" * 64, 151)))
    assert changes(found, "data") == {"fingerprint": ("a" * 12, "b" * 12), "rows": (150, 151)}


def test_a_score_that_one_side_lacks_has_no_difference():
    found = diff(side(LINEAR), side(experiment(9, "svc", None)))
    assert [c.delta for c in found.changes if c.section == "scores"] == [None]


def test_a_score_that_is_no_known_metric_has_no_difference():
    own = experiment(9, "svc", None, evaluations={"test": {"profit": 3.0}})
    other = experiment(10, "svc", None, evaluations={"test": {"profit": 5.0}})
    assert [c.delta for c in diff(side(own), side(other)).changes if c.section == "scores"] == [None]
