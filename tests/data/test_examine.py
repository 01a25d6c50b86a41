import numpy as np
import pandas as pd
import pytest

from mlctl.data.examine import examine, types_of
from mlctl.data.read import read
from mlctl.data.sklearn_sets import materialise
from mlctl.errors import DataError

from .tables import TABLES, section

RNG = np.random.default_rng(0)
ROWS = 200
LABELS = RNG.permutation(np.tile([0, 1], ROWS // 2))


def table(**columns):
    base = {"x": RNG.normal(size=ROWS), "y": LABELS}
    return pd.DataFrame({**base, **columns})


def codes(found):
    return [finding.code for finding in found.findings]


def refusal(frame, **fields):
    with pytest.raises(DataError) as caught:
        examine(frame, section(**fields))
    return caught.value


def test_a_real_table_with_categories():
    data = section(path="adult.csv.gz", target="income")
    found = examine(read([("adult.csv.gz", TABLES / "adult.csv.gz")], data).frame, data)
    assert (found.task, found.task_reason) == ("classification", "income is text with 2 distinct values")
    assert found.classes == ("<=50K", ">50K")
    assert found.positive == ">50K"
    assert found.target[:2].tolist() == ["<=50K", "<=50K"]
    assert {column.name: column.kind for column in found.columns}["workclass"] == "category"
    assert len(found.columns) == len(found.frame.columns) == 14
    assert found.dropped == ()
    assert found.findings == ()
    assert found.kept.tolist() == list(range(2036))


def test_a_real_table_ordered_in_time():
    data = section(path="bikeshare.csv", target="count", time="ts")
    found = examine(read([("bikeshare.csv", TABLES / "bikeshare.csv")], data).frame, data)
    assert (found.task, found.classes, found.positive) == ("regression", (), None)
    assert found.target.dtype == np.float64
    assert [(column.name, column.kind) for column in found.columns][:2] == [("date", "date"), ("ts", "date")]
    assert found.aside["time"].is_monotonic_increasing
    assert found.findings == ()


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_honest_tables_have_no_suspects(tmp_path, name):
    path, _ = materialise(f"sklearn:{name}", tmp_path)
    data = section(target="target")
    frame = read([(path.name, path)], data).frame
    for seed in range(5):
        assert examine(frame, data, seed=seed).findings == ()


def test_rows_without_a_target_are_left_out_and_said():
    frame = table()
    frame["y"] = frame["y"].astype("float64").where(frame.index != 3)
    found = examine(frame, section())
    assert len(found.target) == len(found.frame) == ROWS - 1
    assert found.target.dtype == np.int64
    assert found.kept.tolist()[2:5] == [2, 4, 5]
    assert found.frame.index.tolist() == list(range(ROWS - 1))
    assert found.findings[0].code == "MLC005"
    assert found.findings[0].message == "1 of 200 rows have no target ('y') and are left out"


def test_columns_kept_aside_are_no_features_but_for_the_time():
    frame = table(
        t=pd.date_range("2026-01-01", periods=ROWS), shop=np.arange(ROWS) % 7, number=RNG.permutation(ROWS)
    )
    found = examine(frame, section(time="t", group="shop", key="number"))
    assert [column.name for column in found.columns] == ["x", "t"]
    assert {part: series.name for part, series in found.aside.items()} == {
        "time": "t",
        "group": "shop",
        "key": "number",
    }
    assert found.dropped == (("shop", "is the group column"), ("number", "is the key column"))


def test_a_time_that_counts_upwards_stays():
    found = examine(table(index=np.arange(ROWS)), section(time="index"))
    assert [column.name for column in found.columns] == ["x", "index"]
    assert found.findings == ()


def test_rows_without_a_time_are_left_out_and_without_a_group_or_key_said():
    frame = table(
        t=pd.date_range("2026-01-01", periods=ROWS), g=["a", None] * (ROWS // 2), k=RNG.normal(size=ROWS)
    )
    frame.loc[0, "t"] = pd.NaT
    frame.loc[5, "k"] = np.nan
    found = examine(frame, section(time="t", group="g", key="k"))
    assert len(found.frame) == ROWS - 1
    assert codes(found) == ["MLC010", "MLC011", "MLC011"]
    assert found.findings[1].message == "100 rows have no group ('g'): they count as one group"


def test_columns_that_teach_nothing_are_dropped_and_said():
    found = examine(
        table(
            id=np.arange(ROWS),
            constant=1,
            empty=np.nan,
            name=[f"u{n}" for n in range(ROWS)],
            step=np.arange(ROWS),
            other=1,
        ),
        section(),
    )
    assert [column.name for column in found.columns] == ["x", "step"]
    assert dict(found.dropped) == {
        "id": "names the rows",
        "name": "names the rows",
        "constant": "holds one value",
        "other": "holds one value",
        "empty": "holds no value",
    }
    assert [(f.code, f.columns) for f in found.findings] == [
        ("MLC002", ("id", "name")),
        ("MLC002", ("step",)),
        ("MLC003", ("constant", "other")),
        ("MLC004", ("empty",)),
    ]
    assert found.findings[2].message == "'constant', 'other' hold one value each and are dropped"


def test_types_have_the_last_word():
    frame = table(code=[f"u{n}" for n in range(ROWS)], other=1.5)
    found = examine(frame, section(types={"code": "text", "other": "drop"}))
    assert [(column.name, column.kind) for column in found.columns] == [("x", "number"), ("code", "text")]
    assert types_of(found.columns) == {"x": "number", "code": "text"}
    assert found.findings == ()


def test_a_million_levels_are_said_and_quick():
    rows = 1_000_000
    frame = pd.DataFrame(
        {
            "x": RNG.normal(size=rows),
            "level": pd.Series(RNG.integers(0, 2 * rows, rows)).astype("str") + "x",
            "y": np.tile([0, 1], rows // 2),
        }
    )
    (finding,) = examine(frame, section()).findings
    assert finding.code == "MLC008"
    assert "'level' has " in finding.message
    assert " levels; the rare ones are taken together" in finding.message


def test_copies_of_rows_are_counted():
    frame = table()
    twice = pd.concat([frame, frame.head(10)], ignore_index=True)
    (finding,) = examine(twice, section()).findings
    assert finding.code == "MLC007"
    assert finding.message == "10 of 210 rows are copies of another, target and all"
    other_target = twice.assign(y=[*frame["y"], *(1 - frame["y"].head(10))])
    assert examine(other_target, section()).findings == ()


def test_a_leak_is_said():
    found = examine(table(leak=np.where(LABELS, "a", "b")), section())
    assert codes(found) == ["MLC001"]


def test_names_that_look_like_values():
    frame = table().rename(columns={"x": "5.1", "y": "0"})
    assert codes(examine(frame, section(target="0"))) == ["MLC012"]


def test_text_that_is_nearly_numbers_or_dates():
    numbers = [str(n) for n in range(50)] * 4
    numbers[7] = "unknown"
    found = examine(table(price=numbers, day=[f"{n % 28 + 1}/2/2026" for n in range(ROWS)]), section())
    assert codes(found) == ["MLC013", "MLC013"]
    assert (
        "'price' is text, but its values are numbers, all or nearly all (others: 'unknown')"
        in found.findings[0].message
    )
    assert "data.missing" in found.findings[0].hint
    assert "data.dates" in found.findings[1].hint


@pytest.mark.parametrize(
    ("frame", "fields", "said", "hint"),
    [
        (table(), {"target": "z"}, "data.target: there is no column 'z'", "the columns are 'x', 'y'"),
        (table(), {"drop": ["w"]}, "data.drop: there is no column 'w'", "the columns are"),
        (table()[["y"]], {}, "there is no feature beside the target: it is the only column", "bring a table"),
        (
            table(z=1),
            {"drop": ["x"]},
            "there is no feature beside the target: all others are dropped: 'x', 'z'",
            "bring a table",
        ),
        (table(y=np.nan), {}, "data.target: column 'y' holds no value", "name another column"),
        (table(y=1), {}, "data.target: column 'y' is '1' in every row", "name another column"),
        (
            table(z=[1, *[np.inf] * (ROWS - 1)]),
            {},
            "column 'z' has 199 infinite values",
            "data.missing: [inf, -inf]",
        ),
        (table(t="soon"), {"time": "t"}, "data.time: column 't' holds text, not times", "data.dates"),
        (table(t=np.nan), {"time": "t"}, "data.time: column 't' holds no value", "name another column"),
    ],
)
def test_what_forbids_training(frame, fields, said, hint):
    error = refusal(frame, **fields)
    assert said in error.message
    assert hint in error.hint


def test_every_problem_is_told_at_once():
    frame = table(z=[np.inf, *range(ROWS - 1)], t="soon")
    error = refusal(frame, target="income", time="t", drop=["w"])
    assert error.message == "the data has 4 problems"
    assert error.exit_code == 5
    assert len(error.details) == 4
    assert error.details[0].startswith("data.target: there is no column 'income' (the columns are")
    assert "column 'z' has 1 infinite values" in " ".join(error.details)


def test_infinities_in_a_dropped_column_do_not_matter():
    assert examine(table(z=[np.inf, *range(ROWS - 1)]), section(drop=["z"])).dropped == (
        ("z", "data.drop says so"),
    )
