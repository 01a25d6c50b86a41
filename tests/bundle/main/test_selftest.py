import math

import pytest

from mlctl.bundle.main.selftest import Agreement, agreement, distance, is_tie
from mlctl.bundle.runtime import Prediction, load
from tests.bundle import made


def test_the_portable_model_agrees():
    found = agreement(load(made.toy().model), made.toy().golden)
    assert (found.rows, found.differing, found.ties, found.first) == (4, 0, 0, "")
    assert 0 <= found.largest < 1e-12
    assert found.row_us > 0
    assert found.ok


def test_another_models_answers_differ():
    told = dict(made.toy().golden)
    told["answers"] = [["top", [0.0, 0.0, 1.0]], *told["answers"][1:-1], ["low", [1.0, 0.0, 0.0]]]
    found = agreement(load(made.toy().model), told)
    assert not found.ok
    assert found.first.startswith("row 1: has a probability that is")
    assert found.differing > 2


@pytest.mark.parametrize(
    ("wanted", "found", "first"),
    [
        (("a", [0.5, 0.5]), Prediction("b", (0.5, 0.5)), ""),
        (("a", [0.6, 0.4]), Prediction("b", (0.6, 0.4)), "row 3: is 'b', not 'a'"),
        (("a", None), Prediction("b", None), "row 3: is 'b', not 'a'"),
        ((1, None), Prediction(True, None), "row 3: is True, not 1"),
        ((1.0, None), Prediction(1.0 + 1e-10, None), ""),
        ((1e12, None), Prediction(1e12 + 100, None), ""),
        ((0.0, None), Prediction(1e-8, None), "row 3: is 1e-08, not 0.0"),
        ((math.nan, None), Prediction(math.nan, None), ""),
        ((1.0, None), Prediction(math.nan, None), "row 3: is nan, not 1.0"),
        (("a", [1.0]), Prediction("a", None), "row 3: has 0 probabilities, not 1"),
        (("a", [0.5, 0.5]), Prediction("a", (0.5, 0.5 + 1e-8)), "row 3: has a probability that is 1e-08 off"),
        (None, Prediction("a", None), "row 3: is answered with 'a', unlike when it was built"),
        (("a", None), None, "row 3: is refused, unlike when it was built"),
        (None, None, ""),
    ],
)
def test_one_answer(wanted, found, first):
    told = Agreement()
    told.compare(3, wanted, found)
    assert told.first == first
    assert told.ok is (first == "")
    assert told.to_dict()["differing"] == told.differing


def test_distances_and_ties():
    assert distance(2e10, 1e10) == 0.5
    assert distance(math.inf, 1.0) == math.inf
    assert distance(math.inf, math.inf) == 0
    assert is_tie([0.2, 0.4, 0.4])
    assert not is_tie([0.2, 0.3, 0.5])
    assert not is_tie(None)
    assert not is_tie([1.0])
    tie = Agreement()
    tie.compare(1, ("a", [0.5, 0.5]), Prediction("b", (0.5, 0.5)))
    assert tie.ties == 1


def test_no_rows():
    found = agreement(load(made.toy().model), {"columns": [], "rows": [], "answers": []})
    assert (found.rows, found.row_us) == (0, 0.0)
