import numpy as np
import pytest

from mlctl.actions.checks_held_out import calibration_of, look_at, measured
from mlctl.actions.predictions import Predictions
from mlctl.domain.checks import check
from mlctl.store.store import init
from tests.actions import held

RANDOM = np.random.default_rng(0)


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", held.NOW)[0]


def labels(rows=400, right=0.9):
    truth = np.where(RANDOM.random(rows) < 0.5, "a", "b").astype(object)
    wrong = np.where(truth == "a", "b", "a").astype(object)
    return Predictions(truth, np.where(RANDOM.random(rows) < right, truth, wrong), None, ("a", "b"))


def test_the_standard_error_of_accuracy():
    found = measured(labels(), "accuracy_score")
    assert found.rows == 400
    assert found.standard_error == pytest.approx(np.sqrt(found.score * (1 - found.score) / 400), rel=0.4)


def test_many_rows_are_sampled_and_scaled():
    found = measured(labels(45_000), "accuracy_score")
    assert found.standard_error == pytest.approx(np.sqrt(0.09 / 45_000), rel=0.4)
    in_order = measured(labels(45_000), "accuracy_score", in_order=True)
    assert in_order.standard_error == pytest.approx(np.sqrt(0.09 / 20_000), rel=0.4)


def test_without_a_miss_the_rule_of_three_holds():
    found = measured(labels(right=1.1), "accuracy_score")
    assert found.score == 1.0
    assert 1.96 * found.standard_error == pytest.approx(3 / 400)


@pytest.mark.parametrize("metric", ["roc_auc", "max_error", "my_metric"])
def test_what_has_no_score_or_no_error(metric):
    assert measured(labels(), metric).standard_error is None


def test_one_row_has_no_error():
    found = measured(labels(1), "accuracy_score")
    assert (found.rows, found.standard_error) == (1, None)


def test_a_look_at_the_files(store):
    look = look_at(store, held.experiment(store))
    assert look.held_out.score == 1.0
    assert [one.code for one in look.checks()] == ["MLC027"]
    assert "too cautious" in look.checks()[0].figure


def test_few_rows_are_not_judged(store):
    few = "\n".join(held.YES_NO.splitlines()[:20]) + "\n"
    assert look_at(store, held.experiment(store, predictions=few)).checks() == []


def test_the_rare_one_of_two_classes_is_told_with_its_recall(store):
    look = look_at(store, held.experiment(store))
    given = [check("MLC006", "class 'yes' is rare"), check("MLC009", "skewed")]
    told = look.with_recall(given)
    assert told[0].figure == "class 'yes' is rare; 200 of its 200 held-out rows are found"
    assert told[1] == given[1]
    assert look.with_recall(given[1:]) == given[1:]


def test_a_rare_class_of_three_under_accuracy(store):
    rows = [("a", "a")] * 200 + [("b", "b")] * 200 + [("c", "a")] * 20
    text = "row,actual,predicted\n" + "".join(f"{at},{a},{p}\n" for at, (a, p) in enumerate(rows))
    look = look_at(store, held.experiment(store, predictions=text))
    assert [one.code for one in look.checks()] == ["MLC006"]
    balanced = held.experiment(store, predictions=text, metric="balanced_accuracy_score")
    assert look_at(store, balanced).checks() == []


def test_of_many_classes_the_likeliest_is_judged():
    shares = np.full((3000, 3), 0.05)
    shares[np.arange(3000), RANDOM.integers(0, 3, 3000)] = 0.9
    classes = np.array(["x", "y", "z"], dtype=object)
    predicted = classes[shares.argmax(axis=1)]
    truth = np.where(RANDOM.random(3000) < 0.6, predicted, np.roll(predicted, 1)).astype(object)
    found = calibration_of(Predictions(truth, predicted, shares, ("x", "y", "z")))
    assert found.of == "the answers"
    assert found.said == pytest.approx(0.9)
    assert found.seen == pytest.approx((truth == predicted).mean())


def test_one_class_and_no_probabilities_cannot_be_judged():
    one = np.array(["a", "a"], dtype=object)
    assert calibration_of(Predictions(one, one, np.ones((2, 1)), ("a",))) is None
    assert calibration_of(Predictions(one, one, None, ("a", "b"))) is None
