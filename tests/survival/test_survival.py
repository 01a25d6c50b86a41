"""A store survives a fault at any step of any command that writes.

Here every so-manieth step of some commands is tried; ``make test-slow`` tries each step of all.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlctl.cli.main import main
from tests import gated
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is held open is seen through /proc")

FAULTS = ("error", "full", "short", "kill", "power")
OFTEN = (
    "experiment note 2 hello",
    "experiment remove 2",
    "data add more.csv --project shop",
    "store gc --keep-last 1 --yes",
    "store merge other/mlstore",
)
RARELY = (
    "init elsewhere",
    "project add more",
    "project update shop --description better",
    "project remove flowers",
    "model add flowers/roses",
    "model remove shop/buys",
    "experiment tag 2 good",
    "experiment add --project shop --model buys",
    "store reindex",
    "promote 2 --force --reason because",
    "rollback",
    "build 3",
    "show 3 --plots",
    "train --params params.yaml --set ladder=[dummy]",
)
EVERY = 5


@pytest.fixture(scope="session")
def base(shop_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a champion and one before it, something in the trash, and another store to merge."""
    place = tmp_path_factory.mktemp("survival") / "base"
    shutil.copytree(shop_once, place)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        shutil.copytree("mlstore", "other/mlstore")
        gated.write(gated.rows(300, seed=5), "more.csv")
        for words in (
            "promote 2 --force --reason first",
            "promote 3 --force --reason better",
            "project add flowers",
            "project add old",
            "project remove old",
            "project add other --store other/mlstore",
        ):
            assert main(words.split()) == 0
    return place


@pytest.fixture(scope="session")
def damaged(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a lost pointer, a torn event, a number that was set back, and a record that is none."""
    place = tmp_path_factory.mktemp("survival") / "damaged"
    shutil.copytree(base, place)
    model = place / "mlstore/projects/shop/models/buys"
    (model / "champion").unlink()
    with (model / "events.jsonl").open("a") as events:
        events.write('{"what": "prom')
    (place / "mlstore/projects/shop/number").write_text("1\n")
    torn = model / "experiments/shop_nogit_9"
    torn.mkdir()
    (torn / "meta.yaml").write_bytes(b"\x00\xff")
    return place


def survive(base: Path, scratch: Path, words: str, fault: str, every: int) -> dict:
    """Run the driver; return how many steps there are, and what was wrong after which."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.survival.driver", base, scratch, fault, str(every), *words.split()],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("words", OFTEN)
def test_a_command_that_writes(base, tmp_path, words, fault):
    found = survive(base, tmp_path, words, fault, EVERY)
    assert not found["wrong"]
    assert found["steps"] > 1


@pytest.mark.parametrize(
    "fault", ["power", *(pytest.param(fault, marks=pytest.mark.slow) for fault in FAULTS if fault != "power")]
)
def test_repair(damaged, tmp_path, fault):
    found = survive(damaged, tmp_path, "store repair --yes", fault, EVERY)
    assert not found["wrong"]
    assert found["steps"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("words", [*OFTEN, *RARELY])
def test_each_step_of_a_command_that_writes(base, tmp_path, words, fault):
    assert not survive(base, tmp_path, words, fault, 1)["wrong"]
