import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mlctl import files
from mlctl.errors import BusyError, DamagedError, MlctlError
from mlctl.files import locks
from tests.files.faults import FaultyOs

HOLD = """
import sys, time
from pathlib import Path
from mlctl import files
with files.lock(Path(sys.argv[1]), what="mlctl train"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_file_says_who_holds_it_and_nothing_afterwards(tmp_path):
    path = tmp_path / "lock"
    with files.lock(path, what="mlctl train"):
        text = path.read_text()
        assert text.startswith(f"process {os.getpid()} on {os.uname().nodename} (mlctl train) since 20")
        assert text.endswith("Z\n")
        assert files.is_locked(path)
    assert path.read_text() == ""
    assert not files.is_locked(path)


def test_a_second_one_is_told_who_holds_it_and_gets_it_after_a_kill(tmp_path):
    path = tmp_path / "lock"
    process = holder(path)
    try:
        with pytest.raises(BusyError) as caught, files.lock(path, what="mlctl tag", timeout=0.02):
            pass
        assert f"process {process.pid} on" in caught.value.message
        assert "(mlctl train) since" in caught.value.message
        assert caught.value.exit_code == 75
        assert "try again" in caught.value.hint
    finally:
        process.kill()
        process.communicate()
    with files.lock(path, what="mlctl tag", timeout=5):
        assert "(mlctl tag)" in path.read_text()


def test_it_waits_for_a_holder_that_is_soon_done(tmp_path):
    path = tmp_path / "lock"
    taken, order = threading.Event(), []

    def hold():
        with files.lock(path, what="first"):
            taken.set()
            time.sleep(0.05)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    with files.lock(path, what="second"):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_an_error_in_the_block_gives_the_lock_back(tmp_path):
    with pytest.raises(ZeroDivisionError), files.lock(tmp_path / "lock", what="x"):
        raise ZeroDivisionError
    assert not files.is_locked(tmp_path / "lock")


def test_a_lock_file_that_was_deleted_under_the_holder_is_made_anew(tmp_path, monkeypatch):
    path = tmp_path / "lock"
    real = locks.try_lock_file

    def deleted_meanwhile(handle):
        monkeypatch.setattr(locks, "try_lock_file", real)
        path.unlink()
        return real(handle)

    monkeypatch.setattr(locks, "try_lock_file", deleted_meanwhile)
    with files.lock(path, what="x"):
        assert files.is_locked(path)


def test_no_right_to_write_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "os", FaultyOs(1, errno.EROFS))
    refused = pytest.raises(MlctlError, match=r"cannot lock .*lock: read-only file system")
    with refused as caught, files.lock(tmp_path / "lock", what="x"):
        pass
    assert "can still be read" in caught.value.hint


def test_a_full_disk_does_not_keep_from_locking(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "os", FaultyOs(1, steps=("ftruncate",)))
    with files.lock(tmp_path / "lock", what="x"):
        assert files.is_locked(tmp_path / "lock")


def test_the_holder_of_a_silent_lock_is_another_process(tmp_path):
    path = tmp_path / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        assert files.try_lock_file(handle)
        busy = pytest.raises(BusyError, match="is held by another process")
        with busy, files.lock(path, what="x", timeout=0):
            pass
        path.unlink()
        assert locks._holder(path) == "another process"
    finally:
        os.close(handle)


def test_a_lock_behind_a_link_is_not_taken(tmp_path):
    (tmp_path / "outside").write_text("text")
    (tmp_path / "lock").symlink_to(tmp_path / "outside")
    with pytest.raises(DamagedError, match="cannot lock"), files.lock(tmp_path / "lock", what="x"):
        pass
    assert (tmp_path / "outside").read_text() == "text"


def test_a_missing_file_is_free(tmp_path):
    assert not files.is_locked(tmp_path / "lock")
