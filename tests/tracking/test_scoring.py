import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.preprocessing import scale

from mlctl.tracking.scoring import logged_scores, scores_of

X, y = load_breast_cancer(return_X_y=True)
X = scale(X)


def test_of_two_classes_the_last_is_the_positive():
    model = LogisticRegression().fit(X, y)
    found = scores_of(model, X, y)
    assert found["f1_score"] == pytest.approx(f1_score(y, model.predict(X)))


def test_decisions_stand_in_for_probabilities():
    model = RidgeClassifier().fit(X, y)
    found = logged_scores(model, X, y, "test_")
    assert found["test_roc_auc"] == pytest.approx(roc_auc_score(y, model.decision_function(X)))
    assert "test_log_loss" not in found
    assert found["test_score"] == model.score(X, y)


def test_answers_of_several_columns_have_no_scores():
    two = np.column_stack([y, y])
    assert scores_of(LinearRegression().fit(X, two), X, two) == {}
    assert scores_of(LogisticRegression().fit(X, y), X, two) == {}
    assert logged_scores(LinearRegression().fit(X, two), X, two, "") == {}


def test_a_decision_of_many_classes_ranks_nothing():
    three = np.arange(len(y)) % 3
    assert "roc_auc" not in scores_of(RidgeClassifier().fit(X, three), X, three)
