"""Promotion when others promote too, and when it is killed."""

import itertools
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from mlctl.actions import locate
from mlctl.actions import promote as action
from mlctl.errors import BusyError
from mlctl.store.store import init
from tests.conftest import REPOSITORY
from tests.gated import pointer

NOW = datetime(2026, 2, 9, tzinfo=UTC)
ONE, TWO, THREE = "shop_nogit_1", "shop_nogit_2", "shop_nogit_3"


@pytest.fixture
def store(shop):
    made, _ = init(shop / "mlstore", NOW)
    action.promote(made, locate.experiment(made, "2"), who="me", now=NOW, force=True, reason="first")
    return made


def test_a_champion_that_changes_while_one_is_judged(store, monkeypatch):
    judged = action.gate

    def slow(*args, **kwargs):
        result = judged(*args, **kwargs)
        monkeypatch.setattr(action, "gate", judged)
        action.promote(store, locate.experiment(store, "1"), who="other", now=NOW, force=True, reason="mine")
        return result

    monkeypatch.setattr(action, "gate", slow)
    with pytest.raises(BusyError, match="the champion of shop/buys is shop_nogit_1 by now, not shop_nogit_2"):
        action.promote(store, locate.experiment(store, "3"), who="me", now=NOW)
    model = store.model("shop", "buys")
    assert store.champion(model) == pointer() == ONE
    assert [(e.before, e.after) for e in store.events(model)] == [(None, TWO), (TWO, ONE)]


def test_two_promotions_at_once(store):
    words = [sys.executable, "-m", "mlctl", "promote"]
    both = [
        subprocess.Popen(
            [*words, *rest],
            env={"PYTHONPATH": str(REPOSITORY), "PATH": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rest in (["3"], ["1", "--force", "--reason", "race"])
    ]
    told = [process.communicate(timeout=120) for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) in ([0, 0], [0, 75]), told
    model = store.model("shop", "buys")
    changes = [(e.before, e.after) for e in store.events(model) if e.what == "promote"]
    # Each took the place of the very one that it was held against.
    assert all(after == before for (_, after), (before, _) in itertools.pairwise(changes))
    assert store.champion(model) == pointer() == changes[-1][1]
    assert len(changes) == 1 + codes.count(0)


def test_killed_at_every_step(store, shop):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.actions.killed", str(shop)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    left = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(left) > 15
    for told in left:
        *_, last = told["events"]
        assert told["champion"] == last[2]
        assert (told["champion"], len(told["events"])) in ((TWO, 1), (THREE, 2))
        assert told["pointer"] in (TWO, told["champion"])
        assert told["damaged"] == 0
        assert told["next"] == THREE
    champions = [told["champion"] for told in left]
    assert champions == sorted(champions)  # the old one until the event is written, the new one from there on
    assert {TWO, THREE} == set(champions)
