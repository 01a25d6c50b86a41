import pandas as pd
import pytest

from mlctl.ml import latency
from mlctl.ml.latency import measure


class Slow:
    """A model that takes a given time for a call, and for each row of it, by a clock of its own."""

    def __init__(self, call_s=0.0, row_s=0.0, *, first_s=0.0):
        self.call_s = call_s
        self.row_s = row_s
        self.now = -first_s
        self.sizes = []

    def predict(self, frame):
        assert isinstance(frame, pd.DataFrame)
        self.now += self.call_s + self.row_s * len(frame) - (min(0, self.now))
        self.sizes.append(len(frame))

    def perf_counter(self):
        return self.now


@pytest.fixture
def timed(monkeypatch):
    def measured(model, rows):
        monkeypatch.setattr(latency, "time", model)
        return measure(model, pd.DataFrame({"x": range(rows)}))

    return measured


def test_a_quick_model_is_asked_often_and_in_large_batches(timed):
    model = Slow(call_s=0.001, row_s=0.000_001)
    found = timed(model, 5_000)
    assert found.single_row_us == pytest.approx(1_001)
    assert found.single_row_p95_us == pytest.approx(1_001)
    assert found.batch_row_us == pytest.approx(2)
    assert sorted(set(model.sizes)) == [1, 10, 100, 1_000]
    assert model.sizes.count(1) == pytest.approx(150, abs=2)


def test_no_more_calls_than_are_useful(timed):
    model = Slow(call_s=0.000_1)
    timed(model, 50)
    assert model.sizes.count(1) == latency.MOST_CALLS + 1
    assert max(model.sizes) == 50


def test_the_first_call_is_left_out(timed):
    assert timed(Slow(call_s=0.001, first_s=0.5), 10).single_row_us == pytest.approx(1_000)


def test_a_model_of_ten_seconds_is_asked_once(timed):
    model = Slow(call_s=10)
    found = timed(model, 100)
    assert model.sizes == [1]
    assert found.single_row_us == found.single_row_p95_us == found.batch_row_us == 10e6


def test_batches_stop_growing_before_they_take_long(timed):
    model = Slow(row_s=0.02)
    found = timed(model, 5_000)
    assert max(model.sizes) == 10
    assert found.batch_row_us == pytest.approx(20_000)
    assert model.now < 1.0


def test_the_slowest_model_that_is_asked_again_takes_a_second_or_two(timed):
    model = Slow(row_s=0.099)
    timed(model, 5_000)
    assert model.now < 1.5


def test_one_row_is_enough(timed):
    model = Slow(call_s=0.001)
    found = timed(model, 1)
    assert set(model.sizes) == {1}
    assert found.batch_row_us == found.single_row_us


def test_the_95th_percentile_is_one_of_the_times():
    assert latency._percentile([float(n) for n in range(100)]) == 95.0
    assert latency._percentile([3.0]) == 3.0
