import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from mlctl.data.read import read
from mlctl.data.sql_stream import stream
from mlctl.data.sql_text import parse
from mlctl.data.sql_url import parse_url
from mlctl.errors import BusyError, DataError, MlctlError, NotFoundError, UsageError
from mlctl.params.model import Sql

from . import postgres as pg
from .fetched import fetch, is_nowhere, load, refused, tells_nothing


@pytest.fixture
def shop(tmp_path):
    """A small SQLite database, in the mode that lets others write while one reads."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE sales (day TEXT, store, amount, y)")
        connection.executemany(
            "INSERT INTO sales VALUES (?, ?, ?, ?)",
            [("2026-01-01", 1, 10, "a"), ("2026-01-02", 2, 12.5, "b"), ("2026-01-03", None, 9, "a")],
        )
        connection.commit()
    return tmp_path


def query(text, url="sqlite:///shop.db", **parameters):
    return {"url": url, "query": text, "parameters": parameters}


def test_a_table_of_sqlite(shop):
    source = fetch(shop, sql=query("SELECT * FROM sales WHERE day >= :since", since="2026-01-02"))
    assert source.kind == "sql"
    assert [name for name, _ in source.members] == ["data.parquet"]
    frame = read(source.members, load(path="x").parameters.data).frame
    assert frame["amount"].tolist() == [12.5, 9.0]
    assert [str(day.date()) for day in frame["day"]] == ["2026-01-02", "2026-01-03"]
    assert source.described["sql"]["parameters"] == {"since": "2026-01-02"}
    assert (source.described["rows"], source.described["isolation"]) == (2, "one transaction")
    assert source.notes == ()


def test_what_looks_like_a_parameter_in_a_text_is_none(shop):
    source = fetch(
        shop, sql=query("SELECT y, ' :no' || '12:30' || '100%' AS t FROM sales WHERE store = :s", s=1)
    )
    assert read(source.members, load(path="x").parameters.data).frame["t"].tolist() == [" :no12:30100%"]


def test_a_column_of_two_kinds(shop):
    with closing(sqlite3.connect(shop / "shop.db")) as connection:
        connection.execute("INSERT INTO sales VALUES ('2026-01-04', 'north', 1, 'a')")
        connection.commit()
    error = refused(shop, DataError, sql=query("SELECT * FROM sales"))
    assert error.message == "column 'store' holds numbers (row 1) and text (row 4)"
    assert "CAST(store AS TEXT)" in error.hint
    source = fetch(shop, sql=query("SELECT CAST(store AS TEXT) AS store, y FROM sales"))
    assert read(source.members, load(path="x").parameters.data).frame["store"].tolist()[3] == "north"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("SELECT * FROM sails", NotFoundError, "no such table: sails"),
        ("SELECT price FROM sales", NotFoundError, "no such column: price"),
        ("SELECT FROM sales", UsageError, 'near "FROM": syntax error'),
        ("SELECT * FROM sales WHERE y = 'c'", DataError, "data.sql.query: the query returned no row"),
        (
            "SELECT y, y FROM sales",
            DataError,
            "data.sql: the result has column names that are empty or repeat: 'y'",
        ),
        ("SELECT CAST(y AS BLOB) AS b FROM sales", DataError, "column 'b' holds values of type bytes"),
        ("SELECT abs(-9223372036854775808) AS y", DataError, "integer overflow"),
        ("WITH x AS (SELECT 1) DELETE FROM sales", UsageError, "attempt to write a readonly database"),
        (
            "WITH x AS (SELECT 1) DELETE FROM sales RETURNING y",
            UsageError,
            "attempt to write a readonly database",
        ),
    ],
)
def test_what_sqlite_cannot_answer(shop, text, kind, said):
    assert said in refused(shop, kind, sql=query(text)).message
    assert fetch(shop, sql=query("SELECT * FROM sales")).described["rows"] == 3


def test_a_query_that_fails_half_way(shop):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
    text = f"{numbers} SELECT abs(CASE WHEN i = 90000 THEN -9223372036854775808 ELSE i END) AS y FROM n"
    error = refused(shop, DataError, sql=query(text))
    assert error.message.endswith("the query failed after 80,000 rows: integer overflow")


def test_somebody_else_writes(shop):
    with closing(sqlite3.connect(shop / "shop.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        error = refused(shop, BusyError, sql=query("SELECT * FROM sales", "sqlite:///shop.db?timeout=0"))
    assert "database is locked" in error.message


def started(url, base, text):
    """Begin to read, and give what is left to read and the first batch."""
    sql = Sql(url=url, query=text)
    batches = stream(parse_url(sql, base, {}), parse(text, "here"), sql)
    return batches, next(batches)


def test_a_table_of_sqlite_that_changes_while_it_is_read(shop):
    with closing(sqlite3.connect(shop / "shop.db")) as other:
        other.execute(
            "CREATE TABLE many AS WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i FROM n"
        )
        other.commit()
        batches, first = started("sqlite:///shop.db", shop, "SELECT i FROM many")
        with closing(batches):
            other.execute("INSERT INTO many SELECT i + 50000 FROM many")
            other.execute("UPDATE many SET i = -i")
            other.commit()
            values = first.column(0).to_pylist() + [
                i for batch in batches for i in batch.column(0).to_pylist()
            ]
    assert values == list(range(1, 50_001))


def test_a_driver_that_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refused(tmp_path, MlctlError, {"U": "postgresql://u:hush@db/x"}, sql=query("SELECT 1", "${U}"))
    assert error.message == "data.sql.url needs psycopg, which is not installed"
    assert error.hint == "pip install 'mlctl[postgres]'"
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    error = refused(tmp_path, MlctlError, {"U": "mysql://u:hush@db/x"}, sql=query("SELECT 1", "${U}"))
    assert error.message == "data.sql.url needs MySQLdb, which is not installed"
    assert "mysql" in error.hint
    tells_nothing(error, "hush")


def test_sqlalchemy_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    error = refused(tmp_path, MlctlError, sql=query("SELECT 1"))
    assert error.hint == "pip install 'mlctl[sql]'"


def test_an_unknown_dialect(tmp_path):
    error = refused(tmp_path, UsageError, {"U": "nosql://u:hush@db/x"}, sql=query("SELECT 1", "${U}"))
    assert error.message == "data.sql.url: Can't load plugin: sqlalchemy.dialects:nosql"
    tells_nothing(error, "hush")


MEASURE = """
import resource, sys
from pathlib import Path
from mlctl.data.sources import resolve
from mlctl.params.model import Data

def fetch(rows):
    query = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
        "SELECT i + 1000000000 AS i, i * 0.5 AS y FROM n"
    )
    data = Data.model_validate({"target": "y", "sql": {"url": "sqlite://", "query": query}})
    assert resolve(data, Path(), Path(sys.argv[1])).described["rows"] == rows
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

small = fetch(1_000)
print(fetch(2_000_000) - small)
"""


def test_two_million_rows_take_little_memory(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    # Held as Python's own objects, the rows would be 240 MB.
    assert float(ran.stdout) < 150


@pytest.fixture(scope="module")
def warehouse(postgres):
    postgres.run(
        "CREATE SEQUENCE counter",
        "CREATE TABLE sales AS SELECT i AS id, i % 3 = 0 AS y, i / 4.0 AS amount, i::numeric AS whole, "
        "'2026-01-01'::date + i % 30 AS day, '2026-01-01 00:00+02'::timestamptz AS at, "
        "'store ' || i AS store, md5(i::text)::uuid AS key FROM generate_series(1, 45000) AS i",
    )
    return postgres


def ask(server, base, text, database="postgres", **parameters):
    return fetch(
        base,
        {"WAREHOUSE_URL": server.url(database=database)},
        sql=query(text, "${WAREHOUSE_URL}", **parameters),
    )


def not_answered(server, base, kind, text, **url):
    environ = {"WAREHOUSE_URL": server.url(**url)}
    error = refused(base, kind, environ, sql=query(text, "${WAREHOUSE_URL}"))
    tells_nothing(error, pg.PASSWORD, "hush-hush%2F47%3A11", "hush-hush")
    assert "columns" in error.message or f"127.0.0.1:{server.port}" in error.message
    return error


def test_a_table_of_postgresql(warehouse, tmp_path):
    text = "SELECT * FROM sales WHERE day >= :since AND id <= :most ORDER BY id"
    source = ask(warehouse, tmp_path, text, since="2026-01-02", most=4)
    frame = read(source.members, load(path="x").parameters.data).frame
    assert [str(dtype) for dtype in frame.dtypes] == [
        "int64", "bool", "float64", "int64", "datetime64[ns]", "datetime64[ns]", "str", "str",
    ]  # fmt: skip
    assert frame["id"].tolist() == frame["whole"].tolist() == [1, 2, 3, 4]
    assert frame["amount"].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert str(frame["at"][0]) == "2025-12-31 22:00:00"
    assert frame["key"][0] == "c4ca4238-a0b9-2382-0dcc-509a6f75849b"
    assert source.described["sql"] == {
        "url": "${WAREHOUSE_URL}", "query": text, "parameters": {"since": "2026-01-02", "most": 4},
    }  # fmt: skip
    assert source.described["isolation"] == "one transaction, repeatable read"


def test_rows_come_from_one_reading_transaction_in_the_tables_own_order(warehouse, tmp_path):
    settings = ("transaction_isolation", "transaction_read_only", "synchronize_seqscans")
    text = "SELECT " + ", ".join(f"current_setting('{name}') AS {name}" for name in settings)
    source = ask(warehouse, tmp_path, text)
    found = read(source.members, load(path="x").parameters.data).frame.iloc[0].tolist()
    assert found == ["repeatable read", "on", "off"]
    assert "no ORDER BY" in source.notes[0]


def test_a_table_of_postgresql_that_changes_while_it_is_read(warehouse, tmp_path):
    warehouse.run("CREATE TABLE busy AS SELECT generate_series(1, 50000) AS id")
    batches, first = started(warehouse.url(), tmp_path, "SELECT id FROM busy")
    with closing(batches):
        warehouse.run("INSERT INTO busy SELECT id + 50000 FROM busy", "UPDATE busy SET id = -id")
        values = first.column(0).to_pylist() + [i for batch in batches for i in batch.column(0).to_pylist()]
    assert values == list(range(1, 50_001))


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("SELECT * FROM sails", NotFoundError, 'relation "sails" does not exist'),
        ("SELECT price FROM sales", NotFoundError, 'column "price" does not exist'),
        ("SELECT * FORM sales", UsageError, 'syntax error at or near "FORM"'),
        ("WITH x AS (DELETE FROM sales RETURNING *) SELECT * FROM x", UsageError, "data-modifying"),
        ("SELECT nextval('counter') AS y", UsageError, "read-only transaction"),
        ("SELECT FROM sales", UsageError, "the statement returns no columns"),
        ("SELECT 1 / (id - 44000) AS y FROM sales", DataError, "failed after 40,000 rows: division by zero"),
        ("SELECT 'infinity'::timestamptz AS y", DataError, "timestamp too large"),
        (
            "SELECT CASE WHEN id = 44000 THEN pg_terminate_backend(pg_backend_pid()) END AS y FROM sales",
            MlctlError,
            "failed after 40,000 rows: ",
        ),
    ],
)
def test_what_postgresql_cannot_answer(warehouse, tmp_path, capfd, text, kind, said):
    assert said in not_answered(warehouse, tmp_path, kind, text).message
    assert "hush" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1, 2", "data.sql: the result has column names that are empty or repeat: '?column?'"),
        ("SELECT '{1,2}'::int[] AS y", "column 'y' holds values of type list, which is no table's value"),
        ("SELECT '{}'::jsonb AS y", "column 'y' holds values of type dict, which is no table's value"),
        ("SELECT '\\x00'::bytea AS y", "column 'y' holds values of type bytes, which is no table's value"),
        ("SELECT * FROM sales WHERE id < 0", "data.sql.query: the query returned no row"),
    ],
)
def test_a_result_of_postgresql_that_is_no_table(warehouse, tmp_path, text, said):
    error = refused(tmp_path, DataError, {"U": warehouse.url()}, sql=query(text, "${U}"))
    assert error.message == said
    tells_nothing(error, "hush-hush")


def test_a_wrong_password(warehouse, tmp_path, capfd):
    error = refused(
        tmp_path, MlctlError, {"U": warehouse.url(password="wrong-hush")}, sql=query("SELECT 1 AS y", "${U}")
    )
    assert error.message.startswith(
        f"postgresql database 'postgres' at 127.0.0.1:{warehouse.port} refuses the user or the password: "
    )
    assert pg.USER not in error.message
    tells_nothing(error, "wrong-hush")
    assert "hush" not in "".join(capfd.readouterr())


def test_an_unknown_database(warehouse, tmp_path):
    error = not_answered(warehouse, tmp_path, NotFoundError, "SELECT 1 AS y", database="nowhere")
    assert 'database "nowhere" does not exist' in error.message


def test_an_unreachable_database(tmp_path):
    url = "postgresql://reader:hush@127.0.0.1:1/sales?connect_timeout=5"
    error = refused(tmp_path, MlctlError, {"U": url}, sql=query("SELECT 1 AS y", "${U}"))
    assert error.message.startswith("cannot connect to postgresql database 'sales' at 127.0.0.1:1: ")
    assert "Connection refused" in error.message
    assert "reader" not in error.message
    tells_nothing(error, "hush")


def test_a_password_reaches_no_file_and_no_stream(warehouse, tmp_path, capfd):
    environ = {"PASSWORD": "hush-hush%2F47%3A11", "STORE": "store 7"}
    url = warehouse.url(password="${PASSWORD}")
    text = "SELECT * FROM sales WHERE store = :store"
    source = fetch(tmp_path, environ, sql=query(text, url, store="${STORE}"))
    assert source.described["rows"] == 1
    assert source.described["sql"]["url"] == url
    assert source.described["sql"]["parameters"] == {"store": "${STORE}"}
    told = repr(source) + "".join(capfd.readouterr())
    for secret in (pg.PASSWORD, environ["PASSWORD"]):
        assert secret not in told
        assert is_nowhere(tmp_path, secret)


def test_a_value_of_the_environment_is_not_in_an_error(warehouse, tmp_path):
    environ = {"U": warehouse.url(), "SINCE": "hush-today"}
    text = "SELECT * FROM sales WHERE day > CAST(CAST(:since AS text) AS date)"
    error = refused(tmp_path, DataError, environ, sql=query(text, "${U}", since="${SINCE}"))
    assert error.message.endswith('invalid input syntax for type date: "***"')
    tells_nothing(error, "hush-today", "hush-hush")


def test_a_socket_of_postgresql(warehouse, tmp_path):
    environ = {"PASSWORD": "hush-hush%2F47%3A11"}
    url = f"postgresql:///postgres?host={warehouse.folder}&port={warehouse.port}&user={pg.USER}&password=${{PASSWORD}}"
    source = fetch(tmp_path, environ, sql=query("SELECT 1 AS y", url))
    assert source.described["sql"]["url"] == url
