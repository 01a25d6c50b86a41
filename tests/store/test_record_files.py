from enum import Enum
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mlctl.domain.records import Project
from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.store.record_files import plain, read_record_tree, read_tree, record_tree, write_tree
from tests.files.faults import FaultyOs

PROJECT = {"project_id": "1", "project_name": "iris", "created_datetime": "2026-01-09T00:00:00.000000Z"}
EACH = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(codec="utf-8"))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@EACH
@given(tree=st.dictionaries(TEXT, TREES, max_size=5))
@example(tree={"no": "1e3", "0o17": "010", "a": "12:30", "b": "y", "c": "\x1b[31m", "d": "\x85\ufeff\u2028"})
@example(tree={"a": 1e-07, "b": float("inf"), "c": -0.0, "d": 10**300, "e": "1_000"})
def test_trees_come_back_as_they_were(tmp_path, tree):
    path = tmp_path / "meta.yaml"
    write_tree(path, tree)
    assert read_tree(path) == tree


@EACH
@given(data=st.binary(max_size=200))
@example(data=b"a: &a [*a]")
@example(data=b"[" * 20_000)
@example(data=b"- " * 20_000)
@example(data=b"!!python/object/apply:os.system [ls]")
@example(data=b"a: !!int ''")
@example(data=b"a: " + b"9" * 5_000)
@example(data=b'a: "\\ud800"')
@example(data=b"\xff\xfe\x00")
@example(data=b"a: 1\na: 2")
def test_any_bytes_are_a_mapping_or_damage(tmp_path, data):
    path = tmp_path / "meta.yaml"
    path.write_bytes(data)
    try:
        tree = read_tree(path)
    except DamagedError:
        return
    assert isinstance(tree, dict)


def test_what_a_person_reads(tmp_path):
    path = tmp_path / "meta.yaml"
    write_tree(path, PROJECT | {"description": "붓꽃", "tags": []})
    assert path.read_text() == (
        "project_id: '1'\nproject_name: iris\ncreated_datetime: '2026-01-09T00:00:00.000000Z'\n"
        "description: 붓꽃\ntags: []\n"
    )
    assert yaml.safe_load(path.read_text())["created_datetime"] == PROJECT["created_datetime"]


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFoundError):
        read_tree(tmp_path / "meta.yaml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "meta.yaml holds no mapping"),
        (b"- a", "meta.yaml holds no mapping"),
        (b"a: \xff", "byte 3 is not UTF-8"),
        (b"a: [", "meta.yaml, line 1"),
        (b"a: b" * 1_000_001, "holds more than 4,000,000 bytes"),
    ],
)
def test_damage_says_where(tmp_path, content, said):
    (tmp_path / "meta.yaml").write_bytes(content)
    with pytest.raises(DamagedError, match=said):
        read_tree(tmp_path / "meta.yaml")


def test_a_record_has_its_fields(tmp_path):
    path = tmp_path / "meta.yaml"
    write_tree(path, PROJECT)
    assert read_record_tree(Project, path) == PROJECT
    write_tree(path, PROJECT | {"tags": 5})
    with pytest.raises(DamagedError, match="tags: 5 is no list"):
        read_record_tree(Project, path)


def test_what_a_record_cannot_hold_is_refused_before_it_is_written(tmp_path):
    with pytest.raises(UsageError, match="cannot hold this: tags: 5 is no list"):
        record_tree(Project, PROJECT | {"tags": 5})
    with pytest.raises(UsageError, match="half a character"):
        write_tree(tmp_path / "meta.yaml", {"a": "\udc80"})
    assert list(tmp_path.iterdir()) == []


class Colour(str, Enum):  # noqa: UP042  # the older form is the one that needs care
    RED = "red"


class Real(float):
    """What numpy.float64 is."""


def test_plain_values():
    found = plain({1: (Real(0.5), None), "a": {"b": Colour.RED, "c": True}, "d": 3})
    assert found == {"1": [0.5, None], "a": {"b": "red", "c": True}, "d": 3}
    assert (type(found["1"][0]), type(found["a"]["b"])) == (float, str)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x"])
def test_what_is_not_plain_is_a_bug(value: Any):
    with pytest.raises(TypeError, match="a record cannot hold"):
        plain({"a": [value]})


def test_a_full_disk_leaves_the_old_record(tmp_path, monkeypatch):
    path = tmp_path / "meta.yaml"
    write_tree(path, PROJECT)
    monkeypatch.setattr("mlctl.files.atomic.os", FaultyOs(2))
    with pytest.raises(Exception, match="no space left"):
        write_tree(path, PROJECT | {"description": "new"})
    assert read_tree(path) == PROJECT
