import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlctl.actions import datasets
from mlctl.actions.acquire import fetch
from mlctl.actions.named_dataset import settled
from mlctl.data.sources import resolve
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.load import from_dict
from mlctl.store.store import init

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def named(**data):
    return from_dict({"project": "p", "model": "m", "data": {"dataset": "mart", **data}}, {})


def kept(tmp_path, **data):
    store = init(tmp_path / "mlstore", NOW)[0]
    loaded = from_dict({"project": "p", "model": "m", "data": data}, {})
    datasets.add(store, loaded, tmp_path, "mart", NOW)
    return store


@pytest.fixture
def csv(tmp_path):
    (tmp_path / "a.csv").write_text("x;y\n1;?\n2;3\n")
    return kept(tmp_path, path="a.csv", target="y", delimiter=";", missing=["?"])


def rows(store, loaded, tmp_path):
    with store.scratch() as scratch:
        return fetch(settled(store, loaded), tmp_path, scratch, store)


def test_the_record_says_what_the_file_does_not(csv, tmp_path):
    found = settled(csv, named())
    assert (found.parameters.data.target, found.parameters.data.delimiter) == ("y", ";")
    assert found.effective["data"]["target"] == "y"
    assert found.effective["data"]["missing"] == ["?"]
    own = settled(csv, named(target="x", delimiter=",", missing=["!"]))
    assert (own.parameters.data.target, own.parameters.data.delimiter) == ("x", ",")
    assert settled(csv, own) is own
    other = from_dict({"project": "p", "model": "m", "data": {"path": "a.csv", "target": "y"}}, {})
    assert settled(csv, other) is other


def test_the_rows_as_they_are_kept(csv, tmp_path):
    found = rows(csv, named(), tmp_path)
    assert found.table.frame["x"].tolist() == [1, 2]
    assert found.source.described == {"dataset": "mart"}
    again, new = datasets.add(csv, named(), tmp_path, "second", NOW)
    assert (again.dataset, new) == ("mart", False)


def test_the_rows_fetched_anew(tmp_path):
    path = tmp_path / "d.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("create table t (x integer, y integer)")
        base.execute("insert into t values (1, 2)")
    base.close()
    query = {"url": f"sqlite:///{path}", "query": "select * from t"}
    store = kept(tmp_path, sql=query, target="y", keep="query")
    with sqlite3.connect(path) as base:
        base.execute("insert into t values (3, 4)")
    base.close()
    found = rows(store, named(), tmp_path)
    assert found.table.frame["x"].tolist() == [1, 3]
    assert found.source.described["rows"] == 2


def test_no_such_dataset(csv, tmp_path):
    missing = from_dict({"project": "p", "model": "m", "data": {"dataset": "gone"}}, {})
    with pytest.raises(NotFoundError, match=r"^data\.dataset: ") as caught:
        settled(csv, missing)
    assert "mlctl data add FILE --project p --name gone --target COLUMN" in caught.value.hint


def test_a_dataset_without_a_target(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    store = init(tmp_path / "mlstore", NOW)[0]
    loaded = datasets.loaded_for("a.csv", "p", None)
    datasets.add(store, loaded, tmp_path, "mart", NOW)
    with pytest.raises(UsageError, match="names no column to predict"):
        settled(store, named())


def test_a_dataset_is_no_source_without_its_store():
    with pytest.raises(UsageError, match="can only be trained on"):
        resolve(named(target="y").parameters.data, Path(), Path())
