import errno
import resource
import signal
import sys
from pathlib import Path

import pytest

from mlctl.cli import refusals, signals
from mlctl.errors import CancelledError, DataError, MlctlError, NotFoundError


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    monkeypatch.setattr(signals, "_heard", signals._Heard())


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (MemoryError(), "out of memory", "ulimit -v"),
        (OSError(errno.EMFILE, "Too many open files"), "too many open files", "ulimit -n 1024"),
        (OSError(errno.EAGAIN, "Resource temporarily unavailable"), "unavailable", "ulimit -u"),
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device", "free some space"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/a/b"), "no such file: /a/b", "--debug"),
        (OSError(), "the system refused: oserror", "--debug"),
        (ImportError("x.so: failed to map segment", name="x.y"), "cannot load x:", "ulimit -v"),
        (ImportError("libgomp.so: cannot open"), "cannot load a library:", "install mlctl again"),
        (RuntimeError("can't start new thread"), "no thread could be started", "ulimit -u"),
    ],
)
def test_what_the_system_refused_is_told_in_words(error, message, hint):
    failure = refusals.told(error)
    assert failure.exit_code == 1
    assert message in failure.message
    assert hint in failure.hint


@pytest.mark.parametrize("error", [ValueError("x"), RuntimeError("x"), ImportError("x", name="mlctl.cli")])
def test_a_bug_keeps_its_traceback(error):
    assert refusals.told(error) is None


def test_our_own_errors_stay_as_they_are():
    error = DataError("x")
    assert refusals.told(error) is error


def test_a_working_directory_that_is_gone_is_told(tmp_path, monkeypatch):
    place = tmp_path / "gone"
    place.mkdir()
    monkeypatch.chdir(place)
    place.rmdir()
    failure = refusals.told(FileNotFoundError(errno.ENOENT, "No such file or directory"))
    assert isinstance(failure, NotFoundError)
    assert "working directory does not exist any more" in failure.message


def test_an_interruption_that_nobody_listened_for_is_one():
    assert refusals.told(KeyboardInterrupt()).exit_code == 130


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "interrupted by SIGTERM")],
)
@pytest.mark.parametrize("error", [ValueError("x"), DataError("x"), signals.Interrupted(signal.SIGHUP)])
def test_whatever_is_raised_after_a_signal_is_its_doing(number, code, message, error):
    signals.remember(number)
    failure = refusals.told(error)
    assert isinstance(failure, CancelledError)
    assert (failure.exit_code, failure.message, failure.code) == (code, message, "interrupted")


def test_a_command_that_says_how_to_go_on_is_heard():
    signals.remember(signal.SIGHUP)
    failure = refusals.told(CancelledError("interrupted by SIGHUP; all is kept", "go on"))
    assert (failure.exit_code, failure.hint) == (129, "go on")


@pytest.mark.parametrize(
    ("limit", "most", "letter"), [(resource.RLIMIT_AS, 5e8, "v"), (resource.RLIMIT_DATA, 1e8, "d")]
)
def test_too_little_memory_is_refused_before_numpy_loads(monkeypatch, limit, most, letter):
    limits = {limit: (int(most), -1)}
    monkeypatch.setattr(resource, "getrlimit", lambda asked: limits.get(asked, (resource.RLIM_INFINITY, -1)))
    monkeypatch.setattr(sys, "meta_path", [])
    refusals.guard_memory()
    (guard,) = sys.meta_path
    assert guard.find_spec("json") is None
    with pytest.raises(MlctlError, match="do not load within") as raised:
        guard.find_spec("numpy", None, None)
    assert raised.value.hint == f"raise the limit: ulimit -{letter} unlimited"


def test_enough_memory_is_not_guarded(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (2_000_000_000, -1))
    before = list(sys.meta_path)
    refusals.guard_memory()
    assert sys.meta_path == before
    assert Path.cwd()
