import json

import pytest

from mlctl.data.again import changes, fetch_again
from mlctl.errors import UsageError

from .fetched import fetch, load


def again(described, base, environ=None):
    """Fetch from a record, as it is read back from a file."""
    return fetch_again(
        json.loads(json.dumps(described)), load(path="x").parameters.data, environ or {}, base, base
    )


def test_a_query_that_still_gives_the_same(tmp_path):
    (tmp_path / "q.sql").write_text("SELECT i AS y FROM range(3) t(i) WHERE i < :n")
    environ = {"URL": "duckdb://", "N": "2"}
    sql = {"url": "${URL}", "query_file": "q.sql", "parameters": {"n": "${N}"}}
    then = fetch(tmp_path, environ, sql=sql).described
    (tmp_path / "q.sql").write_text("SELECT 1 AS y")
    now = again(then, tmp_path, environ).described
    assert now == {**then, "sql": {key: value for key, value in then["sql"].items() if key != "query_file"}}
    assert changes(then, now) == ()


def test_a_query_that_gives_something_else(tmp_path):
    (tmp_path / "t.csv").write_text("y\n1\n2\n")
    then = fetch(tmp_path, sql={"query": "SELECT * FROM 't.csv'"}).described
    (tmp_path / "t.csv").write_text("y\n2\n1\n")
    other = again(then, tmp_path).described
    assert changes(then, other) == ("the rows are others, or in another order",)
    (tmp_path / "t.csv").write_text("y\n2\n")
    fewer = again(then, tmp_path).described
    assert changes(then, fewer) == (
        "there were 2 rows, there are 1",
        "the rows are others, or in another order",
    )


def test_a_function_that_was_edited(tmp_path):
    text = "import pandas as pd\ndef load():\n    return pd.DataFrame({'y': [1]})\n"
    (tmp_path / "load.py").write_text(text)
    then = fetch(tmp_path, function="load.py:load").described
    (tmp_path / "load.py").write_text(text + "# more\n")
    assert changes(then, again(then, tmp_path).described) == ("the file of the function is another one",)


def test_files_are_compared_by_what_is_known_of_them(tmp_path):
    (tmp_path / "t.csv").write_text("y\n1\n")
    then = fetch(tmp_path, path="t.csv").described
    found = again(then, tmp_path)
    assert [name for name, _ in found.members] == ["t.csv"]
    assert changes({**then, "fingerprint": "a"}, {**found.described, "fingerprint": "a"}) == ()


def test_a_set_of_scikit_learns(tmp_path):
    then = fetch(tmp_path, source="sklearn:iris").described
    assert again(then, tmp_path).described == then


def test_a_variable_is_not_set_any_more(tmp_path):
    then = fetch(tmp_path, {"URL": "sqlite://"}, sql={"url": "${URL}", "query": "SELECT 1 AS y"}).described
    with pytest.raises(UsageError) as caught:
        again(then, tmp_path)
    assert caught.value.message == "the data cannot be fetched again"
    assert caught.value.details == (
        "data.sql.url: '${URL}' — the environment has no URL; set it and try again",
    )
