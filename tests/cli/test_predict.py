"""``mlctl predict``: rows in any form, the same rows out with predictions."""

import io
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlctl.cli import predict as module
from tests.bundle import made

ADDED = "predicted,probability_low,probability_mid,probability_top,model_version_id"


@pytest.fixture
def rows(nowhere_else):
    """A CSV, the same as JSON Lines and as Parquet, in the working directory."""
    Path("rows.csv").write_text(made.csv_text(5))
    plain = [{"id": i, "a": 0.5 * i, "b b": 1, "c": "x"} for i in range(5)]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in plain))
    table = pa.Table.from_pylist(plain)
    table = table.set_column(3, "c", table["c"].dictionary_encode())
    pq.write_table(table, "rows.parquet")
    return nowhere_else


@pytest.fixture
def given(monkeypatch):
    def feed(data):
        class Stdin(io.TextIOWrapper):
            def isatty(self):
                return data is None

        monkeypatch.setattr(sys, "stdin", Stdin(io.BytesIO(data or b"")))

    return feed


def values(text):
    return [line.split(",")[4] for line in text.splitlines()[1:]]


def test_csv_to_standard_output(pyz, rows, mlctl):
    ran = mlctl("predict", pyz, "rows.csv")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"id,a,b b,c,{ADDED}"
    assert ran.out.splitlines()[2].startswith("1,0.5,1,x,")
    assert ran.out.splitlines()[2].endswith(",toy_nogit_1")
    assert ran.err == "5 rows predicted by toy_nogit_1\n"
    assert values(ran.out) == [
        made.answer(made.toy().pipeline, {"a": 0.5 * i, "b b": 1, "c": "x"})[0] for i in range(5)
    ]


def test_every_form_to_every_form(pyz, rows, mlctl):
    wanted = values(mlctl("predict", pyz, "rows.csv").out)
    for source in ("rows.csv", "rows.parquet"):
        for target in ("out.csv", "out.jsonl", "out.parquet"):
            ran = mlctl("predict", pyz, source, "-o", target)
            assert (ran.code, ran.out) == (0, "")
            assert ran.err == f"5 rows predicted by toy_nogit_1 in {target}\n"
        assert values(Path("out.csv").read_text()) == wanted
        lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
        assert [line["predicted"] for line in lines] == wanted
        table = pq.read_table("out.parquet")
        assert table.column_names == ["id", "a", "b b", "c", *ADDED.split(",")]
        assert table["predicted"].to_pylist() == wanted
    ran = mlctl("predict", pyz, "rows.jsonl", "-o", "out.jsonl")
    assert [json.loads(line)["predicted"] for line in Path("out.jsonl").read_text().splitlines()] == wanted


def test_predictions_alone(pyz, rows, mlctl):
    out = mlctl("predict", pyz, "rows.jsonl", "--only", "-o", "out.parquet")
    assert out.code == 0
    assert pq.read_table("out.parquet")["row"].to_pylist() == [1, 2, 3, 4, 5]
    assert mlctl("predict", pyz, "rows.csv", "--only").out.startswith(f"row,{ADDED}\n1,")
    mlctl("predict", pyz, "rows.csv", "--only", "-o", "out.tsv")
    assert Path("out.tsv").read_text().startswith("row\tpredicted\t")


def test_standard_input(pyz, mlctl, given):
    given(made.csv_text(2).encode())
    assert len(mlctl("predict", pyz).out.splitlines()) == 3
    given(b'{"a": 1, "b b": 1, "c": "x"}\n')
    assert json.loads(mlctl("predict", pyz, "-").out)["model_version_id"] == "toy_nogit_1"
    given(None)
    ran = mlctl("predict", pyz)
    assert (ran.code, "standard input is a terminal" in ran.err) == (2, True)


def test_a_query_and_a_parameters_file(pyz, rows, mlctl):
    ran = mlctl("predict", pyz, "--query", "SELECT * FROM 'rows.csv' ORDER BY id LIMIT 2")
    assert (ran.code, len(ran.out.splitlines())) == (0, 3)
    Path("p.yaml").write_text("project: p\nmodel: m\ndata: {path: rows.jsonl, target: c}\n")
    assert len(mlctl("predict", pyz, "--params", "p.yaml").out.splitlines()) == 5
    Path("p.yaml").write_text("project: p\nmodel: m\ndata: {path: [rows.jsonl, rows.csv], target: c}\n")
    ran = mlctl("predict", pyz, "--params", "p.yaml")
    assert (ran.code, "one is predicted at a time" in ran.err) == (5, True)


def test_a_database_whose_address_is_in_the_environment(pyz, rows, mlctl, monkeypatch):
    import sqlite3

    with sqlite3.connect("d.sqlite") as database:
        database.execute("CREATE TABLE t AS SELECT 0.5 AS a, 1 AS 'b b', 'x' AS c")
    database.close()
    monkeypatch.setenv("DB", "sqlite:///d.sqlite")
    ran = mlctl("predict", pyz, "--query", "SELECT * FROM t", "--url", "${DB}")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"a,b b,c,{ADDED}")


def test_an_experiment(iris, mlctl):
    Path("rows.csv").write_text(
        "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\nNA,3,5,2\n"
    )
    ran = mlctl("predict", "recommended", "rows.csv", "--jobs", "1")
    assert [line.split(",")[4] for line in ran.out.splitlines()[1:]] == ["0", "2"]
    ran = mlctl("predict", "2", "rows.csv", "--allowed-signers", "x")
    assert (ran.code, "--allowed-signers is for a bundle" in ran.err) == (2, True)


def test_a_bad_row_is_refused_or_set_aside(pyz, mlctl, nowhere_else):
    Path("rows.csv").write_text("a,b b,c\n1,1,x\n1,oops,x\n1,1\n,1,x\n1,1,y\n")
    ran = mlctl("predict", pyz, "rows.csv", "-o", "out.csv")
    assert ran.code == 5
    assert "error: row 2, column 'b b': 'oops' is not a number" in ran.err
    assert not Path("out.csv").exists()
    ran = mlctl("predict", pyz, "rows.csv", "-o", "out.csv", "--bad-rows", "bad.jsonl")
    assert ran.code == 0
    assert "warning: 3 of 5 rows were set aside: bad.jsonl\n" in ran.err
    assert len(Path("out.csv").read_text().splitlines()) == 3
    told = [json.loads(line) for line in Path("bad.jsonl").read_text().splitlines()]
    assert [line["row"] for line in told] == [2, 3, 4]
    assert told[1] == {
        "row": 3,
        "column": None,
        "reason": "it has 2 fields, and the header has 3",
        "input": ["1", "1"],
    }
    assert told[2]["input"] == {"a": "", "b b": "1", "c": "x"}


def test_bad_rows_of_parquet_and_json_lines(pyz, mlctl, nowhere_else):
    pq.write_table(pa.table({"a": [1.0, None], "b b": [1, 2], "c": ["x", "x"]}), "rows.parquet")
    ran = mlctl("predict", pyz, "rows.parquet", "--bad-rows", "bad.jsonl", "-o", "out.parquet")
    assert (ran.code, pq.read_table("out.parquet").num_rows) == (0, 1)
    assert json.loads(Path("bad.jsonl").read_text())["input"] == {"a": None, "b b": 2, "c": "x"}
    Path("rows.jsonl").write_text('{"a": 1, "c": "x"}\nnothing\n{"a": 1, "b b": 2, "c": "x"}\n')
    ran = mlctl("predict", pyz, "rows.jsonl", "--bad-rows", "bad.jsonl", "--only", "-o", "out.csv")
    told = [json.loads(line) for line in Path("bad.jsonl").read_text().splitlines()]
    assert [line["reason"].partition(",")[0] for line in told] == [
        "the model needs this column",
        "it is not JSON: Expecting value: line 1 column 1 (char 0)",
    ]
    assert Path("out.csv").read_text().splitlines()[1].startswith("3,")


def test_only_bad_rows(pyz, mlctl, nowhere_else):
    pq.write_table(pa.table({"a": pa.array([None], pa.float64()), "b b": [2], "c": ["x"]}), "rows.parquet")
    ran = mlctl("predict", pyz, "rows.parquet", "--bad-rows", "bad.jsonl", "-o", "out.parquet")
    assert (ran.code, pq.read_table("out.parquet").num_rows) == (0, 0)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["rows.csv", "--query", "SELECT 1"], 2, "the rows come from one place"),
        (["--url", "sqlite:///x"], 2, "--url is the database of a --query"),
        (["rows.csv", "-o", "out.xlsx"], 2, "cannot tell from 'out.xlsx' what to write"),
        (["rows.jsonl", "-o", "out.csv"], 2, "each row of JSON Lines has columns of its own"),
        (["taken.csv"], 2, "a column 'predicted' already"),
        (["short.csv"], 5, "short.csv: the input lacks columns: 'b b', 'c'"),
        (["short.parquet"], 5, "short.parquet: the input lacks columns: 'b b', 'c'"),
        (["cut.parquet"], 5, "cut.parquet: is cut short or damaged"),
        (["empty.csv"], 5, "there is a header and no row below it"),
        (["latin.csv"], 5, "latin.csv: the input is not UTF-8 text"),
        (["rows.csv", "--encoding", "klingon"], 2, "there is no encoding 'klingon'"),
        (["none.csv"], 1, "none.csv: cannot be read: no such file"),
        (["."], 5, ". is a directory"),
        (["rows.xls"], 5, "cannot tell from the name"),
        (["rows.csv", "-o", "/dev/full.csv"], 1, "/dev/full.csv"),
    ],
)
def test_what_is_refused(pyz, rows, mlctl, words, code, said):
    Path("taken.csv").write_text("a,b b,c,predicted\n1,1,x,1\n")
    Path("short.csv").write_text("a\n1\n")
    pq.write_table(pa.table({"a": [1]}), "short.parquet")
    Path("cut.parquet").write_bytes(Path("rows.parquet").read_bytes()[:-9])
    Path("empty.csv").write_text("a,b b,c\n")
    Path("latin.csv").write_bytes("a,b b,c\n1,1,ä\n".encode("latin-1"))
    if words[-1] == "/dev/full.csv":
        words = [*words[:-1], "none/out.csv"]
        code, said = 3, "no such file or directory"
    ran = mlctl("predict", pyz, *words)
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_files_that_are_damaged_further_down(pyz, mlctl, nowhere_else):
    count = 60_000
    table = pa.table({"a": [float(i) for i in range(count)], "b b": [1.0] * count, "c": ["x"] * count})
    pq.write_table(table, "rows.parquet", row_group_size=20_000)
    data = Path("rows.parquet").read_bytes()
    half = len(data) // 2
    Path("rows.parquet").write_bytes(data[:half] + b"\xff" * 9_000 + data[half + 9_000 :])
    ran = mlctl("predict", pyz, "rows.parquet", "-o", "out.csv")
    assert (ran.code, "rows.parquet: is cut short or damaged" in ran.err) == (5, True)
    strange = pa.array([b"\xff"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"a": [1.0], "b b": [1.0], "c": strange}), "rows.parquet")
    ran = mlctl("predict", pyz, "rows.parquet", "-o", "out.csv")
    assert (ran.code, "rows.parquet: is cut short or damaged" in ran.err) == (5, True)
    Path("rows.csv").write_bytes(b"a,b b,c\n" + b"1,1,x\n" * 200_000 + b"1,1,\xff\n")
    ran = mlctl("predict", pyz, "rows.csv", "-o", "out.csv")
    assert (ran.code, "rows.csv: the input is not UTF-8 text" in ran.err) == (5, True)
    assert not Path("out.csv").exists()


def test_a_bundle_that_is_none_or_damaged_or_newer(pyz, rows, mlctl):
    assert mlctl("predict", "none.pyz", "rows.csv").code == 3
    whole = pyz.read_bytes()
    Path("cut.pyz").write_bytes(whole[:-1])
    ran = mlctl("predict", "cut.pyz", "rows.csv")
    assert (ran.code, "cut short" in ran.err) == (6, True)
    Path("flip.pyz").write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    assert mlctl("predict", "flip.pyz", "rows.csv").code == 6
    made.write(Path("new.pyz"), format=2)
    ran = mlctl("predict", "new.pyz", "rows.csv")
    assert (ran.code, "of format 2" in ran.err) == (6, True)
    Path("signers").write_text("")
    ran = mlctl("predict", pyz, "rows.csv", "--allowed-signers", "signers")
    assert (ran.code, "is not signed" in ran.err) == (4, True)


def test_a_full_disk(pyz, rows, mlctl, monkeypatch):
    real = Path.open

    def full(self, mode="r", *more, **options):
        return real(Path("/dev/full") if "w" in mode else self, mode, *more, **options)

    monkeypatch.setattr(Path, "open", full)
    ran = mlctl("predict", pyz, "rows.csv", "-o", "out.csv")
    assert (ran.code, "no space left on device" in ran.err) == (1, True)
    assert not Path("out.csv").exists()


def test_progress_on_a_terminal(pyz, rows, mlctl, monkeypatch):
    monkeypatch.setattr(module.out, "is_live", lambda stream: True)
    ran = mlctl("predict", pyz, "rows.csv", "-o", "out.csv")
    assert "5 rows predicted" in ran.err


def test_cores_of_a_system_that_does_not_tell_affinity(monkeypatch):
    monkeypatch.delattr(module.os, "sched_getaffinity", raising=False)
    assert module._cores() >= 1
