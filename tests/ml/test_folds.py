import numpy as np
import pandas as pd
import pytest

from mlctl.errors import DataError
from mlctl.ml.folds import make_folds

LABELS = np.array(["a", "b"] * 50, dtype=object)
NUMBERS = np.arange(100.0)


def test_classes_are_dealt_out_evenly_and_anew_where_rows_are_few():
    folds = make_folds(LABELS, task="classification", method="hash")
    assert (folds.kind, folds.repeats, len(folds.pairs)) == ("stratified", 3, 15)
    assert folds.test_to_train == 0.25
    for train, test in folds.pairs:
        assert sorted(LABELS[test]) == ["a"] * 10 + ["b"] * 10
        assert sorted([*train, *test]) == list(range(100))
    first, second = folds.pairs[0][1], folds.pairs[5][1]
    assert first.tolist() != second.tolist()
    assert first.dtype == np.int64


def test_the_same_seed_gives_the_same_folds():
    one, same, other = (make_folds(NUMBERS, task="regression", method="random", seed=s) for s in (1, 1, 2))
    assert one.kind == "random"
    assert [t.tolist() for _, t in one.pairs] == [t.tolist() for _, t in same.pairs]
    assert [t.tolist() for _, t in one.pairs] != [t.tolist() for _, t in other.pairs]


def test_repeats():
    assert make_folds(np.arange(1000.0), task="regression", method="random").repeats == 1
    assert len(make_folds(NUMBERS, task="regression", method="random", folds=2, repeats=4).pairs) == 8


def test_a_class_too_small_for_the_folds():
    target = np.array(["a"] * 50 + ["b"] * 4 + ["c"] * 3, dtype=object)
    with pytest.raises(
        DataError, match=r"fewer than 5 training rows of class 'b' \(4\), 'c' \(3\)"
    ) as caught:
        make_folds(target, task="classification", method="hash")
    assert "cross_validation.folds" in caught.value.hint


def test_labels_that_are_booleans_or_numbers():
    assert len(make_folds(np.array([True, False] * 20), task="classification", method="random").pairs) == 15
    with pytest.raises(DataError, match=r"class 7 \(1\)"):
        make_folds(np.array([1] * 20 + [7]), task="classification", method="random")


def test_too_few_rows():
    with pytest.raises(DataError, match="9 training rows are too few for 5 folds"):
        make_folds(np.arange(9.0), task="regression", method="random")


def test_groups_stay_whole():
    groups = pd.Series(np.repeat(np.arange(20), 5), index=range(500, 600)).astype(object)
    groups[:5] = None
    for target, task in ((LABELS, "classification"), (NUMBERS, "regression")):
        folds = make_folds(target, task=task, method="group", groups=groups, repeats="auto")
        assert (folds.kind, folds.repeats, len(folds.pairs)) == ("group", 1, 5)
        for train, test in folds.pairs:
            assert not set(groups.iloc[train]) & set(groups.iloc[test])
    twice = make_folds(NUMBERS, task="regression", method="group", groups=groups, repeats=2)
    assert twice.pairs[0][1].tolist() != twice.pairs[5][1].tolist()


def test_too_few_groups():
    with pytest.raises(DataError, match="2 groups among the training rows are too few for 5 folds"):
        make_folds(NUMBERS, task="regression", method="group", groups=["x", "y"] * 50)


def test_in_time_the_past_is_fitted_and_what_comes_next_is_scored():
    times = np.repeat(np.arange(50), 2)[::-1]
    folds = make_folds(NUMBERS, task="regression", method="time", times=times, repeats=3)
    assert (folds.kind, folds.repeats, len(folds.pairs)) == ("time", 1, 5)
    for train, test in folds.pairs:
        assert times[train].max() < times[test].min()
    assert [len(test) for _, test in folds.pairs] == [16] * 5
    assert folds.test_to_train == pytest.approx(np.mean([16 / n for n in (20, 36, 52, 68, 84)]))


def test_too_few_times():
    with pytest.raises(DataError, match="4 distinct times among the training rows are too few for 5 folds"):
        make_folds(NUMBERS, task="regression", method="time", times=np.repeat([1, 2, 3, 4], 25))


def test_a_past_of_one_class():
    target = np.array(["a"] * 50 + ["b"] * 50, dtype=object)
    with pytest.raises(DataError, match="the 20 training rows of fold 1 are all of class 'a'"):
        make_folds(target, task="classification", method="time", times=np.arange(100))
