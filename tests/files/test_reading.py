import os

import pytest

from mlctl import files
from mlctl.errors import DamagedError, MlctlError, NotFoundError


def test_reads_what_fits(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert files.read_bytes_limited(tmp_path / "a", 5) == b"12345"


def test_refuses_more(tmp_path):
    (tmp_path / "a").write_bytes(b"123456")
    with pytest.raises(DamagedError, match="holds more than 5 bytes"):
        files.read_bytes_limited(tmp_path / "a", 5)


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFoundError, match=r"cannot read .*a: no such file"):
        files.read_bytes_limited(tmp_path / "a", 5)


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(DamagedError, match="cannot read"):
        files.read_bytes_limited(tmp_path / "b", 5)


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "a")
    with pytest.raises(DamagedError, match="is no regular file"):
        files.read_bytes_limited(tmp_path / "a", 5)


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(MlctlError):
        files.read_bytes_limited(tmp_path, 5)
