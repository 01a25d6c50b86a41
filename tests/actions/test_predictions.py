import numpy as np
import pytest

from mlctl.actions.predictions import read_predictions
from mlctl.errors import DamagedError, NotFoundError
from mlctl.store.store import init
from tests.actions import held

HEAD = "row,actual,predicted"


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", held.NOW)[0]


def read(store, text, **fields):
    return read_predictions(store, held.experiment(store, predictions=text, **fields))


def test_labels_and_probabilities(store):
    found = read(store, held.YES_NO)
    assert found.rows == 400
    assert found.is_classification
    assert found.classes == ("no", "yes")
    assert (found.positive, found.place) == ("yes", 1)
    assert found.probabilities.shape == (400, 2)
    assert found.score("accuracy_score") == 1.0
    assert found.score("log_loss") == pytest.approx(-np.log(0.9))
    assert found.score("accuracy_score", np.arange(3)) == 1.0
    assert found.score("r2_score") is None


def test_the_positive_class_is_the_parameters_one(store):
    found = read(store, held.YES_NO, params="data: {positive: 'no'}")
    assert (found.positive, found.place) == ("no", 0)
    assert read(store, held.YES_NO, params="data: [a]").place == 1


def test_labels_without_probabilities_are_sorted(store):
    found = read(store, f"{HEAD}\n0,10,9\n1,9,9\n")
    assert found.probabilities is None
    assert found.classes == ("9", "10")
    assert read(store, f"{HEAD}\n0,b,a\n").classes == ("a", "b")
    assert read(store, f"{HEAD}\n0,b,a\n").score("roc_auc") is None


def test_numbers(store):
    found = read(store, f"{HEAD}\n0,1.5,1\n1,2,2.5\n", task="regression")
    assert not found.is_classification
    assert found.truth.tolist() == [1.5, 2.0]
    assert found.score("mean_absolute_error") == 0.5
    assert found.note == ""


def test_numbers_that_are_none_are_left_out_and_said(store):
    found = read(store, f"{HEAD}\n0,1.5,nan\n1,2,2.5\n2,3,inf\n", task="regression")
    assert found.rows == 1
    assert found.note == "2 held-out rows are left out: their numbers are not finite, or beyond 1e150"


@pytest.mark.parametrize("share", ["nan", "1.5", "-0.1", "inf"])
def test_probabilities_that_are_none_are_left_out_and_said(store, share):
    found = read(store, f"{HEAD},probability_a,probability_b\n0,a,b,0.5,0.5\n1,b,b,{share},0.5\n")
    assert found.probabilities is None
    assert found.classes == ("a", "b")
    assert "its probabilities are left out" in found.note


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "its first line is not that of predictions"),
        ("a,b,c\n1,2,3\n", "its first line is not that of predictions"),
        (f"{HEAD},other\n0,a,a,1\n", "its first line is not that of predictions"),
        (f"{HEAD}\n", "it has no rows"),
        (f"{HEAD}\n0,a,a\n1,a\n", "line 3 has 2 cells, and the first line 3"),
        (f"{HEAD},probability_a\n0,b,a,1\n", "its column actual holds 'b'"),
        (f"{HEAD},probability_a\n0,,a,1\n", "its column actual holds ''"),
        (f"{HEAD},probability_a\n0,a,a,x\n", "could not convert"),
        (b"\xff\xfe\x00", "can't decode"),
        (f'{HEAD}\n0,"{"a" * 200_000}",b\n', "field larger than field limit"),
    ],
)
def test_a_damaged_file_is_said_to_be_one(store, text, said):
    with pytest.raises(DamagedError, match=r"predictions.csv cannot be read: ") as caught:
        read(store, text)
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("row", ["0,x,1", "0,1,nan"])
def test_a_damaged_file_of_numbers(store, row):
    with pytest.raises(DamagedError):
        read(store, f"{HEAD}\n{row}\n", task="regression")


def test_an_experiment_without_predictions(store):
    made = held.experiment(store)
    (store.experiment_directory(made) / "predictions.csv").unlink()
    with pytest.raises(NotFoundError, match="has no held-out predictions"):
        read_predictions(store, made)
    model = store.model("shop", "kind")
    failed = store.new_experiment(model, None, held.NOW, rung="svc").fail("timeout", "not in time")
    with pytest.raises(NotFoundError, match="it is failed"):
        read_predictions(store, failed)
