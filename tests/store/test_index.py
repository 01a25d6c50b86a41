import os
import sqlite3
from collections.abc import Iterator

import pytest

from mlctl.store.index import Entry, Index, Key, Stamp
from mlctl.store.index_shelf import Shelf

STAMP = Stamp(1_700_000_000_123_456_789, 42, 7)
ONE = Key("dataset", "iris", "", "iris_3f9a1c_1")
TWO = Key("dataset", "iris", "", "iris_3f9a1c_2")
OTHER = Key("dataset", "wine", "", "wine_nogit_1")
ENTRY = Entry(STAMP, {"a": [1, 0.1, None, "한글"]})
DAMAGED = Entry(STAMP, None, "it is torn")


@pytest.fixture
def index(tmp_path) -> Index:
    return Index(tmp_path / "odd ?#% name.sqlite")


def database(index: Index) -> sqlite3.Connection:
    return sqlite3.connect(index._path)


def test_what_is_stored_comes_back(index):
    assert index.load("dataset") == {}
    index.store({ONE: ENTRY, TWO: DAMAGED, OTHER: ENTRY})
    assert index.load("dataset") == {ONE: ENTRY, TWO: DAMAGED, OTHER: ENTRY}
    assert index.load("dataset", "iris") == {ONE: ENTRY, TWO: DAMAGED}
    assert index.load("dataset", None, "", OTHER.name) == {OTHER: ENTRY}
    assert index.load("dataset", "iris", "", TWO.name) == {TWO: DAMAGED}
    assert index.load("model") == {}


def test_entries_are_replaced_and_taken_out(index):
    index.store({ONE: ENTRY, TWO: ENTRY})
    newer = Entry(STAMP._replace(inode=8), {"b": 2})
    index.store({ONE: newer}, [TWO])
    assert index.load("dataset") == {ONE: newer}
    index.store({}, [ONE])
    assert index.load("dataset") == {}


def test_nothing_to_store_makes_no_file(index):
    index.store({})
    assert not index._path.exists()


def test_an_index_of_another_version_is_made_anew(index):
    index.store({ONE: ENTRY})
    with database(index) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert index.load("dataset") == {}
    index.store({TWO: ENTRY})
    assert index.load("dataset") == {TWO: ENTRY}


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 8000])
def test_what_is_no_index_is_made_anew(index, content):
    index._path.write_bytes(content)
    index._path.with_name(index._path.name + "-journal").write_bytes(b"stale")
    assert index.load("dataset") == {}
    index.store({ONE: ENTRY})
    index.store({ONE: ENTRY})
    assert index.load("dataset") == {ONE: ENTRY}


def flipped(data: bytes) -> Iterator[bytes]:
    for place in range(0, len(data), 211):
        yield data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :]


def test_a_flipped_byte_never_gives_another_record(index):
    index.store({ONE: ENTRY, TWO: DAMAGED})
    seen = set()
    for data in flipped(index._path.read_bytes()):
        index._path.write_bytes(data)
        found = index.load("dataset")
        seen.add(len(found))
        # A key or a stamp may be another one, which no file then has; a record may not.
        assert all(entry.tree in (ENTRY.tree, None) for entry in found.values())
    assert 0 in seen
    assert 2 in seen


def test_a_busy_index_is_left_alone(index, monkeypatch):
    monkeypatch.setattr("mlctl.store.index._BUSY_SECONDS", 0.01)
    index.store({ONE: ENTRY})
    with database(index) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        index.store({TWO: ENTRY})
        assert index.load("dataset") == {}
    connection.close()
    assert index.load("dataset") == {ONE: ENTRY}


def test_links_are_neither_read_nor_written(index, tmp_path):
    outside = Index(tmp_path / "outside.sqlite")
    outside.store({ONE: ENTRY})
    before = outside._path.read_bytes()
    index._path.symlink_to(outside._path)
    assert index.load("dataset") == {}
    index.store({TWO: ENTRY})
    assert outside._path.read_bytes() == before


def test_a_directory_in_its_place_is_left_alone(index):
    index._path.mkdir()
    index.store({ONE: ENTRY})
    assert index.load("dataset") == {}


def test_half_characters_are_kept_and_what_no_row_holds_is_not(index):
    odd = Entry(STAMP, {"a": "\udc80"})
    index.store({ONE: odd})
    assert index.load("dataset") == {ONE: odd}
    index.store({ONE: Entry(STAMP._replace(size=1 << 70), {}), TWO: ENTRY})
    assert index.load("dataset") == {ONE: odd}


def test_experiments_are_read_from_their_own_tables(index):
    with index.connected("rwc") as connection:
        shelf = Shelf(connection)
        shelf.prepare()
        shelf.put(shelf.add_owner("iris", "species"), {"iris_3f9a1c_1": ENTRY, "iris_3f9a1c_2": DAMAGED})
    place = "experiment", "iris", "species"
    assert index.load("experiment") == {
        Key(*place, "iris_3f9a1c_1"): ENTRY,
        Key(*place, "iris_3f9a1c_2"): DAMAGED,
    }
    assert index.load(*place, "iris_3f9a1c_2") == {Key(*place, "iris_3f9a1c_2"): DAMAGED}


def test_stamps(tmp_path):
    path = tmp_path / "meta.yaml"
    path.write_text("12345")
    os.utime(path, ns=(0, 5_000_000_000))
    stamp = Stamp.of(str(path))
    assert stamp == Stamp(5_000_000_000, 5, path.stat().st_ino)
    assert Stamp.of(str(tmp_path)) is None
    assert Stamp.of(str(tmp_path / "none")) is None
    (tmp_path / "link").symlink_to(path)
    assert Stamp.of(str(tmp_path / "link")) is None


@pytest.mark.parametrize(
    ("now", "settled"), [(5.0, False), (6.9, False), (3.1, False), (7.1, True), (2.0, True)]
)
def test_what_was_written_just_now_is_not_settled(now, settled):
    assert Stamp(5_000_000_000, 1, 1).is_settled(now) is settled
