"""Trees that are built aside and put in place."""

import pytest

from mlctl import files
from mlctl.errors import MlctlError, NotFoundError


def test_files_and_folders(tmp_path):
    files.make_staged(tmp_path / "a" / "b")
    files.make_staged(tmp_path / "a" / "b")
    files.write_staged(tmp_path / "a" / "b" / "text", "é")
    files.write_staged(tmp_path / "a" / "b" / "bytes", b"\0")
    files.copy_staged(tmp_path / "a" / "b" / "text", tmp_path / "a" / "copy")
    files.sync_staged()
    assert (tmp_path / "a" / "copy").read_bytes() == "é".encode()
    assert (tmp_path / "a" / "b" / "bytes").read_bytes() == b"\0"


def test_errors_say_where(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MlctlError, match="cannot make"):
        files.make_staged(tmp_path / "file" / "x")
    with pytest.raises(NotFoundError, match="cannot write"):
        files.write_staged(tmp_path / "none" / "x", "")
    with pytest.raises(NotFoundError, match="cannot copy"):
        files.copy_staged(tmp_path / "none", tmp_path / "x")


def test_put_replaces_and_keeps_the_old_aside(tmp_path):
    for name, text in (("new", "2"), ("place", "1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(text)
    files.put_staged(tmp_path / "new", tmp_path / "place", tmp_path / "old" / "deep" / "place")
    assert (tmp_path / "place" / "x").read_text() == "2"
    assert (tmp_path / "old" / "deep" / "place" / "x").read_text() == "1"
    assert not (tmp_path / "new").exists()


def test_put_where_nothing_stands(tmp_path):
    (tmp_path / "new").write_text("2")
    files.put_staged(tmp_path / "new", tmp_path / "a" / "b", tmp_path / "old")
    assert (tmp_path / "a" / "b").read_text() == "2"
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize("stood", [True, False])
def test_what_stood_there_stands_again_when_the_rename_is_refused(tmp_path, stood):
    if stood:
        (tmp_path / "place").write_text("1")
    with pytest.raises(NotFoundError, match="cannot replace"):
        files.put_staged(tmp_path / "none", tmp_path / "place", tmp_path / "old")
    assert [p.name for p in tmp_path.iterdir()] == ["place"] * stood
