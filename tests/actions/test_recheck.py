import math
import platform

import pytest

from mlctl.actions import environment
from mlctl.actions.recheck import check, differences


def test_equal_to_the_last_bit():
    scores = {"test": {"accuracy_score": 0.1 + 0.2, "roc_auc": math.nan}}
    assert check(scores, scores, ("test",), ()).equal
    found = check(scores, {"test": {"accuracy_score": 0.3, "roc_auc": math.nan}}, ("test",), ())
    assert not found.equal
    assert [(s.metric, s.equal) for s in found.scores] == [("accuracy_score", False), ("roc_auc", True)]


def test_elsewhere_equal_to_one_in_a_billion():
    then, now = {"test": {"r2_score": 0.3}}, {"test": {"r2_score": 0.1 + 0.2}}
    found = check(then, now, ("test",), ("numpy 1 then, 2 now",))
    assert found.equal
    assert not found.exact
    assert not check(then, {"test": {"r2_score": 0.31}}, ("test",), ("other",)).equal


def test_folds_are_compared_one_by_one():
    def scores(*folds):
        return {"cross_validation": {"f1_score": {"mean": 1, "std": 0, "folds": list(folds)}}}

    found = check(scores(0.5, 0.6), scores(0.5, 0.7), ("cross_validation",), ())
    assert [(s.metric, s.equal) for s in found.scores] == [
        ("f1_score fold 0", True),
        ("f1_score fold 1", False),
    ]


@pytest.mark.parametrize("now", [{}, {"log_loss": None}, {"log_loss": math.nan}])
def test_a_score_that_is_gone_is_different(now):
    assert not check({"test": {"log_loss": 0.5}}, {"test": now}, ("test",), ()).equal


def test_the_same_environment_has_no_differences():
    assert differences(environment.summary(), environment.summary(), environment.packages()) == ()


def test_what_differs_in_the_environment_is_named():
    then = environment.summary() | {"python": "3.9.0"}
    packages = environment.packages() | {"numpy": "1.0", "rich": "0"}
    told = differences(then, environment.summary(), packages)
    assert told[0] == f"python 3.9.0 then, {platform.python_version()} now"
    assert told[1].startswith("numpy 1.0 then, ")
    assert len(told) == 2
