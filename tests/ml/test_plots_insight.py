from mlctl.domain.insight import Importance, LearningCurve, Loss, Step
from mlctl.ml.plots_insight import importance, learning_curve


def test_importance_has_a_bar_a_column():
    each = (Loss(("a",), 0.2, 0.01), Loss(("b",), -0.001, None))
    found = importance(Importance("r2_score", 500, 0.9, each))
    assert found.bars == (("a", 0.2), ("b", -0.001))
    assert found.spans == ((0.2 - 0.0196, 0.2 + 0.0196), (-0.001, -0.001))
    assert found.rows == (("a", "0.2", "0.01"), ("b", "-0.001", ""))
    assert found.words == "Most important: a 0.2, b -0.001."


def test_many_columns_are_cut_and_what_is_missing_is_said():
    each = tuple(Loss((f"c{at}",), 1.0 / (at + 1), 0.0) for at in range(30))
    found = importance(Importance("r2_score", 500, 0.9, each, None, ("x", "y")))
    assert len(found.bars) == 20
    assert "The 20 most important of 30 are shown." in found.caption
    assert "There was no time for 2 others." in found.caption


def test_a_learning_curve_is_a_line_of_means_and_dots():
    steps = (Step(50, (0.6, 0.8), ((0.2, 0.1),)), Step(100, (0.9,)))
    found = learning_curve(LearningCurve("r2_score", 500, "random", steps))
    assert found.series[0].points == ((50.0, 0.7), (100.0, 0.9))
    assert found.series[1].points == ((50.0, 0.6), (50.0, 0.8), (100.0, 0.9))
    assert found.rows == (("50", "0.6, 0.8"), ("100", "0.9"))
    assert found.words == "r2_score 0.7 with 50 training rows, 0.9 with 100."
    assert "drawn at random" in found.caption
    latest = learning_curve(LearningCurve("r2_score", 500, "latest", steps))
    assert "the latest of them" in latest.caption
