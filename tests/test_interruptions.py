"""A training that is cut off, at any moment and in any way: the store stays readable, the climb goes on."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlctl.cli.main import main
from tests.conftest import REPOSITORY, Ran

PARAMETERS = """\
project: p
model: m
data: {source: sklearn:wine, target: target}
ladder: [dummy, decision_tree, {logistic_regression: {C: [0.1, 1]}}]
cross_validation: {folds: 3, repeats: 1}
jobs: 2
"""
HANGING = PARAMETERS.replace("decision_tree", "tests.ml.foreigners.Majority: {behaviour: hang}")
PATIENCE_S = 60.0
EXPERIMENTS = Path("mlstore/projects/p/models/m/experiments")


class Training:
    """``mlctl train`` in a process group of its own, as from a terminal of its own."""

    def __init__(self, *words: str) -> None:
        # Whatever it starts inherits this, so that nothing can be left behind unseen.
        self._mark = f"MLCTL_TEST={os.urandom(8).hex()}"
        name, _, value = self._mark.partition("=")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlctl", "train", "--params", "p.yaml", *words],
            env=os.environ | {name: value, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until(self, reached: Callable[[], Any]) -> None:
        """Wait for a moment that shows in the store."""
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def end(self, number: signal.Signals, *, group: bool = False) -> tuple[int, str]:
        """Send a signal; return how it ended and what it said, once nothing of it is left."""
        (os.killpg if group else os.kill)(self.process.pid, number)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while left := self.left():
            assert time.monotonic() < deadline, left
            time.sleep(0.05)
        return self.process.returncode, said

    def left(self) -> list[str]:
        """Return the processes of this training that still run, where the system shows them."""
        return [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if self._owns(path)]

    def _owns(self, environ: Path) -> bool:
        try:
            return self._mark.encode() in environ.read_bytes()
        except OSError:  # it ended this very moment, or is somebody else's
            return False


@pytest.fixture
def start(mlctl: Callable[..., Ran]) -> Iterator[Callable[..., Training]]:
    """Make a store and parameters, and start trainings that end with the test."""
    assert mlctl("init").code == 0
    started: list[Training] = []

    def begin(*words: str, parameters: str = PARAMETERS) -> Training:
        Path("p.yaml").write_text(parameters)
        started.append(Training(*words))
        return started[-1]

    yield begin
    for training in started:
        if training.process.poll() is None:
            training.end(signal.SIGKILL, group=True)
        for stream in (training.process.stdout, training.process.stderr):
            assert stream is not None
            stream.close()


def statuses(mlctl: Callable[..., Ran]) -> dict[str, str]:
    listed = mlctl("experiment", "list", "--json")
    assert listed.code == 0, listed.err
    assert listed.json["warnings"] == []
    return {e["model_version_id"]: e["status"] for e in listed.json["experiments"]}


def folds(document: dict[str, Any]) -> list[Any]:
    return [e["evaluations"]["cross_validation"]["accuracy_score"]["folds"] for e in document["experiments"]]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the climb gives when nothing happens to it."""
    place = tmp_path_factory.mktemp("uninterrupted")
    (place / "p.yaml").write_text(PARAMETERS)
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        assert main(["init", str(place / "mlstore")]) == 0
        told.truncate(0)
        told.seek(0)
        assert main(["train", "--params", str(place / "p.yaml"), "--json"]) == 0
    return json.loads(told.getvalue())


def scratch_is_made() -> bool:
    return any(Path("mlstore/tmp").iterdir())


def first_rung_is_done() -> bool:
    return any(EXPERIMENTS.glob("*_1/SHA256SUMS"))


def second_rung_is_written() -> bool:
    return any(EXPERIMENTS.glob("*_2/model.*"))


@pytest.mark.parametrize("moment", [scratch_is_made, first_rung_is_done, second_rung_is_written])
@pytest.mark.parametrize("how", ["kill -9", "Ctrl-C"])
def test_a_climb_that_is_cut_off_goes_on(mlctl, start, uninterrupted, how, moment):
    training = start()
    training.wait_until(moment)
    if how == "Ctrl-C":
        code, said = training.end(signal.SIGINT, group=True)
        assert code == 130
        assert "error: interrupted; every rung that was done is kept" in said
        assert "mlctl train --params p.yaml --resume" in said
        assert list(Path("mlstore/tmp").iterdir()) == []
    else:
        code, said = training.end(signal.SIGKILL)
        assert code == -signal.SIGKILL
    assert "Traceback" not in said
    before = statuses(mlctl)
    assert set(before.values()) <= {"finished", "interrupted"}
    for words in (("status",), ("project", "list")):
        assert mlctl(*words).code == 0
    assert mlctl("compare").code == (0 if before else 3)

    resumed = mlctl("train", "--params", "p.yaml", "--resume", "--json")
    assert resumed.code == 0, resumed.err
    climbed = {e["model_version_id"]: e["status"] for e in resumed.json["experiments"]}
    assert list(climbed.values()) == ["finished"] * 3
    kept = {name for name, status in before.items() if status == "finished"}
    assert kept <= set(climbed)  # no rung that was done is done again
    assert set(before) | set(climbed) == set(statuses(mlctl))
    assert folds(resumed.json) == folds(uninterrupted)
    assert len(list(Path("mlstore/projects/p/datasets").glob("*.tar.zst"))) == 1
    for sums in EXPERIMENTS.glob("*/SHA256SUMS"):
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=sums.parent, check=True)


def test_while_a_rung_hangs_it_is_seen_and_protected_and_then_resumed(mlctl, start):
    training = start(parameters=HANGING)
    training.wait_until(lambda: any(EXPERIMENTS.glob("*_2/meta.yaml")))
    assert statuses(mlctl) == {"p_nogit_1": "finished", "p_nogit_2": "running"}
    for words in (
        ("experiment", "remove", "2"),
        ("experiment", "note", "2", "x"),
        ("project", "remove", "p"),
    ):
        busy = mlctl(*words)
        assert busy.code == 75
        assert "p_nogit_2 is still running" in busy.err
    assert mlctl("show", "2").code == 0
    assert training.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert statuses(mlctl) == {"p_nogit_1": "finished", "p_nogit_2": "interrupted"}
    assert mlctl("experiment", "remove", "2").code == 0


def test_a_hanging_rung_ends_with_its_climb(mlctl, start):
    training = start(parameters=HANGING)
    training.wait_until(lambda: any(EXPERIMENTS.glob("*_2/meta.yaml")))
    _, said = training.end(signal.SIGTERM)
    assert "Traceback" not in said
    assert statuses(mlctl)["p_nogit_2"] == "interrupted"


def test_two_climbs_at_once_share_the_data_and_no_number(mlctl, start):
    both = [start("--json"), start("--json")]
    told = [training.process.communicate(timeout=PATIENCE_S) for training in both]
    assert [training.process.returncode for training in both] == [0, 0], told
    first, second = (json.loads(out) for out, _ in told)
    assert folds(first) == folds(second)
    assert sorted(statuses(mlctl)) == [f"p_nogit_{number}" for number in range(1, 7)]
    assert set(statuses(mlctl).values()) == {"finished"}
    # Where both recorded it in one moment there are two records, and one archive for both.
    assert len(list(Path("mlstore/projects/p/datasets").glob("*.tar.zst"))) == 1
