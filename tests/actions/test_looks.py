import pytest

from mlctl.actions.gate_rows import Holdout
from mlctl.actions.looks import look_number
from mlctl.store.champion import Event

HOLDOUT = Holdout("f", 4, "rows", (1, 2, 3, 4))
QUESTION = {"challenger": "c", "champion": "a", "metric": "roc_auc", "rules": {"mode": "better"}}


def event(what="refuse", **changed):
    gate = {**QUESTION, "look": 1, "holdout": HOLDOUT.to_dict(), **changed}
    return Event("t", "me", what, details={"gate": gate})


def test_each_other_question_is_another_look():
    assert look_number([], HOLDOUT, QUESTION) == 1
    asked = [event(challenger="b"), event(challenger="b"), event(metric="log_loss", look=2)]
    assert look_number(asked, HOLDOUT, QUESTION) == 3


def test_the_same_question_is_the_look_that_it_was():
    asked = [event(challenger="b"), event(look=2), event(challenger="d", look=3)]
    assert look_number(asked, HOLDOUT, QUESTION) == 2
    other = Holdout("g", 4, "rows", (1, 2, 3, 5))  # mostly the same rows
    assert look_number(asked, other, QUESTION) == 4


def test_a_first_champion_is_counted_apart():
    assert look_number([event(champion=None)], HOLDOUT, QUESTION) == 1
    assert (
        look_number([event(champion=None, challenger="b"), event()], HOLDOUT, QUESTION | {"champion": None})
        == 2
    )


def test_other_rows_are_no_look_at_these():
    assert look_number([event(challenger="b")], Holdout("g", 4, "rows", (7, 8, 9)), QUESTION) == 1


@pytest.mark.parametrize(
    "gate",
    [
        3,
        {"holdout": 3},
        {"holdout": {"sketch": [1]}, "look": "1"},
        {"holdout": {"sketch": 5, "rows": 4}, "look": 1},
        {"holdout": {"sketch": ["x"], "rows": 4}, "look": 1},
        {"holdout": {"sketch": [1, 2, 3, 4], "rows": None}, "look": 1},
    ],
)
def test_what_is_no_gate_is_passed_over(gate):
    assert look_number([Event("t", "me", "refuse", details={"gate": gate})], HOLDOUT, QUESTION) == 1
