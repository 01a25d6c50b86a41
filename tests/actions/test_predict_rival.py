import itertools

import pytest

from mlctl.actions.predict_answers import Answered, Loader
from mlctl.actions.predict_engine import answered
from mlctl.actions.predict_rival import Timed, _same, quicker
from mlctl.actions.predict_source import Piece
from mlctl.bundle.runtime import Predictions
from mlctl.errors import RefusedError

PIECE = Piece(1, [{"a": "1"}, {"a": "2"}])


class Sevens:
    """A model whose every answer takes the same time on the clock of these tests."""

    def __init__(self, now, seconds, answer=7.0):
        self.now, self.seconds, self.answer = now, seconds, answer

    def predict_rows(self, rows, *, first, bad):
        self.now[0] += self.seconds
        return Predictions([self.answer] * len(rows), None, range(len(rows)))


def loader(now, seconds, other):
    return Loader(lambda form: Sevens(now, seconds), (("a", "number"),), "jsonl", other)


def chosen(now, slow, other):
    used = loader(now, slow, other)
    loaded = used()
    return quicker(used, loaded, Timed(PIECE, loaded.answer(PIECE), slow), lambda: now[0])[0] is not used


@pytest.mark.parametrize(
    ("slow", "rival", "answer", "taken"),
    [
        (2.0, 1.0, 7.0, True),
        (2.0, 1.0, 7.0 + 1e-12, True),
        (2.0, 3.0, 7.0, False),  # no quicker
        (2.0, 1.0, 7.1, False),  # not the same answer
        (50e-6, 1e-9, 7.0, False),  # so quick that it is not even tried
    ],
)
def test_what_is_quicker_and_says_the_same_is_taken(slow, rival, answer, taken):
    now = [0.0]
    assert chosen(now, slow, lambda form: Sevens(now, rival, answer)) is taken


def test_a_model_that_may_not_be_loaded_is_not_taken():
    def refuses(form):
        raise RefusedError("it would run code", "--trust")

    assert not chosen([0.0], 2.0, refuses)
    assert not chosen([0.0], 2.0, None)


def test_the_rows_that_are_left_are_answered_by_the_quicker_one(tmp_path):
    now, asked = [0.0], []

    class Noted(Sevens):
        def predict_rows(self, rows, *, first, bad):
            asked.append(first)
            return super().predict_rows(rows, first=first, bad=bad)

    pieces = (Piece(first, [{"a": "1"}]) for first in range(1, 7))
    used = loader(now, 2.0, lambda form: Noted(now, 0.5))
    found = list(answered(pieces, used, 1, tmp_path, lambda: now[0]))
    assert [one.values for _, one in found] == [[7.0]] * 6
    # Two pieces take longer than the patience; the second one is asked again, twice, then come the others.
    assert asked == [2, 2, 3, 4, 5, 6]


def said(**changed):
    fields = {"places": [0, 1], "values": ["a", "b"], "probabilities": [[1.0, 0.0], [0.5, 0.5]], "faults": []}
    return Answered(**fields | changed)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"probabilities": [[1.0, 1e-12], [0.5, 0.5]]}, True),
        ({"probabilities": [[1.0, 1e-6], [0.5, 0.5]]}, False),
        ({"probabilities": None}, False),
        ({"values": ["a", "a"]}, False),
        ({"places": [0, 2]}, False),
        ({"faults": [(3, None, "no")]}, False),
    ],
)
def test_what_the_same_answers_are(changed, same):
    assert _same(said(), said(**changed)) is same


def test_labels_without_probabilities():
    for values, same in ((["a", "b"], True), (["a", "c"], False)):
        assert _same(said(probabilities=None), said(probabilities=None, values=values)) is same


def test_faults_count_as_answers():
    faults = [(1, "a", "'x' is no number")]
    assert all(_same(one, one) for one in itertools.repeat(said(faults=faults), 2))
