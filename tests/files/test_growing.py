import os

import pytest

from mlctl.errors import MlctlError
from mlctl.files import growing
from mlctl.files.growing import GrowingFile


def test_text_is_added_at_the_end(tmp_path):
    (tmp_path / "a").write_text("one\n")
    grown = GrowingFile(tmp_path / "a")
    assert grown.size == 4
    grown.write("two\n")
    grown.close()
    grown.close()
    assert (tmp_path / "a").read_text() == "one\ntwo\n"
    with pytest.raises(ValueError, match="is closed"):
        grown.write("three")


def test_what_the_disk_takes_in_two_pieces_is_whole(tmp_path, monkeypatch):
    whole = os.write
    monkeypatch.setattr(growing.os, "write", lambda handle, data: whole(handle, data[:2]))
    grown = GrowingFile(tmp_path / "a")
    grown.write("abcdef\n")
    assert (tmp_path / "a").read_text() == "abcdef\n"


def test_a_disk_that_is_full_half_way_leaves_what_was_there(tmp_path, monkeypatch):
    grown = GrowingFile(tmp_path / "a")
    grown.write("one\n")
    whole = os.write

    def full(handle, data):
        if len(data) < 6:
            raise OSError(28, "No space left on device")
        return whole(handle, data[:2])

    monkeypatch.setattr(growing.os, "write", full)
    with pytest.raises(MlctlError, match="no space left"):
        grown.write("abcdef\n")
    monkeypatch.undo()
    assert (tmp_path / "a").read_text() == "one\n"


def test_a_folder_that_is_gone(tmp_path):
    with pytest.raises(MlctlError, match="gone"):
        GrowingFile(tmp_path / "gone" / "a")
