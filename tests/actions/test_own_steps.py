import pandas as pd
import pytest

from mlctl.actions.own_steps import doubts, stepped, transformer_of
from mlctl.data.read import ReadTable
from mlctl.errors import DataError, MlctlError, UsageError
from mlctl.params.load import from_dict

TEXT = """
def good(frame):
    frame["b"] = frame["a"] * 2
    return frame
def mean(frame):
    return frame - frame.mean()
def gaps(frame):
    frame["a"] = frame["a"].where(frame["a"] > frame["a"].min())
    return frame
def fewer(frame): return frame.iloc[1:]
def whole(frame):
    assert len(frame) == 6
    return frame
def wide(frame):
    for name in "bcdef": frame[name] = frame["a"].sum()
    return frame
def columns(frame):
    frame[f"n{len(frame)}"] = 1
    return frame
def none(frame): return frame.iloc[:0]
def number(frame): return 3
def boom(frame): return frame["x"]
class Scaler:
    def fit(self, X, y): ...
    def transform(self, X): ...
"""
SOURCES = {"code/s.py": TEXT}
TABLE = ReadTable(pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 7]}), ("a note",))


def parameters(name, **keys):
    tree = {"project": "p", "model": "m", "data": {"source": "sklearn:iris", "target": "target"}}
    steps = {"steps": {"preprocess": f"s.py:{name}"}} if name else {}
    return from_dict(tree | steps | keys, {}).parameters


def test_a_table_as_the_function_makes_it():
    found = stepped(parameters("good"), TABLE, SOURCES)
    assert found.frame["b"].tolist() == [2, 4, 6, 8, 10, 14]
    assert found.notes == ("a note",)
    assert list(TABLE.frame) == ["a"]
    (said,) = doubts(parameters("good"), TABLE, SOURCES)
    assert "is no part of it" in said


@pytest.mark.parametrize("name", [None, "Scaler"])
def test_tables_that_stay_as_they_are(name):
    assert stepped(parameters(name), TABLE, SOURCES) is TABLE
    assert doubts(parameters(name), TABLE, SOURCES) == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mean", "something else in a;"),
        ("gaps", "something else in a;"),
        ("fewer", "returned 5 of 6 rows"),
        ("fewer", "something else in the number of rows;"),
        ("whole", "something else in the number of rows;"),
        ("wide", "something else in b, c, d and 2 more;"),
        ("columns", "something else in its columns;"),
    ],
)
def test_what_makes_scores_look_better(name, said):
    assert any(said in line for line in doubts(parameters(name), TABLE, SOURCES))


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("none", DataError, "returned no row"),
        ("number", DataError, "returned a value of type int"),
        ("boom", MlctlError, r"s\.py, line \d+: KeyError: 'x'"),
    ],
)
def test_functions_that_give_no_table(name, kind, message):
    with pytest.raises(kind, match=message) as caught:
        stepped(parameters(name), TABLE, SOURCES)
    assert caught.value.exit_code in (1, 5)


def test_a_transformer_stands_in_the_place_of_preprocess():
    _, name = transformer_of(parameters("Scaler"), SOURCES)
    assert name == "s:Scaler"
    assert transformer_of(parameters("good"), SOURCES) is None
    assert transformer_of(parameters(None), SOURCES) is None
    with pytest.raises(UsageError, match="in the place of preprocess"):
        transformer_of(parameters("Scaler", preprocess={"scale": "minmax"}), SOURCES)
