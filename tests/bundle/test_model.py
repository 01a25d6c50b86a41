"""Rows and tables through a loaded model: what is taken, what is refused, and in which words."""

import builtins
import sys

import numpy as np
import pytest

from mlctl.bundle.runtime import InputError, load
from tests.bundle.files import model_of, written
from tests.bundle.test_hostile import ROW

SUM = {"op": "linear", "coef": 0, "intercept": 1.0, "link": "identity"}
LOG = {"op": "pipeline", "steps": [{"op": "function", "function": "log"}, {"op": "check", "gaps": False}]}


def numbers(count=2, **options):
    """Return a model that adds its columns, and one."""
    return load(model_of(SUM, "n" * count, arrays=(([1.0] * count, "f8"),)), **options)


def log_of_one(**options):
    """Return a model that refuses what is not positive, and a missing value, only within."""
    return load(model_of({**LOG, "estimator": SUM}, arrays=(([1.0], "f8"),)), **options)


def test_what_a_model_says_of_itself():
    model = load(written("linear").to_bytes())
    assert model.task == "classification"
    assert model.classes == (0, 1, 2)
    assert model.has_probabilities
    assert model.columns[0] == ("sepal length (cm)", "number", None)
    assert numbers().task == "regression"
    assert not numbers().has_probabilities


def test_a_row_in_any_order_with_values_of_any_kind():
    model = numbers()
    for row in (
        {"x0": 2.0, "x1": 3.0},
        {"x1": 3, "x0": 2},
        {"x1": "3", "x0": " 2e0 "},
        {"x0": True, "x1": 4.0},
    ):
        assert model.predict_row(row).value == 6.0
    assert model.predict_row({"x0": 1e308, "x1": -1e308}).value == 1.0
    assert model.predict_row({"x0": 2.0, "x1": 3.0, "other": "x"}) == (6.0, None)
    assert load(model_of(SUM, "n", arrays=(([1.0], "f8"),))).predict_row({"x0": 2}).value == 3.0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {"x0": 1.0},
            "column 'x1', row 7: the model needs this column, and it is not there",
        ),
        ({}, "column 'x0', row 7: the model needs this column, and it is not there"),
        ([1.0, 2.0], "row 7: a row is an object that names its columns"),
        ("text", "row 7: a row is an object that names its columns"),
        (None, "row 7: a row is an object that names its columns"),
        ({"x0": 1.0, "x1": "many"}, "column 'x1', row 7: 'many' is not a number"),
        (
            {"x0": float("inf"), "x1": 1.0},
            "column 'x0', row 7: inf is infinite; no model was trained on infinities",
        ),
    ],
)
def test_rows_that_are_refused(row, said):
    with pytest.raises(InputError) as caught:
        numbers().predict_row(row, number=7)
    assert str(caught.value) == said
    assert caught.value.row == 7


def test_unknown_columns_are_refused_where_that_is_asked_for():
    row = {"x0": 1.0, "x1": 2.0, "x2": 3.0}
    said = "column 'x2', row 1: the model has no such column"
    with pytest.raises(InputError, match=said):
        numbers().predict_row(row, strict=True)
    with pytest.raises(InputError, match=said):
        numbers().predict_columns({name: [value] for name, value in row.items()}, strict=True)
    assert numbers().predict_row({"x0": 1.0, "x1": 2.0}, strict=True).value == 4.0


def test_a_row_of_values_in_the_models_order():
    assert numbers().predict_values([2.0, "3"]).value == 6.0
    with pytest.raises(InputError, match="column 'x1', row 4: 'many' is not a number"):
        numbers().predict_values([1.0, "many"], number=4)
    with pytest.raises(InputError, match="row 5: a number becomes infinite within the model"):
        log_of_one().predict_values([0.0], number=5)
    with pytest.raises(InputError, match="row 6: has 1 values for 2 columns"):
        numbers().predict_values([0.0], number=6)


def test_the_nearest_name_is_offered():
    model = load(written("linear").to_bytes())
    wrong = {name.replace("petal", "petals"): value for name, value in ROW.items()}
    with pytest.raises(InputError, match=r"'petal length \(cm\)', row 1: .*mean 'petals length \(cm\)'"):
        model.predict_row(wrong)
    with pytest.raises(InputError, match="'sepal', row 1: the model has no such column"):
        model.predict_row({**ROW, "sepal": 1.0}, strict=True)


def test_the_texts_that_mean_missing_are_the_callers():
    clean = {
        "op": "pipeline",
        "steps": [{"op": "impute", "fill": 0, "keep": [0], "told": []}],
        "estimator": SUM,
    }
    data = model_of(clean, arrays=(([5.0], "f8"),))
    assert load(data).predict_row({"x0": ""}).value == 26.0
    assert load(data, missing=["NA"]).predict_row({"x0": "NA"}).value == 26.0
    with pytest.raises(InputError, match="'' is not a number"):
        load(data, missing=()).predict_row({"x0": ""})


@pytest.mark.parametrize("numpy", [False, True])
def test_bad_rows_are_set_aside_with_their_numbers(numpy):
    model = log_of_one(numpy=numpy)
    values = [1.0, "x", 0.0, None, float(np.e), float("inf")]
    for answers, bad in (
        (lambda bad: model.predict_rows([{"x0": value} for value in values], first=11, bad=bad), []),
        (lambda bad: model.predict_columns({"x0": values}, first=11, bad=bad), []),
    ):
        found = answers(bad)
        assert list(found.rows) == [0, 4]
        assert len(found) == 2
        assert [answer.value for answer in found] == [1.0, 2.0]
        assert [error.row for error in bad] == [12, 13, 14, 16]
        assert [error.column for error in bad] == ["x0", None, None, "x0"]
        with pytest.raises(InputError, match="row 12"):
            answers(None)
    with pytest.raises(InputError, match="row 2: a number becomes infinite within the model"):
        model.predict_columns({"x0": [1.0, 0.0]})
    with pytest.raises(InputError, match="row 1: a value is missing"):
        model.predict_row({"x0": None})


@pytest.mark.parametrize("numpy", [False, True])
def test_tables_of_lists_and_arrays_of_many_kinds(numpy):
    model = load(written("linear").to_bytes(), numpy=numpy)
    lists = {name: [value, value + 1.0] for name, value in ROW.items()}
    arrays = {name: np.array(values, dtype=np.float32) for name, values in lists.items()}
    objects = {
        name: np.array([str(value) for value in values], dtype=object) for name, values in lists.items()
    }
    mixed = {name: tuple(values) for name, values in lists.items()}
    want = [model.predict_row(dict(zip(ROW, row, strict=True))) for row in zip(*lists.values(), strict=True)]
    for table in (lists, arrays, objects, mixed):
        found = list(model.predict_columns(table))
        assert [answer.value for answer in found] == [answer.value for answer in want]
        close = [answer.probabilities for answer in found]
        np.testing.assert_allclose(close, [answer.probabilities for answer in want], atol=1e-6)
    assert [type(answer.value) for answer in model.predict_columns(lists)] == [int, int]
    assert list(model.predict_columns({name: [] for name in ROW})) == []
    assert list(model.predict_rows([])) == []
    with pytest.raises(InputError, match="row 2: the columns are not of one length"):
        model.predict_columns({**lists, "petal width (cm)": [1.0]})
    with pytest.raises(InputError, match="'petal width \\(cm\\)', row 1: the model needs this column"):
        model.predict_columns({name: lists[name] for name in list(ROW)[:3]})
    infinite = {**arrays, "petal width (cm)": np.array([1.0, np.inf])}
    with pytest.raises(InputError, match="row 2: inf is infinite"):
        model.predict_columns(infinite)


@pytest.mark.parametrize("numpy", [False, True])
def test_a_bad_row_within_a_classifier_leaves_the_others_their_probabilities(numpy):
    node = {"op": "logistic", "coef": 0, "intercept": 1, "link": "logistic"}
    data = model_of({**LOG, "estimator": node}, classes=("a", "b"), arrays=(([[1.0]], "f8"), ([0.0], "f8")))
    bad = []
    found = list(load(data, numpy=numpy).predict_columns({"x0": [1.0, 0.0, 3.0]}, bad=bad))
    assert [answer.value for answer in found] == ["a", "b"]
    assert [error.row for error in bad] == [2]
    np.testing.assert_allclose([answer.probabilities for answer in found], [[0.5, 0.5], [0.25, 0.75]])
    hard = {"op": "vote", "classes": 2, "members": [node], "weights": 1, "hard": True}
    whole = {**LOG, "estimator": hard}
    data = model_of(whole, classes=("a", "b"), arrays=(([[1.0]], "f8"), ([1.0], "f8")))
    bad = []
    found = list(load(data, numpy=numpy).predict_columns({"x0": [0.0, 3.0]}, bad=bad))
    assert found == [("b", None)]


def test_a_model_of_no_column_and_one_of_dates():
    constant = {"op": "constant", "classes": 0, "number": 1.5}
    for numpy in (False, True):
        model = load(model_of(constant, ""), numpy=numpy)
        assert model.predict_row({}).value == 1.5
        assert list(model.predict_columns({"any": [1, 2]}).values) == [1.5, 1.5]
        assert list(model.predict_columns({}).values) == []
        time = {"op": "pipeline", "steps": [{"op": "time"}], "estimator": SUM}
        model = load(model_of(time, "dn", arrays=(([1.0, 1.0], "f8"),)), numpy=numpy)
        times = np.array(["1970-01-02", "NaT"], dtype="datetime64[ns]")
        found = model.predict_columns({"x0": times, "x1": [0.5, 0.5]}).values
        np.testing.assert_array_equal(np.array(found), [2.5, np.nan])


def test_numpy_is_imported_only_where_it_pays(monkeypatch):
    real = builtins.__import__
    asked = []

    def absent(name, *rest, **more):
        if name == "numpy":
            asked.append(name)
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "numpy")
    monkeypatch.setattr(builtins, "__import__", absent)
    model = numbers()
    model.predict_columns({"x0": [1.0], "x1": [2.0]})
    assert not asked
    assert len(model.predict_columns({"x0": [1.0] * 400_000, "x1": [2.0] * 400_000})) == 400_000
    assert asked
    with pytest.raises(ImportError, match="cannot be imported"):
        numbers(numpy=True)


def test_numpy_is_taken_for_a_large_table_once_it_is_there():
    model = numbers()
    small, large = model.predict_columns({"x0": [1.0], "x1": [2.0]}), [1.0] * 20_000
    assert isinstance(small.values, list)
    assert isinstance(model.predict_columns({"x0": large, "x1": large}).values, np.ndarray)
    assert isinstance(model.predict_rows([{"x0": 1.0, "x1": 1.0}] * 20_000).values, np.ndarray)
