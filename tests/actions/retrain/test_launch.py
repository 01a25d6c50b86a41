import os
import signal
import sys
import time
from pathlib import Path

import pytest

from mlctl.actions.retrain.launch import DiedError, OutOfTimeError, launch
from mlctl.files.held import hold

GRANDCHILD = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('started', flush=True); "
IGNORING = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(60)"
)


@pytest.fixture
def start(tmp_path):
    """Start a piece of Python as a step."""
    held = hold(tmp_path / "lock", "")

    def run(code, timeout=30.0):
        words = [sys.executable, "-S", "-c", code]
        return launch(words, log=tmp_path / "log.txt", lock=held.handle, timeout=timeout)

    yield run
    held.close()


def alive(needle):
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if needle in _command(path)]


def _command(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_its_code_and_its_output(start, tmp_path):
    assert start("print('one')") == 0
    assert start("import sys; sys.stderr.write('two'); sys.exit(7)") == 7
    assert (tmp_path / "log.txt").read_text() == "one\ntwo"


def test_what_it_leaves_behind_is_ended(start):
    mark = f"6{os.getpid()}.25"
    assert start(GRANDCHILD.replace("'60'", f"'{mark}'")) == 0
    deadline = time.monotonic() + 10
    while alive(mark.encode()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_that_takes_too_long(start, tmp_path):
    mark = f"7{os.getpid()}.25"
    with pytest.raises(OutOfTimeError, match="it took too long"):
        start(GRANDCHILD.replace("'60'", f"'{mark}'") + "time.sleep(60)", timeout=0.5)
    assert "started" in (tmp_path / "log.txt").read_text()
    deadline = time.monotonic() + 10
    while alive(mark.encode()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with pytest.raises(OutOfTimeError, match="no time was left"):
        start("", timeout=0)


def test_one_that_does_not_listen(start, monkeypatch):
    from mlctl.actions.retrain import launch as module

    monkeypatch.setattr(module, "GRACE", 0.1)
    with pytest.raises(OutOfTimeError):
        start(IGNORING, timeout=0.5)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_one_that_is_killed(start, number):
    with pytest.raises(DiedError, match=f"ended by {number.name}"):
        start(f"import os; os.kill(os.getpid(), {int(number)})")
