import numpy as np
import pandas as pd
import pytest

from mlctl.ml.importance import importance

RNG = np.random.default_rng(7)
FRAME = pd.DataFrame(
    {
        "a": RNG.normal(size=2_000),
        "b": RNG.normal(size=2_000),
        "c": pd.array(RNG.choice(["no", "yes"], 2_000), dtype="str"),
        "none": RNG.normal(size=2_000),
    }
)
COLUMNS = list(FRAME)


def test_numbers_are_measured_in_their_unit():
    found = importance(lambda frame: 3 * frame["a"] + frame["b"], FRAME, COLUMNS)
    # Two independent standard normal values lie 2 / √π apart on average.
    assert found["a"] == pytest.approx(3 * 2 / np.sqrt(np.pi), rel=0.05)
    assert found["b"] == pytest.approx(2 / np.sqrt(np.pi), rel=0.05)
    assert found["c"] == found["none"] == 0


@pytest.mark.parametrize("labels", [("no", "yes"), (0, 1), (False, True)])
def test_labels_by_the_share_that_changes(labels):
    found = importance(lambda frame: np.where(frame["c"] == "yes", *labels), FRAME, COLUMNS)
    assert found["c"] == pytest.approx(0.5, abs=0.03)
    assert found["a"] == 0


def test_probabilities_by_the_total_variation():
    def shares(frame):
        yes = np.where(frame["c"] == "yes", 0.9, 0.1)
        return np.column_stack([1 - yes, yes])

    found = importance(shares, FRAME, COLUMNS)
    assert found["c"] == pytest.approx(0.5 * 0.8, abs=0.03)
    assert found["none"] == 0


def test_the_seed_decides_and_the_table_stays():
    before = FRAME.copy()
    one, same, other = (
        importance(lambda frame: frame["a"] * frame["b"], FRAME, COLUMNS, seed=seed) for seed in (0, 0, 1)
    )
    assert one == same
    assert one["a"] != other["a"]
    assert other["a"] == pytest.approx(one["a"], rel=0.2)
    pd.testing.assert_frame_equal(FRAME, before)


def test_so_many_rows_are_answered_in_so_many_calls():
    asked = []

    def answer(frame):
        asked.append(len(frame))
        assert frame.dtypes.equals(FRAME.dtypes)
        return frame["a"]

    importance(answer, FRAME, COLUMNS)
    assert asked == [1_000, 3_000, 3_000, 3_000, 3_000]
    assert importance(answer, FRAME[:1], ["a"]) == {"a": 0.0}
    assert asked[5:] == [1, 3]
    assert importance(answer, FRAME, []) == {}
