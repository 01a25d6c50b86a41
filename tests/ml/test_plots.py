import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from mlctl.domain.figures import Bars, Matrix
from mlctl.ml.plots import MOST_POINTS, calibration, classification, confusion, wilson

RANDOM = np.random.default_rng(0)
ROWS = 600
SAID = RANDOM.beta(1, 2, ROWS)
TRUE = np.where(RANDOM.random(ROWS) < SAID, "yes", "no").astype(object)
SHARES = np.column_stack([1 - SAID, SAID])
ANSWERS = np.where(SAID > 0.5, "yes", "no").astype(object)


def of_two(place=1):
    return {one.key: one for one in classification(TRUE, ANSWERS, SHARES, ["no", "yes"], place)}


def test_two_classes_have_the_curves_of_the_positive_one():
    found = of_two()
    assert list(found) == ["confusion_matrix", "roc", "precision_recall"]
    area = roc_auc_score(TRUE == "yes", SAID)
    precision = average_precision_score(TRUE == "yes", SAID)
    assert found["roc"].series[0].name == f"yes {area:.3f}"
    assert found["roc"].rows == (("yes", f"{(TRUE == 'yes').sum()}", f"{area:.4f}"),)
    assert found["precision_recall"].series[0].name == f"yes {precision:.3f}"
    assert "The dashed line is guessing: 3" in found["precision_recall"].caption
    other = of_two(0)
    assert other["roc"].series[0].name == f"no {area:.3f}"


def test_curves_are_thinned_and_keep_their_ends():
    points = of_two()["roc"].series[0].points
    assert len(points) <= MOST_POINTS
    assert points[0] == (0.0, 0.0)
    assert points[-1] == (1.0, 1.0)


def test_the_matrix_counts_truth_down_and_answers_across():
    found = confusion(
        np.array(["a", "a", "b"], dtype=object), np.array(["a", "b", "b"], dtype=object), ["a", "b"]
    )
    assert isinstance(found, Matrix)
    assert found.counts == ((1, 1), (0, 1))
    assert found.words == "Of 3 held-out rows 2 are right. The commonest mistake: 'a' taken for 'b', 1 times."
    assert found.head == ("true class", "answered a", "answered b")
    assert found.rows == (("a", "1", "1"), ("b", "0", "1"))


def test_no_mistake_and_an_answer_that_is_no_class():
    same = np.array(["a", "b"], dtype=object)
    assert "There is no mistake." in confusion(same, same, ["a", "b"]).words
    odd = confusion(same, np.array(["a", "z"], dtype=object), ["a", "b"])
    assert odd.labels == ("a", "b", "z")
    assert odd.counts == ((1, 0, 0), (0, 0, 1))


def test_very_many_classes_make_a_list_of_mistakes():
    labels = np.array([f"c{at:02}" for at in range(40)], dtype=object)
    found = confusion(labels, np.roll(labels, 1), labels.tolist())
    assert isinstance(found, Bars)
    assert len(found.bars) == 15
    assert found.bars[0] == ("c00 taken for c39", 1.0)
    assert "0 of 40 held-out rows are right" in found.caption


def test_many_classes_show_the_worst_lines():
    letters = [chr(97 + at) for at in range(26)]
    truth = np.array(letters * 20, dtype=object)
    shares = np.random.default_rng(1).dirichlet(np.ones(26), len(truth))
    predicted = np.array(letters, dtype=object)[shares.argmax(axis=1)]
    found = classification(truth, predicted, shares, letters, 0)
    assert len(found[0].labels) == 26
    assert len(found[1].series) == 5
    assert "the 5 of 26 with the lowest value" in found[1].caption
    assert found[2].reference == ()
    three = classification(truth[:3], predicted[:3], shares[:3, :3], letters[:3], 0)
    assert "Each class against the rest." in three[1].caption


def test_one_class_alone_has_no_curve():
    only = np.array(["yes"] * 5, dtype=object)
    assert [one.key for one in classification(only, only, SHARES[:5], ["no", "yes"], 1)] == [
        "confusion_matrix"
    ]


def test_no_probabilities_no_curves():
    assert len(classification(TRUE, ANSWERS, None, ["no", "yes"], 1)) == 1


def test_calibration_has_groups_of_equally_many_rows():
    found = calibration(SAID, TRUE == "yes", "class 'yes'")
    (series,) = found.series
    assert len(series.points) == len(series.spans) == len(found.rows) == 10
    assert sum(int(row[3]) for row in found.rows) == ROWS
    assert all(low <= y <= high for (_, y), (low, high) in zip(series.points, series.spans, strict=True))
    assert "differ by 0.0" in found.words


@pytest.mark.parametrize(("rows", "groups"), [(1, 1), (9, 1), (23, 4)])
def test_few_rows_make_few_groups(rows, groups):
    found = calibration(SAID[:rows], (TRUE == "yes")[:rows], "the answers")
    assert len(found.series[0].points) == groups


def test_wilson_stays_within_0_and_1():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == pytest.approx(1.0)
