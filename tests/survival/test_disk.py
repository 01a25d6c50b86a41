"""The stand-in for a disk loses what a disk may lose."""

import errno
import os
import sys

import pytest

from tests.survival.disk import Disk, Platter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is held open is seen through /proc")


@pytest.fixture
def root(tmp_path):
    place = tmp_path / "root"
    (place / "folder").mkdir(parents=True)
    (place / "folder" / "old").write_text("before")
    return place


def left(platter, tmp_path):
    platter.write(tmp_path / "left")
    found = {
        path.relative_to(tmp_path / "left").as_posix(): path.read_text()
        for path in (tmp_path / "left").rglob("*")
        if path.is_file()
    }
    return dict(sorted(found.items()))


def sync(platter, path):
    handle = os.open(path, os.O_RDONLY)
    platter.saw("fsync", (handle,), None)
    os.close(handle)


def test_contents_that_were_not_synced_are_lost_and_names_too(root, tmp_path):
    platter = Platter(root)
    (root / "folder" / "new").write_text("after")
    assert left(platter, tmp_path) == {"folder/old": "before"}


def test_a_synced_name_of_contents_that_were_not_is_an_empty_file(root, tmp_path):
    platter = Platter(root)
    (root / "folder" / "new").write_text("after")
    sync(platter, root / "folder")
    assert left(platter, tmp_path) == {"folder/new": "", "folder/old": "before"}


def test_what_was_synced_stays(root, tmp_path):
    platter = Platter(root)
    (root / "folder" / "new").write_text("after")
    sync(platter, root / "folder" / "new")
    sync(platter, root / "folder")
    (root / "folder" / "new").write_text("later")
    assert left(platter, tmp_path) == {"folder/new": "after", "folder/old": "before"}


def test_a_rename_between_folders_is_one_step(root, tmp_path):
    platter = Platter(root)
    (root / "folder" / "old").rename(root / "moved")
    sync(platter, root)
    assert left(platter, tmp_path) == {"moved": "before"}


def test_a_folder_that_was_never_synced_is_empty(root, tmp_path):
    platter = Platter(root)
    (root / "made").mkdir()
    (root / "made" / "file").write_text("inside")
    sync(platter, root)
    assert left(platter, tmp_path) == {"folder/old": "before"}
    assert (tmp_path / "left" / "made").is_dir()


def test_faults(root, tmp_path):
    handle = os.open(root / "file", os.O_WRONLY | os.O_CREAT)
    for fault, code in (("error", errno.EIO), ("full", errno.ENOSPC)):
        disk = Disk(fault, 1, root, tmp_path / "left")
        with pytest.raises(OSError, match=os.strerror(code)):
            disk.write(handle, b"four")
    assert Disk("short", 1, root, tmp_path / "left").write(handle, b"four") == 2
    os.close(handle)
    assert (root / "file").read_bytes() == b"fo"
