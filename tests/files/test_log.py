import errno
import fcntl
import os

import pytest

from mlctl import files
from mlctl.errors import MlctlError
from mlctl.files import locks


def test_it_is_locked_until_it_is_closed_also_under_another_name(tmp_path):
    (tmp_path / "a").mkdir()
    log = files.HeldLog(tmp_path / "a" / "log.txt")
    log.write("one\n")
    (tmp_path / "a").rename(tmp_path / "b")
    log.write("two \udc80\n")
    log.sync()
    assert (tmp_path / "b" / "log.txt").read_text() == "one\ntwo \\udc80\n"
    assert files.is_locked(tmp_path / "b" / "log.txt")
    log.close()
    log.close()
    assert not files.is_locked(tmp_path / "b" / "log.txt")


def test_touch_sets_the_time(tmp_path):
    log = files.HeldLog(tmp_path / "log.txt")
    os.utime(tmp_path / "log.txt", (0, 0))
    log.touch()
    log.close()
    assert (tmp_path / "log.txt").stat().st_mtime > 1_700_000_000


def test_a_closed_log_takes_nothing(tmp_path):
    log = files.HeldLog(tmp_path / "log.txt")
    assert not log.is_closed
    log.close()
    assert log.is_closed
    with pytest.raises(ValueError, match="is closed"):
        log.write("x")


def test_a_log_that_was_forgotten_gives_the_lock_back(tmp_path):
    log = files.HeldLog(tmp_path / "log.txt")
    assert files.is_locked(tmp_path / "log.txt")
    del log
    assert not files.is_locked(tmp_path / "log.txt")


def test_it_replaces_nothing(tmp_path):
    (tmp_path / "log.txt").write_text("")
    with pytest.raises(MlctlError, match=r"cannot write .*log.txt: file exists"):
        files.HeldLog(tmp_path / "log.txt")


def test_a_file_system_without_locks_is_explained(tmp_path, monkeypatch):
    class NoLocks:
        LOCK_EX, LOCK_NB = fcntl.LOCK_EX, fcntl.LOCK_NB

        @staticmethod
        def flock(handle, kind):
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "fcntl", NoLocks)
    with pytest.raises(MlctlError, match="no locks available"):
        files.HeldLog(tmp_path / "log.txt")
