import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

from mlctl.errors import DataError, UsageError
from mlctl.ml.splits import make_split
from mlctl.params.model import Split as Options

LABELS = np.array(["a", "b"] * 100, dtype=object)
NUMBERS = np.arange(200.0)
ROWS = pd.DataFrame({"x": np.arange(200)})


def split(target=NUMBERS, identity=ROWS, *, times=None, groups=None, **options):
    task = "classification" if target.dtype == object or target.dtype.kind == "i" else "regression"
    return make_split(Options(**options), target, task=task, identity=identity, times=times, groups=groups)


def test_the_rows_of_iris_that_scikit_learn_draws():
    iris = load_iris(as_frame=True)
    target = iris.target.to_numpy()
    found = split(target, iris.data, method="random", train_size=0.8, random_state=2023)
    assert iris.data.iloc[found.train[0]].tolist() == [4.9, 3.1, 1.5, 0.1]
    assert (len(found.train), len(found.test)) == (120, 30)
    assert found.said == "held out 30 of 150 rows, at random (seed 2023)"


@pytest.mark.parametrize(
    "sizes", [{"test_size": 0.25}, {"train_size": 0.5}, {"train_size": 0.5, "test_size": 0.1}, {}]
)
def test_at_random_is_exactly_scikit_learns(sizes):
    found = split(method="random", random_state=3, **sizes)
    train, test = train_test_split(range(200), random_state=3, **(sizes or {"test_size": 0.2}))
    assert found.train.tolist() == train
    assert found.test.tolist() == test
    assert found.train.dtype == np.int64


def test_stratified_keeps_the_shares():
    target = np.array(["a"] * 180 + ["b"] * 20, dtype=object)
    found = split(target, method="stratified", test_size=0.1)
    assert sorted(target[found.test]) == ["a"] * 18 + ["b"] * 2
    with pytest.raises(UsageError, match="needs classes"):
        split(method="stratified")
    with pytest.raises(DataError, match="least populated class"):
        split(np.array(["a"] * 199 + ["b"], dtype=object), method="stratified")


def test_a_hash_split_is_for_ever():
    found = split()
    assert found.method == "hash"
    assert sorted([*found.train, *found.test]) == list(range(200))
    assert 0.1 < len(found.test) / 200 < 0.3
    held_out = set(ROWS["x"].iloc[found.test])
    more = pd.DataFrame({"x": np.random.default_rng(0).permutation(1000)})
    again = split(np.arange(1000.0), more)
    assert held_out <= set(more["x"].iloc[again.test])
    assert set(ROWS["x"].iloc[found.train]) <= set(more["x"].iloc[again.train])
    assert "a row keeps its side for ever" in found.said
    assert split(random_state=1).test.tolist() != found.test.tolist()


def test_less_training_leaves_the_held_out_rows_as_they_are():
    whole, half = split(test_size=0.2), split(test_size=0.2, train_size=0.4)
    assert half.test.tolist() == whole.test.tolist()
    assert set(half.train) < set(whole.train)
    assert 60 < len(half.train) < 100
    assert len(split(train_size=0.5).test) == pytest.approx(100, abs=25)


def test_rows_that_are_all_alike_are_told_apart_by_their_order():
    lumpy = pd.DataFrame({"x": [1, 2] * 100})
    found = split(identity=lumpy)
    assert 0.1 < len(found.test) / 200 < 0.3
    assert "only 2 are distinct" in found.said
    assert split(NUMBERS[:150], lumpy[:150]).test.tolist() == found.test[found.test < 150].tolist()


def test_too_few_rows_to_hold_any_out():
    with pytest.raises(DataError, match="of 2 rows none would be held out"):
        split(NUMBERS[:2], ROWS[:2], test_size=0.01)
    with pytest.raises(DataError, match="none would be trained on"):
        split(NUMBERS[:2], ROWS[:2], test_size=0.99)
    with pytest.raises(DataError, match="train set will be empty"):
        split(NUMBERS[:1], ROWS[:1], method="random")


def test_one_class_to_train_on():
    target = np.array(["b", *["a"] * 9], dtype=object)
    times = pd.Series(pd.date_range("2026-01-01", periods=10)[::-1])
    with pytest.raises(DataError, match="all 8 training rows are of class 'a'"):
        split(target, times=times)


def test_the_last_rows_in_time():
    times = pd.Series(pd.date_range("2026-01-01", periods=200, freq="h")[::-1])
    found = split(times=times)
    assert found.method == "time"
    assert sorted(found.test) == list(range(40))
    assert times.iloc[found.train].is_monotonic_increasing
    assert found.said == "held out 40 of 200 rows, from 2026-01-07 16:00:00 on"
    late = split(times=times, test_size=0.2, train_size=0.3)
    assert late.train.tolist() == found.train[-60:].tolist()


def test_one_moment_is_not_on_both_sides():
    times = pd.Series(np.repeat([1, 2, 3, 4], 50))
    found = split(times=times, test_size=0.3)
    assert sorted(set(times.iloc[found.test])) == [4]
    with pytest.raises(DataError, match="none would be trained on"):
        split(times=pd.Series([1] * 200))


def test_rows_without_a_time():
    with pytest.raises(DataError, match="2 of 200 rows have no time"):
        split(times=pd.Series([None, None, *range(198)]))


def test_whole_groups():
    groups = pd.Series(np.repeat([f"g{i}" for i in range(20)], 10))
    found = split(groups=groups)
    assert found.method == "group"
    assert not set(groups.iloc[found.test]) & set(groups.iloc[found.train])
    assert len(found.test) == 40
    assert found.said == "held out 40 of 200 rows, 4 of 20 whole groups"
    assert split(groups=groups, random_state=1).test.tolist() != found.test.tolist()
    half = split(groups=groups, test_size=0.2, train_size=0.5)
    assert (half.test.tolist(), len(half.train)) == (found.test.tolist(), 100)


def test_rows_without_a_group_are_one_group():
    groups = pd.Series([None] * 100 + list(range(100)))
    found = split(groups=groups, test_size=0.2)
    gaps = set(range(100))
    assert gaps <= set(found.test) or gaps <= set(found.train)


def test_a_single_group():
    with pytest.raises(DataError, match="none would be held out"):
        split(groups=pd.Series(["all"] * 200))


@pytest.mark.parametrize("method", ["time", "group"])
def test_a_method_without_its_column(method):
    with pytest.raises(UsageError, match=f"needs a {method} column"):
        split(method=method)
