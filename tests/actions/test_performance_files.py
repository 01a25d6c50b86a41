import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet
import pytest

from mlctl.actions.performance_files import Sheet, actuals_of, predictions_of
from mlctl.actions.performance_join import Known
from mlctl.errors import DataError, NotFoundError, UsageError
from tests.actions.logged import table


def read(path, key="id", column=None, targets=("buys",), when=None):
    return actuals_of(Sheet(path, (key,)), key, column, targets, when)


@pytest.fixture
def file(tmp_path):
    return lambda head, *rows: table(tmp_path / "f.csv", head, rows)


@pytest.mark.parametrize("head", ["id,buys,actual", "actual,id,x", "id,what"])
def test_the_column_of_the_actual_values(file, head):
    row = ["1" if name == "id" else "yes" if name in ("buys", "what") else "no" for name in head.split(",")]
    wanted = "no" if head == "actual,id,x" else "yes"
    assert read(file(head, row)) == {"1": Known(wanted)}


def test_a_named_column_and_a_time(file):
    found = read(
        file("id;x;at".replace(";", ","), ("007", "3", "2026-01-09"), ("8", "", ""), ("9", "4", "")),
        column="x",
        when="at",
    )
    assert found == {"007": Known("3", "2026-01-09T00:00:00.000000Z"), "9": Known("4")}


def test_other_forms(tmp_path):
    lines = [{"id": 1, "buys": True}, {"id": 2.0, "buys": 1.5, "more": 1}]
    (tmp_path / "f.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read(tmp_path / "f.jsonl") == {"1": Known(True), "2": Known(1.5)}
    columns = {"id": [1, 2], "buys": ["a", None], "at": [datetime(2026, 1, 9, 13), None]}
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "f.parquet")
    assert read(tmp_path / "f.parquet", when="at") == {"1": Known("a", "2026-01-09T13:00:00.000000Z")}
    pyarrow.parquet.write_table(pa.table({**columns, "at": [date(2026, 1, 9)] * 2}), tmp_path / "d.parquet")
    assert read(tmp_path / "d.parquet", when="at") == {"1": Known("a", "2026-01-09T00:00:00.000000Z")}
    (tmp_path / "f.csv").write_text("id;buys;at\n1;a;2026-01-09T13:00:00+09:00\n")
    assert read(tmp_path / "f.csv", when="at") == {"1": Known("a", "2026-01-09T04:00:00.000000Z")}


@pytest.mark.parametrize(
    ("head", "rows", "error", "why"),
    [
        ("id,a,b", [("1", "x", "y")], UsageError, "beside the key it has 'a', 'b'"),
        ("id", [("1",)], UsageError, "beside the key it has none"),
        ("id,buys", [("1", "")], DataError, "column 'buys' holds no value"),
        ("id,buys", [("", "x")], DataError, "row 1 has no 'id'"),
        ("id,buys", [("1", "x"), ("1", "x"), ("1", "y")], DataError, "has two actual values, 'x' and 'y'"),
        ("id,buys", [("1", "x"), ("1", "x", "y")], DataError, "row 2: it has 3 fields"),
        ("nr,buys", [("1", "x")], DataError, "lacks a column: 'id'"),
        ("id,buys,at", [("1", "x", "soon")], DataError, "'soon' is no date"),
    ],
)
def test_what_is_wrong_with_a_file(file, head, rows, error, why):
    with pytest.raises(error, match=why):
        read(file(head, *rows), when="at")


def test_a_number_is_no_date(tmp_path):
    (tmp_path / "f.jsonl").write_text('{"id": 1, "buys": "x", "at": 12}\n')
    with pytest.raises(DataError, match="12 is no date"):
        read(tmp_path / "f.jsonl", when="at")
    with pytest.raises(DataError, match="there is no column 'byus'") as caught:
        Sheet(tmp_path / "f.jsonl", ("byus",))
    assert caught.value.hint == "did you mean buys?"


def test_no_file(tmp_path):
    with pytest.raises(NotFoundError, match="there is no file"):
        Sheet(tmp_path / "none.csv", ("id",))
    with pytest.raises(UsageError, match="is a directory, and no served log"):
        Sheet(tmp_path, ("id",))
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(DataError, match="the file is empty"):
        Sheet(tmp_path / "empty.jsonl", ("id",))


def test_predictions_of_a_table(file):
    head = "id,at,predicted,probability_no,probability_yes,model_version_id"
    sheet = Sheet(file(head, (7, "2026-01-09", "yes", 0.25, 0.75, "v1")), ("id",))
    ((key, found),) = predictions_of(sheet, "id", "at")
    assert (key, found.version, found.output) == ("7", "v1", "yes")
    assert found.time == "2026-01-09T00:00:00.000000Z"
    assert found.probabilities == {"no": "0.25", "yes": "0.75"}


def test_predictions_of_json_lines(tmp_path):
    lines = [
        {"id": 1, "predicted": 2.5, "model_version_id": "v1"},
        {"id": 2, "predicted": "a", "probabilities": {"a": 1}, "model_version_id": "v2"},
    ]
    (tmp_path / "f.jsonl").write_text("\n\n".join(map(json.dumps, lines)))
    found = [told for _, told in predictions_of(Sheet(tmp_path / "f.jsonl", ("id",)), "id")]
    assert [(p.time, p.output, p.probabilities, p.version) for p in found] == [
        ("", 2.5, None, "v1"),
        ("", "a", {"a": 1}, "v2"),
    ]
