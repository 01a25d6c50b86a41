import time

import pytest

from mlctl.errors import MlctlError
from mlctl.schedule.run import run_command

PATH = {"PATH": "/usr/bin:/bin"}


def test_the_text_is_on_its_standard_input(tmp_path):
    run_command(f"cat > {tmp_path}/got; echo $WHO >> {tmp_path}/got", "a\nb\n", {**PATH, "WHO": "me"}, 5)
    assert (tmp_path / "got").read_text() == "a\nb\nme\n"


def test_it_is_run_in_a_folder(tmp_path):
    (tmp_path / "tell.sh").write_text("#!/bin/sh\ncat > told\n")
    (tmp_path / "tell.sh").chmod(0o755)
    run_command("./tell.sh", "a", PATH, 5, tmp_path)
    assert (tmp_path / "told").read_text() == "a"
    run_command(f"cat > {tmp_path}/told", "b", PATH, 5, tmp_path / "gone")
    assert (tmp_path / "told").read_text() == "b"


def test_a_command_that_does_not_read_it():
    run_command("true", "x" * 1_000_000, PATH, 5)


def test_a_command_that_fails_is_quoted():
    with pytest.raises(MlctlError, match=r"^exit code 3: no such channel$"):
        run_command("echo no such; echo channel >&2; exit 3", "", PATH, 5)
    with pytest.raises(MlctlError, match=r"^exit code 1$"):
        run_command("false", "", PATH, 5)
    with pytest.raises(MlctlError, match=r"^exit code 127: "):
        run_command("no-such-command-at-all", "", PATH, 5)


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path):
    with pytest.raises(MlctlError, match=r"did not end within 0\.2 s"):
        run_command(f"(sleep 1; touch {tmp_path}/late) & sleep 30", "", PATH, 0.2)
    time.sleep(1.1)
    assert not (tmp_path / "late").exists()


def test_what_cannot_be_started():
    with pytest.raises(MlctlError, match="cannot be run: argument list too long"):
        run_command("true " + "x" * 3_000_000, "", PATH, 5)
