import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from mlctl.data.profile import profile
from mlctl.data.profile_html import profile_html
from mlctl.errors import DataError, NotFoundError

from .frames import plain, strange_tables

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def table(rows=200):
    rng = np.random.default_rng(0)
    answers = rng.choice(["no", "yes"], rows, p=[0.9, 0.1])
    return pd.DataFrame(
        {
            "row_id": np.arange(rows),
            "size": rng.normal(size=rows).round(2),
            "leak": np.where(answers == "yes", 3.0, 1.0) + rng.random(rows) / 10,
            "one": "x",
            "none": np.nan,
            "due": pd.date_range("2025-12-01", periods=rows, freq="D"),
            "answer": answers,
        }
    )


def test_what_is_worth_saying():
    frame = pd.concat([table(), table()[:7]], ignore_index=True)
    frame["row_id"] = table()["row_id"].reindex(range(207)).fillna(0).astype("int64")
    found = profile(frame, "answer", now=NOW)
    assert (found.rows, found.copies) == (207, 1)
    assert found.constant == ("one",)
    assert found.empty == ("none",)
    assert found.leaks == ("leak",)
    assert found.future == ("due",)
    codes = [finding.code for finding in found.findings]
    assert codes == sorted(codes)
    assert {"MLC001", "MLC003", "MLC004", "MLC006", "MLC015"} <= set(codes)
    assert found.problems == ()


def test_keys_and_roles():
    found = profile(table(), "answer", now=NOW, roles={"due": "time", "size": "group", "leak": "dropped"})
    assert found.keys == ("row_id",)
    assert found.leaks == ()
    assert {column.column: column.role for column in found.columns} == {
        "row_id": "feature",
        "size": "group",
        "leak": "dropped",
        "one": "feature",
        "none": "feature",
        "due": "time",
        "answer": "target",
    }


def test_balance_of_classes():
    found = profile(table(), "answer", now=NOW).target
    assert (found.task, found.missing, found.distinct) == ("classification", 0, 2)
    assert [label for label, _ in found.classes] == ["no", "yes"]
    assert sum(count for _, count in found.classes) == 200
    assert found.reason == "answer is text with 2 distinct values"


def test_regression_has_no_classes_and_leaks_are_looked_for():
    frame = table(3000).assign(answer=lambda frame: frame["size"] * 2)
    found = profile(frame, "answer", now=NOW)
    assert (found.target.task, found.target.classes) == ("regression", ())
    assert found.leaks == ("size",)


@pytest.mark.parametrize(
    ("answers", "task", "said"),
    [
        (np.nan, None, "holds no value"),
        ("x", None, "is 'x' in every row"),
        ([1.0, np.inf] * 100, "regression", "infinite values"),
        ([f"free text {at}" for at in range(200)], None, "looks like free text"),
    ],
)
def test_target_that_training_would_refuse_is_described_all_the_same(answers, task, said):
    found = profile(table().assign(answer=answers), "answer", now=NOW, task=task)
    assert said in found.problems[0].message
    assert found.columns[-1].role == "target"


def test_without_a_target_and_without_rows():
    assert profile(table(), now=NOW).target is None
    found = profile(table()[:0], "answer", now=NOW)
    assert (found.rows, found.copies, len(found.columns)) == (0, 0, 7)
    found = profile(pd.DataFrame(), now=NOW)
    assert (found.columns, found.findings) == ((), ())


def test_names_are_checked():
    with pytest.raises(NotFoundError, match="no column 'anwser'") as caught:
        profile(table(), "anwser", now=NOW)
    assert caught.value.hint == "did you mean answer?"
    with pytest.raises(DataError, match="names repeat"):
        profile(pd.DataFrame([[1, 2]], columns=["a", "a"]), now=NOW)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(strange_tables())
def test_strange_tables_give_a_page(frame):
    found = profile(frame, "y" if "y" in frame else None, now=NOW)
    assert plain(found)["rows"] == len(frame)
    assert profile_html(found, title="t").endswith("</html>\n")
