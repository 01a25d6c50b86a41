import numpy as np
import pandas as pd
import pytest

from mlctl.data.conform import conform, conform_target
from mlctl.data.examine import examine, types_of
from mlctl.domain.columns import Column
from mlctl.errors import DataError

from .tables import TEXT, read_text, section


@pytest.fixture
def columns(tmp_path):
    rows = [
        (
            n / 8,
            "x" if n % 3 else "007",
            n % 2 > 0,
            f"2026-01-{n % 28 + 1:02}",
            f"{n % 4} and {n} words",
            n % 2,
        )
        for n in range(60)
    ]
    text = "".join(",".join(map(str, row)).lower() + "\n" for row in rows)
    frame = read_text(tmp_path, "n,c,b,d,t,y\n" + text).frame
    found = examine(frame, section())
    assert [column.kind for column in found.columns] == ["number", "category", "boolean", "date", "text"]
    return found.columns


def test_a_new_file_is_read_and_ordered_as_the_training_file(tmp_path, columns):
    frame = read_text(
        tmp_path, "c,extra,d,b,n,t\n007,1,2026-02-01,true,1,12\n", types=types_of(columns)
    ).frame
    found = conform(frame, columns, {})
    assert list(found.columns) == ["n", "c", "b", "d", "t"]
    assert found.iloc[0].tolist() == [1, "007", True, pd.Timestamp(2026, 2, 1), "12"]


def test_columns_without_any_value_have_their_type(tmp_path, columns):
    found = conform(read_text(tmp_path, "n,c,b,d,t\n,,,,\n").frame, columns, {})
    assert [str(dtype) for dtype in found.dtypes] == ["float64", TEXT, "object", "datetime64[ns]", TEXT]
    assert found.isna().all(axis=None)


def test_dates_keep_their_form(tmp_path, columns):
    frame = read_text(tmp_path, "n,c,b,d,t\n1,x,true,31.01.2026,some\n").frame
    assert conform(frame, columns, {"d": "%d.%m.%Y"})["d"][0] == pd.Timestamp(2026, 1, 31)


def test_all_that_is_missing_or_of_another_kind_is_told_at_once(tmp_path, columns):
    frame = read_text(tmp_path, "n,cc,b,d\nmuch,x,perhaps,2026-01-01\n").frame
    with pytest.raises(DataError) as caught:
        conform(frame, columns, {})
    assert caught.value.details == (
        "column 'n': 'much' in row 1 is not a number (the model learned it as number)",
        "there is no column 'c', which the model learned from (did you mean cc?)",
        "column 'b': 'perhaps' in row 1 is not true or false (the model learned it as boolean)",
        "there is no column 't', which the model learned from (the columns are 'n', 'cc', 'b', 'd')",
    )


@pytest.mark.parametrize(
    ("values", "classes", "expected", "dtype"),
    [
        (["no", None, "yes"], ("no", "yes"), ["no", "yes"], "object"),
        ([1.0, None, 0.0], (0, 1, 2), [1, 0], "int64"),
        (["1", None, "0"], (0, 1), [1, 0], "int64"),
        ([1, 2, 1], ("1", "2"), ["1", "2", "1"], "object"),
        ([True, False, True], (False, True), [True, False, True], "bool"),
        ([1.5, None, 2], (), [1.5, 2.0], "float64"),
        ([True, False, True], (), [1.0, 0.0, 1.0], "float64"),
        ([None, None], (), [], "float64"),
    ],
)
def test_answers_are_the_model_s_own(values, classes, expected, dtype):
    found, kept = conform_target(pd.DataFrame({"y": values}), "y", classes)
    assert found.tolist() == expected
    assert found.dtype == dtype
    assert kept.tolist() == np.flatnonzero(pd.Series(values).notna()).tolist()


@pytest.mark.parametrize(
    ("frame", "classes", "said", "hint"),
    [
        ({"z": [1]}, (0, 1), "there is no target column 'y'", "score rows with answers"),
        ({"Y": [1]}, (0, 1), "there is no target column 'y'", "did you mean Y?"),
        (
            {"y": ["a", "b"]},
            ("a", "c"),
            "target 'y' has labels that the model does not know: 'b'",
            "it knows 'a', 'c'",
        ),
        ({"y": ["a", "b"]}, (), "target 'y' is text, and the model answers with numbers", "data.missing"),
    ],
)
def test_answers_that_are_none(frame, classes, said, hint):
    with pytest.raises(DataError) as caught:
        conform_target(pd.DataFrame(frame), "y", classes)
    assert caught.value.message == said
    assert hint in caught.value.hint


def test_infinite_values_are_refused_before_a_model_sees_them():
    frame = pd.DataFrame({"age": [1.0, np.inf, -np.inf], "y": [1.0, 2.0, np.inf]})
    with pytest.raises(DataError, match="column 'age' has 2 infinite values"):
        conform(frame, [Column("age", "number", 3, 0)], {})
    with pytest.raises(DataError, match="target 'y' has 1 infinite values"):
        conform_target(frame, "y", ())
