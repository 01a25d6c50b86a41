import numpy as np
import pandas as pd
from sklearn.base import clone

from mlctl.estimators.levels import MISSING, RARE, CategoryLevels


def column(values, **kinds):
    return pd.DataFrame({"c": pd.Series(values, **kinds)})


def test_small_tables_keep_their_levels():
    levels = clone(CategoryLevels()).fit(column(["a", "b", "b", None]))
    assert [kept.tolist() for kept in levels.levels_] == [[MISSING, "a", "b"]]
    named = levels.transform(column(["b", None, "unseen"]))
    assert named.ravel().tolist() == ["b", MISSING, RARE]
    assert named.dtype == object
    assert all(type(name) is str for name in named.ravel())


def test_rare_levels_are_merged():
    values = ["often"] * 980 + ["ten"] * 10 + ["nine"] * 9 + [None]
    levels = CategoryLevels().fit(column(values))
    assert levels.levels_[0].tolist() == ["often", "ten"]
    assert levels.transform(column(["nine", None])).ravel().tolist() == [RARE, RARE]
    few = CategoryLevels().fit(column(["a"] * 198 + ["b"] * 2))
    assert few.levels_[0].tolist() == ["a", "b"]
    assert CategoryLevels().fit(column(["a"] * 299 + ["b"])).levels_[0].tolist() == ["a"]


def test_no_more_levels_than_asked_the_frequent_first():
    values = ["c"] * 3 + ["b"] * 3 + ["a"] * 2
    assert CategoryLevels(max_levels=2, min_rows=1).fit(column(values)).levels_[0].tolist() == ["b", "c"]


def test_a_million_names_cost_no_memory():
    names = column([f"name {i}" for i in range(100_000)] + ["frequent"] * 50)
    levels = CategoryLevels(max_levels=50).fit(names)
    assert levels.levels_[0].tolist() == ["frequent"]


def test_every_type_that_a_column_may_have():
    fitted = CategoryLevels(min_rows=1).fit(column([1, 2, 3]))
    assert fitted.levels_[0].tolist() == ["1", "2", "3"]
    assert fitted.transform(column([1.0, None, 3.0])).ravel().tolist() == ["1", RARE, "3"]
    assert fitted.transform(column(["2"])).ravel().tolist() == ["2"]
    assert fitted.transform(column([1, pd.NA], dtype="Int64")).ravel().tolist() == ["1", RARE]
    assert fitted.transform(column(["1", "2"], dtype="category")).ravel().tolist() == ["1", "2"]
    truths = CategoryLevels(min_rows=1).fit(column([True, False]))
    assert truths.levels_[0].tolist() == ["False", "True"]
    times = CategoryLevels(min_rows=1).fit(column(pd.to_datetime(["2026-01-09", None])))
    assert times.levels_[0].tolist() == ["2026-01-09 00:00:00", MISSING]
    assert (
        times.transform(column(pd.to_datetime(["2026-01-09"]).as_unit("ns"))).item() == "2026-01-09 00:00:00"
    )


def test_arrays_and_names():
    levels = CategoryLevels().fit(np.array([["x", 1.0], ["y", np.nan]], dtype=object))
    assert levels.transform([["x", None]]).tolist() == [["x", MISSING]]
    assert levels.get_feature_names_out(["p", "q"]).tolist() == ["p", "q"]
    assert levels.__sklearn_tags__().input_tags.categorical
