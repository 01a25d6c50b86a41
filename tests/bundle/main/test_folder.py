import os

import pytest

from mlctl.bundle.file.assemble import to_folder
from mlctl.bundle.main.bundle import opened
from mlctl.bundle.main.folder import Folder
from mlctl.bundle.main.trouble import DamagedError
from mlctl.errors import MlctlError
from tests.bundle import made


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "bundle"
    to_folder(made.with_manifest({"__main__.py": b"\n", "b/c": b"1"}), target)
    return target


def test_nothing_is_replaced(folder):
    with pytest.raises(MlctlError, match="exists"):
        to_folder({"a": b""}, folder)


def test_a_flipped_byte_is_told(folder):
    (folder / "b" / "c").write_bytes(b"2")
    with pytest.raises(DamagedError, match="'b/c' is not what its manifest says"):
        opened(str(folder))


@pytest.mark.parametrize("make", [lambda p: p.symlink_to("/etc/passwd"), os.mkfifo])
def test_no_links_no_pipes(folder, make):
    make(folder / "d")
    with pytest.raises(DamagedError, match="'d' is no file that a bundle may hold"):
        opened(str(folder))


def test_a_linked_directory_is_not_followed(folder, tmp_path):
    (folder / "d").symlink_to(tmp_path)
    with pytest.raises(DamagedError, match="'d' is no file"):
        opened(str(folder))


def test_a_name_that_may_not_be(folder):
    (folder / ".hidden").write_text("")
    with pytest.raises(DamagedError, match="hidden' is no file that a bundle may hold"):
        opened(str(folder))


def test_what_python_keeps_of_its_run_is_not_counted(folder):
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "__main__.cpython-312.pyc").write_bytes(b"")
    assert opened(str(folder)).cached == ["__pycache__/__main__.cpython-312.pyc"]


def test_more_than_a_bundle_may_hold(folder, monkeypatch):
    monkeypatch.setattr("mlctl.bundle.main.folder.MOST_BYTES", 1)
    with pytest.raises(DamagedError, match="holds more than a bundle may"):
        opened(str(folder))


def test_a_file_that_grows_meanwhile(folder):
    found = Folder(str(folder))
    (folder / "b" / "c").write_bytes(b"123")
    with pytest.raises(DamagedError, match="is changing"):
        found.read("b/c")


def test_a_folder_that_may_not_be_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        Folder(str(tmp_path / "none"))
