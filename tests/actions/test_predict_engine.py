import itertools

import pytest

from mlctl.actions import predict_engine
from mlctl.actions.predict_answers import Loader, _numbers
from mlctl.actions.predict_engine import answered
from mlctl.actions.predict_source import Piece
from mlctl.bundle.runtime import Predictions, load
from mlctl.errors import MlctlError
from tests.bundle import made

COLUMNS = (("a", "number"), ("b b", "number"), ("c", "category"))


def model(form):
    """Load the small model; a worker finds this by its name."""
    return load(made.toy().model)


class Breaking:
    """A model that cannot answer."""

    def predict_rows(self, rows, *, first, bad):
        raise ValueError("it broke")


def breaking(form):
    """Load that."""
    return Breaking()


def pieces(count):
    for number in range(count):
        rows = [{"a": str(number), "b b": "1", "c": "x"}, {"a": "?", "b b": "1", "c": "x"}]
        yield Piece(2 * number + 1, rows)


def test_answers_come_in_order_whoever_computes(tmp_path, monkeypatch):
    ticks = itertools.count(step=10)
    monkeypatch.setattr(predict_engine, "SHARE", 0.1)
    loader = Loader(model, COLUMNS, "csv")
    alone = [found for _, found in answered(pieces(12), loader, 1, tmp_path, lambda: next(ticks))]
    both = list(answered(pieces(12), loader, 2, tmp_path, lambda: next(ticks)))
    assert [found for _, found in both] == alone
    assert [piece.first for piece, _ in both] == list(range(1, 25, 2))
    assert alone[3].faults == [(8, "a", "'?' is not a number")]
    assert alone[3].places == [0]


def test_reading_and_writing_alone_are_not_shared_out(tmp_path):
    # The clock stands while rows are answered and runs between: other processes would not help.
    now = [0.0]

    def slow():
        for piece in pieces(5):
            now[0] += 100.0
            yield piece

    done = list(answered(slow(), Loader(model, COLUMNS, "csv"), 2, tmp_path, lambda: now[0]))
    assert len(done) == 5


def test_a_worker_that_fails(tmp_path):
    left = iter(pieces(3))
    together = predict_engine._together(left, Loader(breaking, COLUMNS, "csv"), 2, tmp_path, lambda: 0.0)
    with pytest.raises(MlctlError, match="a worker process failed: ValueError: it broke"):
        list(together)


def test_a_line_that_is_no_row_is_not_answered():
    def filled(form):
        class Model:
            def predict_columns(self, columns, *, first, bad):
                return Predictions(["low"] * 3, [[1.0]] * 3, range(3))

        return Model()

    piece = Piece(11, [{"a": "1"}, {}, {"a": "2"}], faults={12: ("it has 9 fields", ["9"])})
    found = Loader(filled, COLUMNS, "csv")().answer(piece)
    assert (found.places, found.values, found.probabilities) == ([0, 2], ["low", "low"], [[1.0], [1.0]])
    assert found.faults == [(12, None, "it has 9 fields")]


def test_columns_of_numbers_with_and_without_words():
    assert _numbers(["1", "2.5"]).tolist() == [1.0, 2.5]
    for texts in (["1", "x"], ["1", ""], ["1", None], ["inf"], ["nan"]):
        assert _numbers(texts) is texts
