import os

import pytest

from mlctl.data.sources import resolve
from mlctl.errors import MlctlError, NotFoundError, UsageError
from mlctl.params.model import Data

from .fetched import fetch, refused


def test_a_query_in_a_file_beside_the_parameters_file(tmp_path):
    (tmp_path / "q.sql").write_text("\ufeffSELECT :n AS y -- größer\n", encoding="utf-8")
    source = fetch(tmp_path, sql={"query_file": "q.sql", "parameters": {"n": 7}})
    assert source.described["sql"] == {
        "query": "SELECT :n AS y -- größer\n",
        "query_file": "q.sql",
        "parameters": {"n": 7},
    }
    assert source.described["rows"] == 1
    assert source.described["isolation"] == "one statement"


def test_a_query_file_that_is_missing_or_no_text(tmp_path):
    error = refused(tmp_path, NotFoundError, sql={"query_file": "q.sql"})
    assert error.message == f"cannot read {tmp_path / 'q.sql'}: no such file or directory"
    (tmp_path / "q.sql").write_bytes(b"SELECT '\xe4' AS y")
    error = refused(tmp_path, UsageError, sql={"query_file": "q.sql"})
    assert error.message == f"{tmp_path / 'q.sql'}: byte 8 is not UTF-8 text"
    (tmp_path / "q.sql").write_text("DROP TABLE t")
    error = refused(tmp_path, UsageError, sql={"query_file": "q.sql"})
    assert error.message == "q.sql: begins with DROP, and is no query"


@pytest.mark.parametrize(
    ("parameters", "message", "hint"),
    [
        (
            {"since": 1},
            "data.sql.query: the query asks for :until, and data.sql.parameters has no such value",
            "add it: parameters: {until: …}",
        ),
        (
            {"since": 1, "until": 2, "untill": 3},
            "data.sql.parameters: the query does not ask for untill",
            "did you mean until?",
        ),
        (
            {"since": 1, "until": 2, "x": 3},
            "data.sql.parameters: the query does not ask for x",
            "write :x where its value belongs",
        ),
    ],
)
def test_parameters_and_the_query_have_the_same_names(tmp_path, parameters, message, hint):
    sql = {"query": "SELECT :since AS a, :until AS y", "parameters": parameters}
    error = refused(tmp_path, UsageError, sql=sql)
    assert (error.message, error.hint) == (message, hint)


def test_equal_rows_have_one_fingerprint_however_they_were_asked_for(tmp_path):
    plain = fetch(tmp_path, sql={"query": "SELECT i AS y FROM range(50000) t(i)"}).described
    sqlite = fetch(
        tmp_path,
        sql={
            "url": "sqlite://",
            "query": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
            "SELECT i AS y FROM n",
            "parameters": {"last": 49_999},
        },
    ).described
    assert plain["rows"] == sqlite["rows"] == 50_000
    assert plain["fingerprint"] == sqlite["fingerprint"]
    other = fetch(tmp_path, sql={"query": "SELECT i AS y FROM range(50000) t(i) ORDER BY i DESC"}).described
    assert other["fingerprint"] != plain["fingerprint"]


def test_a_section_that_was_never_typed_is_described_without_its_password(tmp_path):
    url = "sqlite:///file::memory:?uri=true&token=hush"
    sql = {"url": url, "query": "SELECT 1 AS y"}
    data = Data.model_validate({"target": "y", "sql": sql})
    assert resolve(data, tmp_path, tmp_path).described["sql"]["url"] == url.replace("hush", "***")


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(MlctlError, match="cannot "):
        resolve(
            Data.model_validate({"target": "y", "sql": {"query": "SELECT 1 AS y"}}),
            tmp_path,
            tmp_path / "no" / os.fspath("x" * 300),
        )
