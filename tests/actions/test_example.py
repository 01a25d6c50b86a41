import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression

from mlctl.actions import example
from mlctl.errors import DamagedError

FRAME = pd.DataFrame(
    {
        "n": [1.5, np.nan, 3.0],
        "b": [True, False, True],
        "d": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
        "c": ["x", None, "y"],
        "o": [("a",), 1, None],
    }
)


def test_rows_come_back_with_their_kinds(tmp_path):
    made = example.of_rows(FRAME, LinearRegression())
    assert [(c.name, c.kind) for c in made.columns] == [
        ("n", "number"),
        ("b", "boolean"),
        ("d", "date"),
        ("c", "category"),
        ("o", "category"),
    ]
    assert made.rows[1] == (None, False, None, None, 1)
    assert made.rows[0] == (1.5, True, "2026-01-01T00:00:00", "x", "('a',)")
    (tmp_path / example.FILE).write_text(made.to_json())
    assert example.read(tmp_path, {"example": "example.json"}) == made
    assert example.read(tmp_path, {}) is None


def test_a_model_of_an_array_has_columns_without_names():
    model = LogisticRegression().fit([[0.0, 1.0], [1.0, 0.0]], ["no", "yes"])
    made = example.of_rows([[0.0, 1.0]] * 2000, model)
    assert [c.name for c in made.columns] == ["x0", "x1"]
    assert (made.task, made.classes, made.named, len(made.rows)) == (
        "classification",
        ("no", "yes"),
        False,
        1000,
    )
    assert isinstance(made.input(), np.ndarray)


def test_a_model_of_a_frame_takes_a_frame():
    frame = FRAME[["n"]].fillna(0)
    made = example.of_rows(frame, LinearRegression().fit(frame, [1, 2, 3]))
    assert (made.task, made.named) == ("regression", True)
    assert made.input()["n"].tolist() == [1.5, 0.0, 3.0]
    assert example.of_rows(frame, KMeans(2, n_init=1).fit(frame)).task == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"columns": [{}]}', '{"columns": []}'])
def test_any_other_file_is_damage(tmp_path, text):
    (tmp_path / "example.json").write_text(text)
    with pytest.raises(DamagedError, match="holds no example rows"):
        example.read(tmp_path, {"example": "example.json"})
