import pytest

from mlctl.domain.checks import check
from mlctl.domain.insight import Importance, LearningCurve, Loss, Step
from mlctl.domain.measured_checks import (
    ClassFound,
    Probabilities,
    more_rows_help,
    rare_class,
    rare_of_two,
    uncalibrated,
    useless_columns,
)

COMMON = [ClassFound("a", 500, 480), ClassFound("b", 470, 450)]


def test_a_rare_class_that_accuracy_hides():
    found = rare_class([*COMMON, ClassFound("c", 30, 4)])
    assert found.code == "MLC006"
    assert found.figure == (
        "class 'c' has 3.0% of the held-out rows, and 4 of its 30 are found; accuracy 0.934 does not show it"
    )
    several = rare_class([*COMMON, ClassFound("c", 30, 4), ClassFound("d", 20, 1)])
    assert "class 'd' has" in several.figure
    assert ", and 1 more such" in several.figure


@pytest.mark.parametrize(
    "classes",
    [
        COMMON,
        [*COMMON, ClassFound("c", 30, 25)],
        [*COMMON, ClassFound("c", 9, 0)],
        [*COMMON, ClassFound("c", 300, 4)],
        [ClassFound(label, 10, 0) for label in "abc"],
    ],
    ids=["two classes", "found often", "too few rows", "not rare", "nothing is found"],
)
def test_no_false_alarm_of_a_rare_class(classes):
    assert rare_class(classes) is None


def test_the_rarer_of_two_is_told_how_often_it_is_found():
    said = check("MLC006", "class 'yes' has 4.0% of the rows", "look at roc_auc")
    told = rare_of_two(said, [ClassFound("no", 960, 955), ClassFound("yes", 40, 3)])
    assert told.figure == "class 'yes' has 4.0% of the rows; 3 of its 40 held-out rows are found"
    assert told.remedy == "look at roc_auc"


def probabilities(**more):
    given = {
        "of": "class 'yes'", "said": 0.3, "seen": 0.2, "z": 9.0, "p_value": 1e-9,
        "slope": 0.5, "slope_lower": 0.4, "slope_upper": 0.6, "off": 0.1,
    }  # fmt: skip
    return Probabilities(**{**given, **more})


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "too sure"),
        ({"slope": 2.0, "slope_lower": 1.5, "slope_upper": 2.5}, "too cautious"),
        ({"slope_lower": 0.9, "slope_upper": 1.1}, "too high"),
        ({"slope_lower": 0.9, "slope_upper": 1.1, "seen": 0.4}, "too low"),
    ],
)
def test_probabilities_that_do_not_mean_what_they_say(more, word):
    found = uncalibrated(probabilities(**more))
    assert found.code == "MLC027"
    assert f"are {word}: 30.0% on average" in found.figure


@pytest.mark.parametrize("more", [{"p_value": 0.001}, {"off": 0.029}])
def test_probabilities_within_chance_or_near_enough(more):
    assert uncalibrated(probabilities(**more)) is None


def importance(useless, columns=8):
    each = tuple(Loss((f"c{at}",), 0.1 - at / 100, 0.001) for at in range(columns))
    return Importance("accuracy_score", 2000, 0.9, each, useless)


def test_useless_columns_are_named():
    found = useless_columns(importance(Loss(("c6", "c7"), 0.0, 0.001)), 0.005)
    assert found.figure == (
        "2 of 8 columns ('c6', 'c7') are of no use to this model: to shuffle them all at once costs 0 ± "
        "0.001 of accuracy_score on 2,000 held-out rows"
    )
    assert "data.drop: [c6, c7]" in found.remedy
    one = useless_columns(importance(Loss(("c7",), 0.0, 0.001)), 0.005)
    assert "('c7') is of no use to this model: to shuffle it costs" in one.figure
    many = useless_columns(importance(Loss(tuple(f"c{at}" for at in range(7)), 0.0, 0.001)), 0.005)
    assert "'c4' and 2 more" in many.figure
    assert "c4, …]" in many.remedy


@pytest.mark.parametrize("useless", [None, Loss(("c7",), 0.0, None), Loss(("c7",), 0.001, 0.003)])
def test_columns_that_may_be_of_use(useless):
    assert useless_columns(importance(useless), 0.005) is None


def curve(*steps):
    return LearningCurve("accuracy_score", 1000, "random", steps)


WHOLE = Step(1000, (0.9,))


def test_a_curve_that_still_rises():
    found = more_rows_help(curve(Step(500, (0.86, 0.87), ((0.04, 0.005), (0.03, 0.005))), WHOLE), 0.005)
    assert found.figure == (
        "accuracy_score 0.865 with 500 training rows, 0.9 with all 1,000: the last doubling gained 0.035"
    )


@pytest.mark.parametrize(
    "steps",
    [
        (WHOLE,),
        (Step(500, (0.89,)), WHOLE),
        (Step(500, (0.86, 0.89), ((0.04, 0.005), (0.01, 0.005))), WHOLE),
        (Step(500, (0.86,), ((0.04, None),)), WHOLE),
        (Step(250, (0.8,), ((0.1, 0.005),)), WHOLE),
    ],
    ids=["no half", "no comparison", "one half is as good", "no error known", "the half is missing"],
)
def test_a_curve_that_does_not_tell(steps):
    assert more_rows_help(curve(*steps), 0.005) is None
