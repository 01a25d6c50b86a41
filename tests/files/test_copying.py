import os

import pytest

from mlctl.errors import DamagedError, MlctlError
from mlctl.files.copying import copy_file, copy_folder


def test_a_folder_is_copied_with_its_times_but_for_half_made_files(tmp_path):
    source, target = tmp_path / "one", tmp_path / "two"
    (source / "plots").mkdir(parents=True)
    (source / "plots" / "roc.png").write_bytes(b"\x89PNG" * 1000)
    (source / "log.txt").write_text("x")
    os.utime(source / "log.txt", (5, 5))
    (source / ".tmp-123").write_text("half")
    target.mkdir()
    copy_folder(source, target)
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*")) == [
        "log.txt",
        "plots",
        "plots/roc.png",
    ]
    assert (target / "plots" / "roc.png").read_bytes() == b"\x89PNG" * 1000
    assert (target / "log.txt").stat().st_mtime == 5


def test_links_and_devices_are_never_copied(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(DamagedError, match="link"):
        copy_file(tmp_path / "link", tmp_path / "copy")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DamagedError, match="no regular file"):
        copy_file(tmp_path / "pipe", tmp_path / "copy")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    (tmp_path / "target").mkdir()
    with pytest.raises(DamagedError):
        copy_folder(folder, tmp_path / "target")


def test_nothing_is_replaced(tmp_path):
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").write_text("2")
    with pytest.raises(MlctlError, match="file exists"):
        copy_file(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_text() == "2"
