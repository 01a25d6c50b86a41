import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from mlctl.data.diff import Categories, TypeChange, diff
from mlctl.errors import DataError

from .frames import plain, strange_tables


def test_rows_columns_and_types():
    one = pd.DataFrame({"a": [1, 2, 2, 3], "b": ["x", "y", "z", "x"], "old": 1, "empty": np.nan})
    other = pd.DataFrame({"b": ["x", "y", "y"], "a": ["1", "2", "3"], "new": 1, "empty": "full"})
    found = diff(one, other)
    assert found.rows == (4, 3)
    assert (found.added, found.removed) == (("new",), ("old",))
    assert found.types == (TypeChange("a", "number", "text"),)
    assert [column.column for column in found.columns] == ["a", "b", "empty"]
    assert found.columns[0].distribution.kind == "mixed"


def test_categories_that_came_and_went():
    one = pd.DataFrame({"a": ["x"] * 3 + ["y"] * 2 + [None]})
    other = pd.DataFrame({"a": ["x", "new", "new", "newer"]})
    (column,) = diff(one, other).columns
    assert column.appeared == Categories(2, 3, (("new", 2), ("newer", 1)))
    assert column.vanished == Categories(1, 2, (("y", 2),))


def test_only_the_commonest_categories_are_named():
    one = pd.DataFrame({"a": ["x"] * 80})
    other = pd.DataFrame({"a": [f"v{at}" for at in range(80)]})
    (column,) = diff(one, other).columns
    assert (column.appeared.count, column.appeared.rows, len(column.appeared.named)) == (80, 80, 50)


def test_distributions_as_drift_judges_them():
    rng = np.random.default_rng(0)
    one = pd.DataFrame({"a": rng.normal(size=500), "b": rng.normal(size=500)})
    other = one.assign(a=one.a + 1).sample(frac=1, random_state=0)
    found = diff(one, other)
    assert [column.distribution.drifted for column in found.columns] == [True, False]
    assert diff(one, other[:99]).columns[0].distribution.drifted is None


def test_equal_rows_are_counted_once_each():
    one = pd.DataFrame({"a": [1, 1, 1, 2, 3], "b": ["x", "x", "x", "y", None]})
    other = pd.DataFrame({"b": ["x", "x", None, "y"], "a": [1, 1, 3, 9], "more": 0})
    assert diff(one, other).shared == 3
    assert diff(one, one).shared == 5
    assert diff(one, other.rename(columns={"a": "c", "b": "d"})).shared == 0


def test_tables_without_rows():
    one = pd.DataFrame({"a": [1.0]})
    found = diff(one, one[:0])
    assert (found.rows, found.shared, found.columns, found.types) == ((1, 0), 0, (), ())


def test_names_must_differ():
    with pytest.raises(DataError, match="column names repeat: 'a'"):
        diff(pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({"a": [1]}))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(strange_tables(), strange_tables())
def test_strange_tables_give_a_result(one, other):
    found = plain(diff(one, other))
    assert found["shared"] <= min(len(one), len(other))
    assert plain(diff(one, one))["shared"] == len(one)
