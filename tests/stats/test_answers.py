import numpy as np
import pytest

from mlctl.domain.metrics import METRICS
from mlctl.errors import DataError, UsageError
from mlctl.stats.answers import Answers, read

TRUTH = np.array(["no", "yes", "yes", "no"])
LABELS = np.array(["no", "yes", "no", "maybe"])
SHARES = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5]])


def ready(metric, truth, answers, classes=("no", "yes"), positive=None):
    return read(METRICS[metric], truth, answers, classes, positive, "the challenger")


def test_labels_become_codes_and_a_strange_answer_a_code_of_its_own():
    rows = ready("accuracy_score", TRUTH, Answers(LABELS))
    assert rows.truth.tolist() == [0, 1, 1, 0]
    assert rows.answers.tolist() == [0, 1, 0, 2]
    assert (rows.classes, rows.positive) == (2, 1)


def test_the_positive_class_may_be_the_first_and_of_three_there_is_none():
    assert ready("f1_score", TRUTH, Answers(LABELS), positive="no").positive == 0
    assert ready("f1_score", TRUTH, Answers(LABELS), classes=("maybe", "no", "yes")).positive is None


def test_ranks_are_the_positive_ones_probability_or_the_scores_turned_to_it():
    scores = np.array([-1.0, 2.0, 0.5, 0.0])
    assert ready("roc_auc", TRUTH, Answers(LABELS, SHARES, scores)).answers.tolist() == [0.1, 0.8, 0.4, 0.5]
    assert ready("roc_auc", TRUTH, Answers(LABELS, None, scores)).answers.tolist() == scores.tolist()
    turned = ready("roc_auc", TRUTH, Answers(LABELS, None, scores), positive="no")
    assert turned.answers.tolist() == (-scores).tolist()


def test_numbers_stay_numbers():
    rows = ready("r2_score", [1, 2, 3], Answers(np.array([1.0, 2.5, 2.0])))
    assert rows.truth.tolist() == [1.0, 2.0, 3.0]
    assert rows.classes == 0


@pytest.mark.parametrize(
    ("metric", "truth", "answers", "said"),
    [
        ("accuracy_score", [], Answers(np.array([])), "there are no rows to compute accuracy_score on"),
        ("accuracy_score", ["no", "or"], Answers(LABELS[:2]), "class 'or' is not among those of the model"),
        ("roc_auc", ["no", "no"], Answers(LABELS[:2], SHARES[:2]), "of these 2 rows none is 'yes'"),
        ("recall_score", ["no", "no"], Answers(LABELS[:2]), "none is 'yes'"),
        ("log_loss", TRUTH, Answers(LABELS, None, SHARES[:, 1]), "and the challenger gives none"),
        ("roc_auc", TRUTH, Answers(LABELS), "roc_auc needs probabilities"),
        ("brier_score_loss", TRUTH, Answers(LABELS, SHARES * np.nan), "no finite numbers"),
        ("r2_score", [1.0, 1.0], Answers(np.array([1.0, 2.0])), "the target of all 2 rows is 1"),
        ("mean_squared_error", [1.0, np.nan], Answers(np.array([1.0, 2.0])), "the target has nan in row 1"),
        (
            "mean_squared_error",
            [1.0, 2.0],
            Answers(np.array([np.inf, 2.0])),
            "the challenger has inf in row 0",
        ),
    ],
)
def test_what_a_metric_cannot_be_computed_on_is_refused_in_words(metric, truth, answers, said):
    with pytest.raises(DataError, match=said) as refused:
        ready(metric, truth, answers)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("metric", "classes", "said"),
    [
        ("max_error", (), "rests on a single row"),
        ("average_precision_score", ("maybe", "no", "yes"), "is for two classes, and there are 3"),
    ],
)
def test_a_metric_without_an_interval_is_refused_with_another_one_named(metric, classes, said):
    truth = ["no", "yes", "maybe"] if classes else [1.0, 2.0]
    with pytest.raises(UsageError, match=said) as refused:
        ready(metric, truth, Answers(np.array(truth)), classes)
    assert "choose another metric for the gate" in refused.value.hint
