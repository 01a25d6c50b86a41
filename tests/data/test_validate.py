import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from mlctl.data.schema import infer
from mlctl.data.validate import PREDICTING, insist, validate
from mlctl.errors import DataError, UsageError

from .frames import plain, strange_tables

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROLES = {"y": "target", "id": "key", "skip": "dropped"}


def table(rows=1000, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows)),
            "load": rng.normal(size=rows),
            "level": rng.choice(["x", "y", "z"], rows),
            "when": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 3000, rows), unit="h"),
            "id": np.arange(rows),
            "skip": rng.normal(size=rows),
            "y": rng.choice(["no", "yes"], rows),
        }
    )


SCHEMA = infer(table(), ROLES)


def checked(frame, schema=SCHEMA, **options):
    options = {"target": "y", "task": "classification", "now": NOW, "rows": 1000, **options}
    return validate(frame, schema, **options)


def codes(issues):
    return [(issue.code, issue.column) for issue in issues]


def test_fresh_rows_of_the_same_kind_pass():
    for seed in range(1, 30):
        found = checked(table(300, seed))
        assert found.refusals == found.warnings == ()
    insist(found)


def test_extremes_of_a_fresh_table_are_no_issue():
    fresh = table(5000, 1)
    assert fresh["size"].max() > SCHEMA[0]["quantiles"][-1]
    assert checked(fresh).warnings == ()


def test_everything_that_is_refused_at_once():
    frame = table(200, 1).drop(columns="level").assign(size="text", when=pd.NaT, y="no")
    found = checked(frame.assign(levle="x"))
    assert codes(found.refusals) == [
        ("target-one-class", "y"),
        ("column-gone", "level"),
        ("type-changed", "size"),
        ("newly-missing", "when"),
    ]
    assert found.refusals[1].hint == "did you mean levle?"
    with pytest.raises(DataError) as caught:
        insist(found)
    assert len(caught.value.details) == 4


def test_a_refusal_alone_is_the_error():
    with pytest.raises(DataError, match="there is no column 'level'") as caught:
        insist(checked(table().drop(columns="level")))
    assert caught.value.hint.startswith("the columns are 'size', 'load'")


@pytest.mark.parametrize(
    ("change", "task", "code", "said"),
    [
        (lambda frame: frame.drop(columns="y"), None, "target-missing", "there is no target column 'y'"),
        (lambda frame: frame.assign(y=np.nan), None, "target-missing", "target 'y' holds no value"),
        (lambda frame: frame.assign(y="no"), None, "target-one-class", "is 'no' in every row: one class"),
        (lambda frame: frame.assign(y="no"), "regression", "target-one-class", "in every row: one value"),
    ],
)
def test_target(change, task, code, said):
    found = checked(change(table()), task=task).refusals[0]
    assert (found.code, found.column) == (code, "y")
    assert said in found.message


def test_without_answers_wanted_the_target_is_not_looked_at():
    frame = table(200, 1)
    for changed in (frame.drop(columns="y"), frame.assign(y=1.5)):
        assert checked(changed, target=None).refusals == ()


def test_a_prediction_needs_the_features_only():
    frame = table(200, 1)[["size", "load", "level", "when"]]
    assert checked(frame, target=None, needed=PREDICTING).refusals == ()
    assert codes(checked(frame, target=None).refusals) == [("column-gone", "id")]


def test_no_rows():
    found = checked(table()[:0].drop(columns="level"))
    assert codes(found.refusals) == [("no-rows", None), ("column-gone", "level")]
    assert found.warnings == ()


def test_everything_that_is_odd_at_once():
    frame = table(400, 1)
    frame.loc[:5, "size"], frame.loc[6:105, "size"] = 9.0, np.nan
    frame.loc[:9, "level"] = "new"
    frame.loc[:2, "when"] = pd.Timestamp("2026-02-01")
    frame.loc[395:, :] = frame.loc[390:394, :].to_numpy()
    found = checked(frame)
    assert found.refusals == ()
    assert codes(found.warnings) == [
        ("beyond", "size"),
        ("new-category", "level"),
        ("future", "when"),
        ("missing-up", "size"),
        ("duplicates", None),
        ("duplicates", "id"),
    ]
    assert "Fisher's exact test, p = " in found.warnings[3].message
    assert found.warnings[4].message == "5 of 400 rows are copies of another"
    assert found.warnings[5].message == "key 'id' repeats in 5 rows"


def test_rise_of_missing_values_is_corrected_over_the_columns():
    frame = pd.DataFrame({f"c{at}": np.ones(100) for at in range(40)})
    frame.loc[:5, "c0"] = np.nan
    schema = [{"column": name, "missing": 0.0, "type": "number"} for name in frame]
    frame = frame.assign(row=np.arange(100))
    few = checked(frame, schema[:1], target=None, rows=100)
    assert codes(few.warnings) == [("missing-up", "c0")]
    assert checked(frame, schema, target=None, rows=100).warnings == ()
    (sure,) = checked(frame, schema, target=None, rows=None).warnings
    assert "exact binomial test" in sure.message


def test_newly_missing_is_not_said_twice():
    found = checked(table(300, 1).assign(size=np.nan))
    assert codes(found.refusals) == [("newly-missing", "size")]
    assert found.warnings == ()


def test_copies_that_were_there_before_are_no_news():
    frame = pd.DataFrame({"a": ["x", "y"] * 50, "y": ["no", "yes"] * 50})
    schema = infer(frame, {"y": "target"})
    assert codes(checked(frame, schema).warnings) == [("duplicates", None)]
    assert checked(frame, schema, copies=0.98).warnings == ()


def test_a_schema_that_was_edited():
    frame = table(200, 1).assign(size="text", level="new")
    assert checked(frame, [{"column": "size"}, {"column": "level", "type": "text"}]).refusals == ()
    with pytest.raises(UsageError, match=r"size\.typ is not a known field"):
        checked(frame, [{"column": "size", "typ": "number"}])


def test_names_must_differ():
    with pytest.raises(DataError, match="column names repeat"):
        checked(pd.DataFrame([[1, 2]], columns=["a", "a"]))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(strange_tables(), strange_tables())
def test_strange_tables_give_a_result(one, other):
    known = one.loc[:, [bool(one[name].notna().any()) for name in one]]
    found = plain(
        validate(other, infer(known, {"y": "target"}), target="y", task=None, now=NOW, rows=len(one))
    )
    assert {issue["code"] for issue in found["refusals"]} <= {
        "column-gone",
        "type-changed",
        "target-missing",
        "target-one-class",
        "newly-missing",
    }
    again = validate(
        known, infer(known, {}), target=None, task=None, now=dt.datetime(2300, 1, 1), rows=len(one)
    )
    assert again.refusals == ()
