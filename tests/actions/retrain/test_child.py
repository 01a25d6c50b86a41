"""The process of a step: what it leaves, and that it ends with its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mlctl.actions.retrain import child
from mlctl.actions.retrain.order import RunOrder, error_of, read_order, write_order
from mlctl.errors import DataError, MlctlError
from mlctl.store.journal import read_result
from tests.conftest import REPOSITORY

PARAMETERS = "project: p\nmodel: m\ndata: {path: data.csv, target: y}\n"


@pytest.fixture
def directory(stage):
    target = stage.target()
    place = target.journal.directory("a")
    write_order(
        place, RunOrder(str(stage.store.root), "p", "m", "a", "t", str(stage.folder), None), PARAMETERS
    )
    return place


def left(directory, monkeypatch, step):
    module = type(sys)("mlctl.actions.retrain.pretended")
    module.step = step
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(child.STEPS, "pretended", module.__name__)
    code = child.main([str(directory), "pretended"])
    return code, read_result(directory, "pretended")


def test_what_it_found(directory, monkeypatch):
    def step(bench):
        assert bench.order.now().tzinfo
        return {"project": bench.loaded.parameters.project, "root": bench.store.root.name}

    assert left(directory, monkeypatch, step) == (0, {"found": {"project": "p", "root": "mlstore"}})


def test_what_it_failed_with(directory, monkeypatch):
    def step(_bench):
        raise DataError("a column is gone", "bring it back", ("x",))

    code, found = left(directory, monkeypatch, step)
    assert code == 1
    error = error_of(found["error"])
    assert (type(error), error.message, error.hint, error.details) == (
        DataError,
        "a column is gone",
        "bring it back",
        ("x",),
    )
    assert not error.may_pass


def test_what_may_pass(directory, monkeypatch):
    def step(_bench):
        raise TimeoutError("no answer")

    _, found = left(directory, monkeypatch, step)
    assert error_of(found["error"]).may_pass
    assert found["error"]["message"] == "TimeoutError: no answer"


def test_a_bug_is_a_failure_with_its_traceback_in_the_log(directory, monkeypatch, capsys):
    def step(_bench):
        return {}["missing"]

    _, found = left(directory, monkeypatch, step)
    assert type(error_of(found["error"])) is MlctlError
    assert found["error"]["message"] == "KeyError: 'missing'"
    assert "Traceback" in capsys.readouterr().err


def test_the_order(directory, stage):
    order = RunOrder("r", "p", "m", "a", "t", "b", "2026-01-09T03:00:00+00:00", ("drift",), True)
    write_order(directory, order, "")
    assert read_order(directory) == order
    assert order.now().hour == 3


def test_the_end_of_the_pipe_is_the_end(monkeypatch):
    answers, ended = [b"x", b""], threading.Event()
    monkeypatch.setattr(child.os, "read", lambda _handle, _size: answers.pop(0))
    monkeypatch.setattr(child.os, "killpg", lambda group, number: ended.set())
    child.end_with_parent()
    assert ended.wait(10)
    assert answers == []


def test_it_ends_with_its_parent(directory):
    mark = f"8{os.getpid()}.25"
    code = (
        "import subprocess, time; from mlctl.actions.retrain.child import end_with_parent; "
        "end_with_parent(); "
        f"subprocess.Popen(['sleep', '{mark}']); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        process.stdin.close()
        assert process.wait(30) == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while any(mark.encode() in _command(path) for path in Path("/proc").glob("[0-9]*/cmdline")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _command(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
