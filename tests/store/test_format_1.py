"""A store written when format 1 was new stays readable for ever: these files are never written anew.

It holds two trainings, a champion, a challenger that a retraining made, a journal, and a trash. What a
store may do without is not there: the index, the lock, ``tmp/``, ``damaged/``, ``slots/``.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

STORE = Path(__file__).parent / "format_1" / "store"


@pytest.fixture
def kept(nowhere_else) -> Path:
    shutil.copytree(STORE, nowhere_else / "mlstore")
    return nowhere_else / "mlstore"


def test_check_finds_nothing(mlctl, kept):
    ran = mlctl("store", "check", "--json")
    assert ran.code == 0
    assert ran.json["findings"] == []


def test_it_can_be_listed_shown_and_compared(mlctl, kept):
    listed = mlctl("experiment", "list", "--json").json
    assert [e["model_version_id"] for e in listed["experiments"]] == [
        f"flowers_nogit_{n}" for n in (7, 6, 5, 4, 2, 1)
    ]
    assert listed["warnings"] == []
    shown = mlctl("show", "champion", "--json")
    assert shown.code == 0
    assert "flowers_nogit_2" in shown.out
    compared = mlctl("compare", "--json")
    assert compared.code == 0
    assert len(compared.json["experiments"]) == 6
    status = mlctl("status", "--json").json["models"][0]
    assert (status["champion"], status["recommended"]) == ("flowers_nogit_2", "flowers_nogit_6")


def test_what_became_of_it_is_told(mlctl, kept):
    events = mlctl("history", "--json").json
    assert events["champion"] == "flowers_nogit_2"
    assert [event["what"] for event in events["events"]] == ["retrain", "refuse", "promote"]
    runs = mlctl("retrain", "log", "--json")
    assert runs.code == 0
    assert "20261121T160526Z-56c8" in runs.out


@pytest.mark.slow
def test_its_model_is_scored_again_and_is_as_it_was(mlctl, kept):
    ran = mlctl("evaluate", "champion", "--json")
    assert ran.code == 0
    assert (ran.json["equal"], ran.json["scores"]["accuracy_score"]) == (True, 1.0)


def test_what_was_removed_can_be_taken_back(mlctl, kept):
    assert mlctl("experiment", "restore", "flowers_nogit_3").code == 0
    assert mlctl("data", "restore", "more").code == 0
    assert mlctl("store", "check").code == 0


def test_the_checksums_hold_without_mlctl():
    finished = list(STORE.glob("projects/*/models/*/experiments/*/SHA256SUMS"))
    assert len(finished) == 6
    for path in finished:
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=path.parent, check=True)
