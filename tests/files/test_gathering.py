"""A folder of another program's is taken in, and nothing that leads out of it."""

import os

import pytest

from mlctl import files
from mlctl.errors import MlctlError, NotFoundError


def test_files_and_folders_only(tmp_path):
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "a.txt").write_text("a")
    (source / "b").write_bytes(b"\0" * 3_000_000)
    (source / "out").symlink_to("/etc")
    (source / "file").symlink_to("/etc/passwd")
    (source / "odd\nname").touch()
    os.mkfifo(source / "pipe")
    left = files.gather_folder(source, tmp_path / "target")
    assert left == (
        "file is a link, which is not followed",
        "odd\\nname has a name that is no text of one line",
        "out is a link, which is not followed",
        "pipe is neither a file nor a folder",
    )
    found = sorted(p.relative_to(tmp_path / "target").as_posix() for p in (tmp_path / "target").rglob("*"))
    assert found == ["b", "deep", "deep/er", "deep/er/a.txt"]
    assert (tmp_path / "target" / "b").stat().st_size == 3_000_000
    files.sync_folder(tmp_path / "target")
    files.sync_folder(tmp_path / "target", deep=False)


def test_what_is_not_there(tmp_path):
    with pytest.raises(NotFoundError):
        files.gather_folder(tmp_path / "none", tmp_path / "target")
    with pytest.raises(MlctlError):
        files.sync_folder(tmp_path / "none", deep=False)
