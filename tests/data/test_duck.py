import datetime as dt
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from mlctl.data.read import read
from mlctl.errors import BusyError, DataError, MlctlError, NotFoundError, UsageError

from .fetched import fetch, load, refused


@pytest.fixture
def base(tmp_path):
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales/1.csv").write_text("day,amount,y\n2026-01-01,10,a\n2026-01-02,12.5,b\n")
    (tmp_path / "sales/2.csv").write_text("day,amount,y\n2026-02-01,9,a\n")
    (tmp_path / "stores.jsonl").write_text('{"y": "a", "town": "Ulm"}\n{"y": "b", "town": "Bonn"}\n')
    return tmp_path


def frame_of(source):
    return read(source.members, load(path="x").parameters.data).frame


def test_files_by_names_relative_to_the_parameters_file(base, nowhere_else):
    # What stands in the working directory under the same name is not meant.
    (nowhere_else / "sales").mkdir()
    (nowhere_else / "sales/1.csv").write_text("wrong\n1\n")
    text = "SELECT * FROM 'sales/1.csv' WHERE day >= :since"
    source = fetch(base, sql={"query": text, "parameters": {"since": "2026-01-02"}})
    assert frame_of(source)["amount"].tolist() == [12.5]
    assert source.described["sql"] == {"query": text, "parameters": {"since": "2026-01-02"}}
    assert (source.kind, source.described["rows"], source.notes) == ("sql", 1, ())
    assert Path.cwd() == nowhere_else


def test_several_kinds_of_files_in_one_query(base):
    text = "SELECT town, sum(amount) AS amount FROM 'sales/*.csv' JOIN 'stores.jsonl' USING (y) GROUP BY town"
    source = fetch(base, sql={"query": text})
    assert sorted(frame_of(source)["town"]) == ["Bonn", "Ulm"]
    assert "no ORDER BY" in source.notes[0]
    ordered = fetch(base, sql={"query": f"{text} ORDER BY town"})
    assert frame_of(ordered)["amount"].tolist() == [12.5, 19.0]
    assert ordered.notes == ()


def test_each_type(base):
    text = (
        "SELECT 1::TINYINT AS small, 2::HUGEINT AS huge, sum(3) AS total, 1.5::DECIMAL(9, 2) AS exact, "
        "'a'::ENUM('a', 'b') AS word, '00000000-0000-0000-0000-000000000001'::UUID AS name, true AS y, "
        "NULL AS nothing, DATE '2026-01-02' AS day, TIME '01:02:03' AS clock, "
        "TIMESTAMP_NS '2026-01-02 03:04:05.123456789' AS moment, "
        "TIMESTAMPTZ '2026-01-02 03:04:05+02' AS zoned"
    )
    found = frame_of(fetch(base, sql={"query": text})).iloc[0]
    assert [found[name] for name in ("small", "huge", "total", "exact", "word")] == [1, 2, 3, 1.5, "a"]
    assert found["name"] == "00000000-0000-0000-0000-000000000001"
    assert found["day"] == dt.datetime(2026, 1, 2)
    assert found["clock"] == 3723
    assert str(found["moment"]) == "2026-01-02 03:04:05.123456"
    assert str(found["zoned"]) == "2026-01-02 01:04:05"


def test_a_database_is_only_read(base):
    with duckdb.connect(str(base / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE sales AS SELECT 1 AS amount, 'a' AS y")
    source = fetch(base, sql={"url": "duckdb:///shop.duckdb", "query": "SELECT * FROM sales"})
    assert frame_of(source)["amount"].tolist() == [1]
    assert source.described["sql"]["url"] == "duckdb:///shop.duckdb"
    source.members[0][1].unlink()
    error = refused(base, NotFoundError, sql={"url": "duckdb:///shop.duckdb", "query": "SELECT * FROM sails"})
    assert error.message.startswith(f"duckdb database '{base / 'shop.duckdb'}': the query failed: ")


def test_a_database_that_somebody_else_holds(base):
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(base / "shop.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        refused(base, BusyError, sql={"url": "duckdb:///shop.duckdb", "query": "SELECT 1 AS y"})
        holder.communicate("\n")


def test_a_database_that_is_missing(base):
    error = refused(base, NotFoundError, sql={"url": "duckdb:///shop.duckdb", "query": "SELECT 1 AS y"})
    assert error.message == f"data.sql.url: there is no database file {base / 'shop.duckdb'}"
    error = refused(base, UsageError, sql={"url": "duckdb://shop.duckdb", "query": "SELECT 1 AS y"})
    assert error.hint == "write duckdb:///FILE, or leave it out"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("SELECT * FROM 'sails/*.csv'", NotFoundError, "No files found that match the pattern"),
        ("SELECT * FROM load", NotFoundError, "Table with name load does not exist"),
        ("SELECT price FROM 'stores.jsonl'", NotFoundError, 'Referenced column "price" not found'),
        ("SELECT * FORM 'stores.jsonl'", UsageError, "syntax error"),
        ("SELECT y, town AS y FROM 'stores.jsonl'", DataError, "empty or repeat: 'y'"),
        ("SELECT town::INT AS y FROM 'stores.jsonl'", DataError, "Could not convert string 'Ulm'"),
        ("SELECT * FROM 'stores.jsonl' WHERE y = 'z'", DataError, "the query returned no row"),
        ("SELECT [1] AS y", DataError, "column 'y' holds list"),
        ("SELECT 'x'::BLOB AS y", DataError, "column 'y' holds binary"),
        ("SELECT INTERVAL 1 MONTH AS y", DataError, "column 'y' holds month_day_nano_interval"),
        (
            "SELECT CASE i WHEN 450000 THEN error('no ' || i)::INT ELSE i END AS y FROM range(500000) t(i)",
            DataError,
            "Invalid Input Error: no 450000",
        ),
    ],
)
def test_what_cannot_be_answered(base, nowhere_else, text, kind, said):
    assert said in refused(base, kind, sql={"query": text}).message
    assert Path.cwd() == nowhere_else


def test_ten_thousand_columns(base):
    columns = ", ".join(f"i + {n} AS c{n}" for n in range(10_000))
    source = fetch(base, sql={"query": f"SELECT {columns} FROM range(3) AS t(i)"})
    assert source.described["rows"] == 3


def test_no_extension_is_fetched(base):
    error = refused(base, MlctlError, sql={"query": "SELECT * FROM 'https://127.0.0.1:1/a.csv'"})
    assert "httpfs" in error.message


def test_duckdb_is_not_installed(base, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    error = refused(base, MlctlError, sql={"query": "SELECT 1 AS y"})
    assert error.message == "data.sql without another url needs duckdb, which is not installed"
    assert error.hint == "pip install 'mlctl[duckdb]'"
