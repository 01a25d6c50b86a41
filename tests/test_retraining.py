"""Retraining in earnest, process by process: what a crontab line meets in the night."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlctl.files.locks import is_locked
from tests.conftest import REPOSITORY

PARAMETERS = """\
project: p
model: m
data: {source: "sklearn:breast_cancer", target: target}
ladder: [decision_tree, logistic_regression]
cross_validation: {folds: 3}
jobs: 1
retrain: {schedule: "@once"}
"""
PATIENCE_S = 120.0
EXPERIMENTS = Path("mlstore/projects/p/models/m/experiments")


MARK = f"MLCTL_TEST={os.urandom(8).hex()}"
"""Whatever is started inherits it, so that nothing is left behind unseen."""


def left_behind():
    return [path for path in Path("/proc").glob("[0-9]*/environ") if MARK.encode() in _environ(path)]


def _environ(path):
    try:
        return path.read_bytes()
    except OSError:  # it ended this very moment, or is somebody else's
        return b""


def start(*words):
    name, _, value = MARK.partition("=")
    return subprocess.Popen(
        [sys.executable, "-m", "mlctl", "retrain", *words],
        env=os.environ | {name: value, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until(reached):
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def logged(mlctl):
    return mlctl("retrain", "log", "--json").json["runs"]


@pytest.fixture
def store(mlctl, nowhere_else):
    assert mlctl("init").code == 0
    Path("p.yaml").write_text(PARAMETERS)
    return nowhere_else


def test_kill_9_in_the_middle_of_a_climb_then_two_ticks_at_once(store, mlctl):
    process = start("--params", "p.yaml")
    wait_until(lambda: any(EXPERIMENTS.glob("*_2/meta.yaml")))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert logged(mlctl)[0]["outcome"] in ("running", "crashed")  # its step ends a moment later
    lock = Path("mlstore/projects/p/models/m/retrain/run.lock")
    wait_until(lambda: not is_locked(lock))
    wait_until(lambda: not left_behind())

    both = [start("--due", "-v"), start("--due", "-v")]
    told = [process.communicate(timeout=PATIENCE_S) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert [err for _, err in told] == ["", ""]
    outcomes = sorted(out.split(": ")[1].strip() if out else "" for out, _ in told)
    assert "promoted" in outcomes
    assert outcomes[0] in ("", "nothing", "promoted")
    (run,) = logged(mlctl)
    assert (run["outcome"], run["crashes"]) == ("promoted", 1)
    assert [step["step"] for step in run["steps"]] == ["fetch", "train", "gate"]
    names = {
        e["model_version_id"]: e["status"] for e in mlctl("experiment", "list", "--json").json["experiments"]
    }
    assert run["rungs"][0] == "p_nogit_1"  # the rung that was done is not done again
    assert list(names.values()).count("interrupted") <= 1
    assert mlctl("retrain", "--due").out == ""
    assert left_behind() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_is_full(store, mlctl, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        place = disk / "mlstore"
        assert mlctl("init", place).code == 0
        (disk / "filler").write_bytes(b"0" * 850_000)
        ran = mlctl("retrain", "--params", "p.yaml", "--store", place)
        assert ran.code == 1
        assert "no space left on device" in ran.err
        assert "Traceback" not in ran.err
        (disk / "filler").unlink()
        ran = mlctl("retrain", "-p", "p", "-m", "m", "--force", "--store", place, "--json")
        assert ran.code == 0, ran.out
        assert json.loads(ran.out)["models"][0]["outcome"] == "promoted"
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
