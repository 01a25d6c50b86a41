import os
from datetime import UTC, datetime

import pytest

from mlctl.actions import datasets
from mlctl.actions.acquire import fetch, fingerprint_of, keep, placed, record
from mlctl.errors import DataError, MlctlError
from mlctl.params.load import from_dict
from mlctl.store import init
from tests.actions.tables import change_a_row, make_shop, rows, write_csv

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


def loaded(**data):
    return from_dict({"project": "shop", "model": "kind", "data": {"target": "k", **data}}, {})


@pytest.fixture
def store(tmp_path):
    made, _ = init(tmp_path / "mlstore", NOW)
    made.add_project("shop", "", NOW)
    return made


def query(**more):
    return loaded(sql={"url": "sqlite:///shop.db", "query": "SELECT x, y, k FROM t ORDER BY id"}, **more)


@pytest.mark.parametrize("way", ["snapshot", "query", "both"])
def test_data_that_changes_while_it_is_read_is_refused(tmp_path, way):
    path = write_csv(tmp_path / "rows.csv")
    wanted = loaded(path="rows.csv", keep=way)
    fetched = fetch(wanted, tmp_path, tmp_path)
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match=r"the data changed while it was read: rows\.csv") as caught:
        keep(fetched, wanted.parameters.data, scratch=tmp_path, threads=1)
    assert caught.value.hint


def test_the_fingerprint_does_not_depend_on_the_way_of_keeping(tmp_path):
    write_csv(tmp_path / "rows.csv")
    seen = set()
    for way in ("snapshot", "query", "both"):
        wanted = loaded(path="rows.csv", keep=way)
        scratch = tmp_path / way
        scratch.mkdir()
        kept = keep(fetch(wanted, tmp_path, scratch), wanted.parameters.data, scratch=scratch, threads=1)
        assert (kept.archive is None) is (way == "query")
        seen.add(fingerprint_of(kept))
    assert len(seen) == 1


def test_a_query_with_its_rows_is_kept_with_both(tmp_path, store):
    make_shop(tmp_path / "shop.db")
    made, new = datasets.add(store, query(keep="both"), tmp_path, "sales", NOW)
    assert new
    assert made.archive["file"] == "sales.tar.zst"
    assert made.source["sql"]["query"] == "SELECT x, y, k FROM t ORDER BY id"
    assert made.fingerprint == made.source["fingerprint"]
    assert made.source["relative_to"] == "."
    # The same rows again are the same data, whatever the bytes of the file that holds them.
    assert datasets.add(store, query(keep="query"), tmp_path, "again", NOW) == (made, False)
    change_a_row(tmp_path / "shop.db")
    other, new = datasets.add(store, query(keep="query"), tmp_path, "again", NOW)
    assert new
    assert other.archive == {}


def test_rows_that_were_only_described_are_kept_when_they_are_wanted(tmp_path, store):
    make_shop(tmp_path / "shop.db")
    datasets.add(store, query(keep="query"), tmp_path, "told", NOW)
    made, new = datasets.add(store, query(), tmp_path, "held", NOW)
    assert new
    assert store.dataset_archive(made).is_file()


def test_what_cannot_be_stored_leaves_nothing(tmp_path, store):
    write_csv(tmp_path / "rows.csv")
    datasets.add(store, loaded(path="rows.csv"), tmp_path, None, NOW)
    write_csv(tmp_path / "rows.csv", lines=rows(20))
    with pytest.raises(MlctlError, match="has a dataset rows"):
        datasets.add(store, loaded(path="rows.csv"), tmp_path, None, NOW)
    assert [d.dataset for d in store.datasets("shop").records] == ["rows"]
    assert list((store.root / "tmp").iterdir()) == []


def test_notes_of_the_fetching_and_of_the_reading(tmp_path):
    sql = {"query": "SELECT k, count(*) AS n FROM read_csv('rows.csv') GROUP BY k"}
    write_csv(tmp_path / "rows.csv", "x;y;k", [(f"{x};{y};{k}",) for x, y, k in rows(20)])
    (note,) = fetch(loaded(path="rows.csv"), tmp_path, tmp_path).notes
    assert note == "rows.csv: semicolon-delimited, found from the header"
    assert any("no ORDER BY" in note for note in fetch(loaded(sql=sql), tmp_path, tmp_path).notes)


def test_a_record_holds_how_to_read_it_again(tmp_path, store):
    write_csv(tmp_path / "rows.csv")
    wanted = loaded(path="rows.csv", missing=["-"], types={"x": "category"}, time="y")
    fetched = fetch(wanted, tmp_path, tmp_path)
    kept = keep(fetched, wanted.parameters.data, scratch=tmp_path, threads=1)
    made, _ = record(store, "rows", kept, wanted, tmp_path, NOW)
    assert made.read == {
        "delimiter": None,
        "encoding": "utf-8",
        "missing": ["-"],
        "dates": {},
        "types": {"x": "category"},
    }
    assert [c["role"] for c in made.schema] == ["feature", "time", "target"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"path": "rows.csv"}, {"path": "sub/rows.csv"}),
        ({"path": ["../a.csv", "b.csv"]}, {"path": ["a.csv", "sub/b.csv"]}),
        ({"path": "/data/rows.csv"}, {"path": "/data/rows.csv"}),
        ({"path": "s3://b/rows.csv"}, {"path": "s3://b/rows.csv"}),
        ({"path": "${DIR}/rows.csv"}, {"path": "${DIR}/rows.csv", "relative_to": "sub"}),
        ({"path": ["${DIR}/a.csv", "b.csv"]}, {"path": ["${DIR}/a.csv", "b.csv"], "relative_to": "sub"}),
        ({"source": "sklearn:iris"}, {"source": "sklearn:iris"}),
        ({"function": "f.py:load"}, {"function": "f.py:load", "relative_to": "sub"}),
    ],
)
def test_paths_are_kept_from_the_directory_that_holds_the_store(tmp_path, told, expected):
    assert placed(told, tmp_path / "sub", tmp_path) == expected
