import pytest

from mlctl.errors import UsageError
from mlctl.params.load import from_dict
from mlctl.params.starter import ColumnFacts, starter
from mlctl.params.yaml_io import parse

COLUMNS = [
    ColumnFacts("id", "number", 100, 100, integer=True),
    ColumnFacts("ts", "date", 100, 100),
    ColumnFacts("born", "date", 40, 100),
    ColumnFacts("height", "number", 100, 100),
    ColumnFacts("no", "category", 3, 100),
    ColumnFacts("empty", "number", 0, 100, missing=100),
    ColumnFacts("income", "category", 2, 100),
]


def test_what_is_seen_is_written_and_said():
    text = starter(COLUMNS, "data/*.csv", "income", "census", "income")
    assert text.splitlines()[:8] == [
        "# Checked by `mlctl params check`; every key and its form: `mlctl params schema`.",
        "project: census",
        "model: income",
        "data:",
        "  path: data/*.csv",
        "  target: income  # category, 2 distinct values",
        "  time: ts  # train on the past, score on what came after",
        "  # key: id  # every row has its own value: identifies a row, never a feature",
    ]
    assert "  # drop: [empty]  # no values at all; left out in any case" in text
    assert "# metric: accuracy_score" in text
    parameters = from_dict(parse(text, "here"), {}).parameters
    assert parameters.data.time == "ts"
    assert parameters.data.key is None


def test_every_default_that_is_commented_out_is_a_key():
    text = starter(COLUMNS, "data.csv", "income", "census", "income")
    told = text.replace("\n# ", "\n").split("the defaults;", 1)[1].partition("\n")[2]
    head = text.partition("\n\n")[0]
    assert from_dict(parse(f"{head}\n{told}", "here"), {}).parameters.stop.max_minutes == 60


def test_two_clocks_are_left_for_a_person_to_choose():
    columns = [*COLUMNS, ColumnFacts("seen", "date", 95, 100)]
    text = starter(columns, "data.csv", "income", "census", "income")
    assert "  # time: ts  #" in text
    assert "  # time: seen  #" in text


def test_a_number_gets_the_metrics_of_a_number():
    assert "# metric: r2_score" in starter(COLUMNS, "data.csv", "height", "p", "m")


def test_a_set_of_scikit_learn():
    text = starter([ColumnFacts("target", "number", 3, 150)], "sklearn:iris", "target", "iris", "species")
    assert from_dict(parse(text, "here"), {}).parameters.data.source == "sklearn:iris"


@pytest.mark.parametrize(
    "name", ["no", "1e3", "a: b", "a, b", "[x]", "line\nbreak", "x" * 300, "#1", "매출 ", '"']
)
def test_any_name_reads_back(name):
    columns = [ColumnFacts(name, "number", 0, 9, missing=9), ColumnFacts("y", "boolean", 2, 9)]
    text = starter(columns, "data.csv", "y", "no", "1e3")
    assert f"# drop: [{name}]" in text or "# drop: ['" in text or '# drop: ["' in text
    assert parse(text.replace("# drop", "drop"), "here")["data"]["drop"] == [name]
    text = starter([ColumnFacts(name, "boolean", 2, 9)], name, name, "no", "m")
    tree = parse(text, "here")
    assert (tree["project"], tree["data"]["target"], tree["data"]["path"]) == ("no", name, name)


def test_no_such_target():
    with pytest.raises(UsageError) as caught:
        starter(COLUMNS, "data.csv", "incom", "p", "m")
    assert (caught.value.message, caught.value.hint) == (
        "data.csv has no column 'incom'",
        "did you mean income?",
    )
    with pytest.raises(UsageError) as caught:
        starter([ColumnFacts(f"{c}{c}{c}", "text", 1, 9) for c in "abcdefghi"], "data.csv", "xyz", "p", "m")
    assert caught.value.hint == "its columns: aaa, bbb, ccc, ddd, eee, fff, ggg, hhh, …"
