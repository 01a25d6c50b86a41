import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as reference

from mlctl.domain.metrics import METRICS
from mlctl.errors import DataError
from mlctl.ml.metrics import align, score

LABELS = ("no", "yes")
many = st.integers(0, 2**32 - 1)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@given(many, st.integers(2, 40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_two_classes_are_scored_as_scikit_learn_does(seed, rows, coarse):
    random = np.random.default_rng(seed)
    truth = np.append([0, 1], random.integers(0, 2, rows - 2))
    chance = random.random(rows).round(1) if coarse else random.random(rows)
    answer = (chance > 0.5).astype(int)
    found = score(
        "classification",
        np.array(LABELS, dtype=object)[truth],
        np.array(LABELS, dtype=object)[answer],
        probabilities=np.column_stack([1 - chance, chance]),
        classes=LABELS,
    )
    assert found == {
        "accuracy_score": close(reference.accuracy_score(truth, answer)),
        "balanced_accuracy_score": close(reference.balanced_accuracy_score(truth, answer)),
        "f1_score": close(reference.f1_score(truth, answer, zero_division=0)),
        "precision_score": close(reference.precision_score(truth, answer, zero_division=0)),
        "recall_score": close(reference.recall_score(truth, answer, zero_division=0)),
        "matthews_corrcoef": close(reference.matthews_corrcoef(truth, answer)),
        "roc_auc": close(reference.roc_auc_score(truth, chance)),
        "average_precision_score": close(reference.average_precision_score(truth, chance)),
        "log_loss": close(reference.log_loss(truth, chance)),
        "brier_score_loss": close(reference.brier_score_loss(truth, chance)),
    }


@given(many, st.integers(3, 60), st.integers(3, 5))
@settings(max_examples=60, deadline=None)
def test_many_classes_are_scored_as_scikit_learn_does(seed, rows, classes):
    random = np.random.default_rng(seed)
    truth = np.append(np.arange(classes), random.integers(0, classes, rows))
    answer = random.integers(0, classes, len(truth))
    chances = random.dirichlet(np.ones(classes), len(truth))
    weighted = {"average": "weighted", "zero_division": 0}
    found = score("classification", truth, answer, probabilities=chances, classes=range(classes))
    assert found == {
        "accuracy_score": close(reference.accuracy_score(truth, answer)),
        "balanced_accuracy_score": close(reference.balanced_accuracy_score(truth, answer)),
        "f1_score": close(reference.f1_score(truth, answer, **weighted)),
        "precision_score": close(reference.precision_score(truth, answer, **weighted)),
        "recall_score": close(reference.recall_score(truth, answer, **weighted)),
        "matthews_corrcoef": close(reference.matthews_corrcoef(truth, answer)),
        "roc_auc": close(reference.roc_auc_score(truth, chances, multi_class="ovr", average="weighted")),
        "log_loss": close(reference.log_loss(truth, chances)),
    }


numbers = arrays(np.float64, st.integers(2, 30), elements=st.floats(-1e6, 1e6).map(lambda x: round(x, 3)))


@given(numbers, many)
@settings(max_examples=60, deadline=None)
def test_numbers_are_scored_as_scikit_learn_does(truth, seed):
    predicted = truth + np.random.default_rng(seed).normal(size=len(truth)).round(3)
    found = score("regression", truth, predicted)
    assert set(found) == {m.name for m in METRICS.values() if m.task == "regression"}
    for name in set(found):
        assert found[name] == pytest.approx(getattr(reference, name)(truth, predicted), rel=1e-6, abs=1e-9)


def test_constant_numbers():
    assert score("regression", [2.0, 2.0], [2.0, 2.0])["r2_score"] == 1.0
    assert score("regression", [2.0, 2.0], [1.0, 3.0])["r2_score"] == 0.0
    assert "r2_score" not in score("regression", [2.0], [1.0])
    assert score("regression", [2.0], [1.0])["max_error"] == 1.0


def test_numbers_out_of_all_bounds_are_absent():
    assert score("regression", [1.0, 2.0], [np.nan, 2.0]) == {}
    assert "mean_squared_error" not in score("regression", [1.0, 2.0], [1e200, -1e200])


def test_the_positive_class_can_be_the_first():
    truth, answer = ["a", "a", "b", "b"], ["a", "b", "b", "b"]
    chances = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]])
    last = score("classification", truth, answer, probabilities=chances, classes=("a", "b"))
    first = score("classification", truth, answer, probabilities=chances, classes=("a", "b"), positive="a")
    assert (last["precision_score"], last["recall_score"]) == (pytest.approx(2 / 3), 1.0)
    assert (first["precision_score"], first["recall_score"]) == (1.0, 0.5)
    assert first["roc_auc"] == last["roc_auc"] == 1.0
    assert first["log_loss"] == last["log_loss"]
    assert first["brier_score_loss"] == pytest.approx(last["brier_score_loss"])


def test_a_decision_function_is_enough_for_ranks():
    truth = np.array([False, True, True])
    found = score("classification", truth, truth, scores=np.array([-1.0, 0.5, 2.0]), classes=(False, True))
    assert (found["roc_auc"], found["average_precision_score"]) == (1.0, 1.0)
    assert "log_loss" not in found
    turned = score(
        "classification",
        truth,
        truth,
        scores=np.array([-1.0, 0.5, 2.0]),
        classes=(False, True),
        positive=False,
    )
    assert turned["roc_auc"] == 1.0


def test_rows_of_one_class_have_no_area():
    found = score(
        "classification", ["a"], ["a"], probabilities=np.array([[0.8, 0.2]]), classes=("a", "b"), positive="b"
    )
    assert "roc_auc" not in found
    assert found["precision_score"] == 0.0
    assert found["matthews_corrcoef"] == 0.0
    assert found["log_loss"] == pytest.approx(-np.log(0.8))
    three = score("classification", [0, 1], [0, 2], probabilities=np.full((2, 3), 1 / 3), classes=(0, 1, 2))
    assert "roc_auc" not in three
    assert three["balanced_accuracy_score"] == 0.5
    assert three["log_loss"] == pytest.approx(np.log(3))


def test_without_scores_the_labels_are_enough():
    assert set(score("classification", [0, 1, 2], [0, 1, 1], classes=(0, 1, 2))) == {
        "accuracy_score",
        "balanced_accuracy_score",
        "f1_score",
        "precision_score",
        "recall_score",
        "matthews_corrcoef",
    }


def test_an_answer_that_is_no_class_is_wrong():
    found = score("classification", ["a", "b", "b"], ["a", "b", "sometimes"], classes=("a", "b"))
    assert found["accuracy_score"] == pytest.approx(2 / 3)
    expected = reference.matthews_corrcoef([0, 1, 1], [0, 1, 2])
    assert found["matthews_corrcoef"] == pytest.approx(expected)


def test_a_class_that_the_model_does_not_know():
    with pytest.raises(DataError, match="class 'c' is not among those of the model: 'a', 'b'"):
        score("classification", ["a", "c"], ["a", "a"], classes=("a", "b"))


def test_probabilities_that_are_none():
    bad = np.array([[np.nan, np.nan], [0.5, 0.5]])
    assert "log_loss" not in score("classification", [0, 1], [0, 1], probabilities=bad, classes=(0, 1))


def test_probabilities_that_do_not_add_up_are_scaled():
    chances = np.array([[2.0, 2.0, 4.0], [0.0, 0.0, 0.0]])
    found = score("classification", [2, 0], [2, 0], probabilities=chances, classes=(0, 1, 2))
    assert found["log_loss"] == pytest.approx((np.log(2) - np.log(np.finfo(float).eps)) / 2)


def test_columns_for_classes_that_a_fold_did_not_see():
    aligned = align(np.array([[0.25, 0.75]]), ["c", "a"], ["a", "b", "c"])
    assert aligned.tolist() == [[0.75, 0.0, 0.25]]


def test_every_metric_by_name():
    two = score(
        "classification", [0, 1], [0, 1], probabilities=np.array([[0.9, 0.1], [0.2, 0.8]]), classes=(0, 1)
    )
    assert set(two) == {m.name for m in METRICS.values() if m.task == "classification"}
    assert all(type(value) is float for value in two.values())
