import numpy as np
import pandas as pd
import pytest

from mlctl.data.target import infer_task, settle

RNG = np.random.default_rng(0)


def settled(values, task=None, positive=None, folds=5, accuracy=True):
    series = pd.Series(values, name="y")
    return settle(series, task=task, positive=positive, folds=folds, accuracy=accuracy)


@pytest.mark.parametrize(
    ("values", "task", "reason"),
    [
        ([True, False] * 10, "classification", "y is true or false"),
        (["a", "b"] * 10, "classification", "y is text with 2 distinct values"),
        ([0.5, 1.0] * 10, "regression", "y has fractional numbers"),
        ([1.0, 2.0, 3.0] * 10, "classification", "y has 3 distinct whole numbers in 30 rows"),
        (list(range(20)) * 10, "classification", "y has 20 distinct whole numbers in 200 rows"),
        (list(range(20)) * 9, "regression", "y has 20 distinct whole numbers in 180 rows"),
        (list(range(21)) * 100, "regression", "y has 21 distinct whole numbers in 2,100 rows"),
        ([1, 2, 3, 4, 5], "classification", "y has 5 distinct whole numbers in 5 rows"),
        ([1e300, 2.0] * 10, "regression", "y has fractional numbers"),
        (pd.to_datetime(["2026-01-01", "2026-01-02"]), "regression", "y is a date"),
    ],
)
def test_the_task_is_inferred_and_the_reason_given(values, task, reason):
    assert infer_task(pd.Series(values, name="y")) == (task, reason)


@pytest.mark.parametrize(
    ("values", "classes", "positive", "dtype"),
    [
        (["no", "yes"] * 10, ("no", "yes"), "yes", "object"),
        ([1, 0] * 10, (0, 1), 1, "int64"),
        ([1.0, 0.0, None] * 10, (0, 1), 1, "int64"),
        ([True, False] * 10, (False, True), True, "bool"),
        ([True, None, False] * 10, (False, True), True, "bool"),
        (["b", "c", "a"] * 10, ("a", "b", "c"), None, "object"),
    ],
)
def test_labels_classes_and_the_positive_one(values, classes, positive, dtype):
    target = settled(values)
    assert target.task == "classification"
    assert target.classes == classes
    assert [type(label) for label in target.classes] == [type(label) for label in classes]
    assert target.positive == positive
    assert target.values.dtype == dtype
    assert target.problems == []
    assert len(target.values) == int(pd.Series(values).notna().sum())


def test_labels_are_the_values_row_by_row():
    assert settled(["b", "a", "b"] * 5).values.tolist() == ["b", "a", "b"] * 5


@pytest.mark.parametrize(("asked", "positive"), [("no", "no"), ("NO", "no"), (None, "yes")])
def test_the_positive_class_is_named(asked, positive):
    assert settled(["no", "yes"] * 10, positive=asked).positive == positive


@pytest.mark.parametrize(("asked", "positive"), [(0, 0), ("0", 0)])
def test_the_positive_class_is_compared_as_text_too(asked, positive):
    assert settled([0, 1] * 10, positive=asked).positive == positive


def test_true_is_the_positive_of_booleans():
    assert settled([True, False] * 10, positive="false").positive is False


@pytest.mark.parametrize(
    ("values", "positive", "said", "hint"),
    [
        (["no", "yes"] * 10, "maybe", "data.positive: 'maybe' is no class", "the classes are 'no', 'yes'"),
        (["a", "b", "c"] * 10, "a", "data.positive: there are 3 classes, not two", "leave it out"),
        ([0.5, 1.5] * 10, 1, "data.positive: a regression has no positive class", "leave it out"),
    ],
)
def test_a_positive_class_that_is_none(values, positive, said, hint):
    (problem,) = settled(values, positive=positive).problems
    assert problem.message == said
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("values", "task", "said"),
    [
        ([None, None], None, "data.target: column 'y' holds no value"),
        (["a"] * 9, None, "data.target: column 'y' is 'a' in every row"),
        ([7] * 9, None, "data.target: column 'y' is '7' in every row"),
        ([0.5] * 9, None, "data.target: column 'y' is '0.5' in every row"),
        ([0.5, np.inf, -np.inf], None, "data.target: column 'y' has 2 infinite values"),
        (["a", "b"] * 9, "regression", "data.target: column 'y' is text, and a regression needs numbers"),
        (
            pd.to_datetime(["2026-01-01"]),
            None,
            "data.target: column 'y' is date, and a regression needs numbers",
        ),
        (
            [f"text {n}" for n in range(101)] * 9,
            None,
            "data.target: column 'y' looks like free text: 101 distinct values in 909 rows",
        ),
        (
            [f"text {n}" for n in range(21)],
            None,
            "data.target: column 'y' looks like free text: 21 distinct values in 21 rows",
        ),
        (
            ["a"] * 9 + ["b"] * 4 + ["c"],
            None,
            "data.target: classes of 'y' with fewer rows than the 5 folds: 'b' 4, 'c' 1",
        ),
        (
            [f"class {n}" for n in range(101)] * 2,
            "classification",
            (
                "data.target: classes of 'y' with fewer rows than the 5 folds: 'class 0' 2, 'class 1' 2, "
                "'class 10' 2, 'class 100' 2, 'class 11' 2 and 96 more"
            ),
        ),
    ],
)
def test_a_target_that_cannot_be_learned_is_a_problem(values, task, said):
    (problem,) = settled(values, task).problems
    assert problem.message.startswith(said)
    assert problem.hint


def test_fewer_folds_are_proposed_where_they_would_do():
    assert "cross_validation.folds: 4" in settled(["a"] * 9 + ["b"] * 4).problems[0].hint
    assert "leave those rows out" in settled(["a"] * 9 + ["b"]).problems[0].hint
    assert settled(["a"] * 9 + ["b"] * 4, folds=4).problems == []


def test_booleans_may_be_a_regression():
    assert settled([True, False] * 9, "regression").values.tolist() == [1.0, 0.0] * 9


@pytest.mark.parametrize("values", [[0.5, 1.5] * 9, pd.to_datetime(["2026-01-01", "2026-01-02"] * 9)])
def test_classes_that_are_no_names_become_names_and_it_is_said(values):
    target = settled(values, "classification")
    assert all(isinstance(label, str) for label in target.classes)
    assert [finding.code for finding in target.findings] == ["MLC014"]


def test_a_rare_class_under_accuracy():
    values = ["no"] * 81 + ["yes"] * 19
    (finding,) = settled(values).findings
    assert finding.code == "MLC006"
    assert (
        "class 'yes' has 19.0% of the rows: answering 'no' always has an accuracy of 0.810" in finding.message
    )
    assert "roc_auc and balanced_accuracy_score" in finding.hint
    assert settled(values, accuracy=False).findings == []
    assert settled(["no"] * 80 + ["yes"] * 20).findings == []


def test_a_skewed_target_of_a_regression():
    (finding,) = settled(RNG.exponential(size=5000) ** 2).findings
    assert finding.code == "MLC009"
    assert "a few large values decide squared errors" in finding.message
    assert "a few small values" in settled(-(RNG.exponential(size=5000) ** 2)).findings[0].message
    assert settled(RNG.normal(size=5000)).findings == []


def test_words_and_numbers_in_one_column_are_labels_by_their_spelling():
    mixed = pd.Series(["1", 1, "b", 2, "b", "b", 1, 1, "1", 2, 2, 2], name="y", dtype=object)
    found = settle(mixed, task="classification", positive=None, folds=2, accuracy=True)
    assert found.classes == ("1", "2", "b")
