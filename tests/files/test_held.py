import os
import subprocess
import sys

import pytest

from mlctl.errors import MlctlError
from mlctl.files.held import hold, said_by_holder
from mlctl.files.locks import is_locked
from mlctl.files.log import open_end


def test_one_holder(tmp_path):
    path = tmp_path / "run.lock"
    assert said_by_holder(path) == ""
    held = hold(path, "it is me\n")
    assert said_by_holder(path) == "it is me\n"
    assert hold(path, "me too\n") is None
    assert said_by_holder(path) == "it is me\n"
    held.close()
    held.close()
    assert said_by_holder(path) == ""
    assert not is_locked(path)


def test_a_child_with_the_same_file_holds_it_on(tmp_path):
    path = tmp_path / "run.lock"
    held = hold(path, "it is me\n")
    with subprocess.Popen(
        [sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(held.handle,)
    ) as child:
        os.close(held.handle)  # as when this process dies
        assert is_locked(path)
        child.communicate(b"\n")
    assert not is_locked(path)


def test_no_folder_no_lock(tmp_path):
    with pytest.raises(MlctlError, match="cannot lock"):
        hold(tmp_path / "missing" / "run.lock", "")


def test_output_is_added_at_the_end(tmp_path):
    path = tmp_path / "log.txt"
    for word in ("one", "two"):
        handle = open_end(path)
        subprocess.run(["echo", word], stdout=handle, check=True)
        os.close(handle)
    assert path.read_text() == "one\ntwo\n"
    with pytest.raises(MlctlError, match="cannot write"):
        open_end(tmp_path)
