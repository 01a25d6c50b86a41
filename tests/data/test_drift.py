import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from mlctl.data.drift import drift
from mlctl.errors import DataError

from .frames import normal, plain, strange_tables


def tables(seed, reference, rows, columns=30):
    rng = np.random.default_rng(seed)
    return normal(rng, reference, columns), normal(rng, rows, columns), rng


@pytest.mark.parametrize(("rows", "count"), [(100, 20), (1_000, 15), (10_000, 4)])
def test_without_a_shift_at_most_seven_in_a_hundred_tables_drift(rows, count):
    # benchmarks/drift.py has the full figures: most of these come of the predictions' own test.
    drifted = 0
    for seed in range(count):
        one, other, rng = tables(seed, 2_000, rows)
        answers = rng.normal(size=2_000), rng.normal(size=rows)
        drifted += bool(drift(one, other, predictions=answers, seed=seed).drifted)
    assert drifted <= 0.07 * count


def test_quarter_of_a_deviation_in_three_columns_is_found():
    found = []
    for seed in range(8):
        one, other, _ = tables(seed, 5_000, 1_000)
        other.iloc[:, :3] += 0.25
        found.append(drift(one, other, seed=seed))
    assert all(one.drifted for one in found)
    assert all({"c0", "c1", "c2"} <= {c.column for c in one.columns if c.drifted} for one in found[:5])


def test_harmless_shift_is_not_reported():
    one, other, _ = tables(0, 50_000, 10_000)
    other += 0.05
    found = drift(one, other)
    assert found.drifted is False
    assert not any(column.drifted for column in found.columns)
    assert max(column.p_value for column in found.columns) < 0.05  # and yet no chance


def test_joint_shift_is_found():
    one, other, _ = tables(0, 1_000, 1_000, columns=6)
    one["c1"], other["c1"] = one["c0"], -other["c0"]
    found = drift(one, other)
    assert not any(column.drifted for column in found.columns)
    assert found.drifted is True
    assert found.reasons[0].startswith("a classifier tells new rows from old ones")
    assert found.classifier.low > 0.6


def test_under_a_hundred_new_rows_there_is_no_verdict():
    one, other, _ = tables(0, 500, 99, columns=3)
    found = drift(one, other + 5)
    assert (found.drifted, found.classifier) == (None, None)
    assert [column.drifted for column in found.columns] == [None] * 3
    assert found.columns[0].ks > 0.9
    assert drift(one, pd.concat([other, other[:1]]) + 5).drifted is True


def test_predictions_decide_alone():
    one, other, rng = tables(0, 1_000, 300, columns=4)
    labels = rng.choice(["yes", "no"], 1_000), rng.choice(["yes", "no"], 300, p=[0.8, 0.2])
    found = drift(one, other, predictions=labels)
    assert found.drifted is True
    assert found.predictions.kind == "category"
    assert found.reasons == ("the predictions drifted: " + found.predictions.change,)


def test_target_is_told_and_does_not_decide():
    one, other, rng = tables(0, 1_000, 500, columns=4)
    one["y"], other["y"] = rng.normal(size=1_000), rng.normal(2, size=500)
    found = drift(one, other, roles={"y": "target"})
    assert found.target.drifted is True
    assert found.drifted is False
    assert "y" not in [column.column for column in found.columns]
    assert drift(one, other.drop(columns="y"), roles={"y": "target"}).target is None


def test_what_moves_on_by_nature_is_left_out():
    one, other, rng = tables(0, 300, 300, columns=2)
    for first, frame in ((0, one), (300, other)):
        at = np.arange(first, first + 300)
        frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(at, unit="D")
        frame["born"] = pd.Timestamp("1980-01-01") + pd.to_timedelta(rng.integers(0, 9_000, 300), unit="D")
        frame["row_id"], frame["who"], frame["skip"] = at, at % 7, at
    one["old"], other["new"] = 1, 1
    found = drift(one, other, roles={"who": "group", "skip": "dropped"})
    assert dict(found.left_out) == {
        "when": "is a date that moves on",
        "row_id": "names or numbers the rows",
        "who": "is the group column",
        "skip": "the model does not see it",
        "old": "is only in the reference",
        "new": "is only in the new table",
    }
    assert [column.column for column in found.columns] == ["c0", "c1", "born"]
    assert found.drifted is False


def test_a_column_said_to_be_a_feature_is_compared_even_if_it_counts_up():
    one, other = pd.DataFrame({"row_id": np.arange(300)}), pd.DataFrame({"row_id": np.arange(300, 600)})
    assert drift(one, other, roles={"row_id": "feature"}).drifted is True


def test_every_winter_would_drift_without_the_season():
    rng = np.random.default_rng(0)
    when = pd.Series(pd.date_range("2023-01-01", "2026-02-01", freq="6h"))
    warm = -np.cos(2 * np.pi * when.dt.day_of_year / 365) * 10 + rng.normal(scale=4, size=len(when))
    frame = pd.DataFrame({"when": when, "warm": warm, "dew": warm - rng.random(len(when))})
    before, now = frame[when < "2025-12-01"], frame[when >= "2025-12-01"]
    found = drift(before, now, roles={"when": "time"})
    assert found.season == "compared with the 623 of 4,260 reference rows from 01 Dec to 01 Feb"
    assert found.rows == (623, 249)
    assert (found.drifted, found.reasons) == (False, ("0 of 2 columns drifted",))
    assert drift(before, now, roles={"when": "dropped"}).reasons[0] == "2 of 2 columns drifted: 'warm', 'dew'"


def test_rows_that_are_alike_in_time_do_not_drift_by_themselves():
    drifted, without = 0, 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(np.repeat(rng.normal(size=(210, 8)), 24, axis=0)).rename(columns=str)
        frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(len(frame)), unit="h")
        one, other = frame[:4000].sample(frac=1, random_state=seed), frame[4000:]
        drifted += bool(drift(one, other, roles={"when": "time"}).drifted)
        without += bool(drift(one, other, roles={"when": "dropped"}).drifted)
    assert drifted == 0
    assert without == 4


def test_shift_is_found_in_time_too():
    one, other, _ = tables(0, 5_000, 1_000)
    other.iloc[:, :3] += 0.25
    for first, frame in ((0, one), (5_000, other)):
        at = np.arange(first, first + len(frame))
        frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(at, unit="min")
    found = drift(one, other, roles={"when": "time"})
    assert found.drifted is True
    assert {column.column for column in found.columns if column.drifted} == {"c0", "c1", "c2"}


def test_predictions_follow_their_rows_into_the_season():
    when = pd.DataFrame({"when": pd.date_range("2024-01-01", periods=800, freq="D"), "x": 0.5})
    now = pd.DataFrame({"when": pd.date_range("2026-06-01", periods=100, freq="D"), "x": 0.5})
    summer = when["when"].dt.month.isin([6, 7, 8, 9]).to_numpy().astype(float)
    found = drift(when, now, roles={"when": "time"}, predictions=(summer, np.ones(100)))
    assert found.predictions.ks == 0.0


@pytest.mark.parametrize(
    ("one", "other", "predictions", "said"),
    [
        (pd.DataFrame({"a": []}), pd.DataFrame({"a": [1]}), None, "the reference has no rows"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": []}), None, "the new table has no rows"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), None, "no column in common: 'a' and 'b'"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}), ([1], [1, 2]), "2 predictions for 1 rows"),
        (
            pd.DataFrame({"a": [1]}),
            pd.DataFrame({"a": [1]}),
            ([[0.1, 0.9]], [[0, 1]]),
            "more than one column",
        ),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({"a": [1]}), None, "names repeat: 'a'"),
        (pd.DataFrame({"a": [[1]]}), pd.DataFrame({"a": [[1]]}), None, "column 'a' holds lists"),
    ],
)
def test_what_cannot_be_compared_is_refused(one, other, predictions, said):
    with pytest.raises(DataError, match=said):
        drift(one, other, predictions=predictions, roles={"a": "feature"})


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(strange_tables(), strange_tables())
def test_strange_tables_give_a_result(one, other):
    one["x"], other["x"] = 1.0, 2.0
    found = plain(drift(one, other, roles={"y": "target"}))
    assert found["drifted"] in ({True, False} if len(other) >= 100 else {None})


def test_predictions_are_compared_on_the_rows_that_they_are_for():
    one, other, rng = tables(0, 600, 300, columns=3)
    by_heart, fresh = np.full(400, 9.0), rng.normal(size=200)
    answers = np.concatenate([by_heart, fresh]), rng.normal(size=300)
    assert drift(one, other, predictions=answers).predictions.drifted is True
    held = np.arange(400, 600)
    found = drift(one, other, predictions=(fresh, answers[1]), predicted=held)
    assert found.predictions.drifted is False
    assert found.rows == (600, 300)
    with pytest.raises(DataError, match="there are 600 predictions for 200 rows"):
        drift(one, other, predictions=answers, predicted=held)


def test_predictions_of_another_season_are_not_compared():
    one, other, rng = tables(0, 730, 120, columns=3)
    one["day"] = pd.date_range("2022-01-01", periods=730)
    other["day"] = pd.date_range("2024-01-01", periods=120)
    held = np.arange(600, 730)  # September to December
    answers = rng.normal(size=130), rng.normal(size=120)
    found = drift(one, other, roles={"day": "time"}, predictions=answers, predicted=held)
    assert found.season
    assert found.predictions is None
    early = drift(
        one, other, roles={"day": "time"}, predictions=(answers[0], answers[1]), predicted=held - 235
    )
    assert early.predictions is not None
