"""Many processes write and read one store at once, and nothing is lost, doubled or torn.

Here a few of them for a moment; ``make test-slow`` has 16 writers and 8 readers for a minute.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlctl.domain.version_id import VersionId
from mlctl.store import Store, init
from mlctl.store.champion import CHANGES
from mlctl.store.points import read_points
from tests.conftest import REPOSITORY
from tests.survival.worker import POINTS, SHARED

NOW = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)


@pytest.fixture
def store(nowhere_else: Path) -> Store:
    made, _ = init(nowhere_else / "mlstore", NOW)
    made.add_project("iris", "flowers", NOW)
    model, _ = made.add_model("iris", "species", "", NOW)
    made.new_experiment(model, None, NOW, rung="dummy", metric="r2").finish()
    return made


def at_once(place: Path, writers: int, readers: int, seconds: float) -> tuple[list[dict], list[dict]]:
    """Run processes together; return what each writer did, and what each reader saw."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment |= {"PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "error"}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.survival.worker", kind, f"{kind}{number}", str(seconds)],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for kind, count in (("writer", writers), ("reader", readers))
        for number in range(count)
    ]
    told = []
    for one in running:
        out, err = one.communicate()
        assert one.returncode == 0, err
        assert err == ""
        told.append(json.loads(out))
    return told[:writers], told[writers:]


def all_of(told: list[dict], what: str) -> list:
    return [one for did in told for one in did[what]]


def check_together(mlctl, store: Store, writers: int, readers: int, seconds: float) -> str:
    """Run them, and hold what is there afterwards to what they did."""
    wrote, read = at_once(store.root.parent, writers, readers, seconds)
    assert not (wrong := all_of(read, "wrong")), wrong[:3]
    assert not (found := all_of(read, "codes")), found[:3]

    listing = store.experiments("iris", "species")
    assert listing.damaged == ()
    by_word = {e.description: e for e in listing.records}
    versions, logged = all_of(wrote, "versions"), all_of(wrote, "logged")
    assert len(listing.records) == len(versions) + len(logged) + 1
    assert {e.status for e in listing.records} == {"finished"}
    numbers = [VersionId.parse(e.model_version_id).number for e in listing.records]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (store.root / "projects/iris/number").read_text() == f"{numbers[-1]}\n"

    assert {word: by_word[word].model_version_id for _, word in versions} == {w: v for v, w in versions}
    for word in logged:
        path = store.experiment_directory(by_word[word]) / "metrics.csv"
        assert [(p.metric, p.step) for p in read_points(path)] == [("loss", n) for n in range(POINTS)]
        assert by_word[word].evaluations == {"logged": {"loss": 1.0 / POINTS}}
    for experiment in listing.records:
        store.verify(experiment)

    shared = next(e for e in listing.records if e.model_version_id == SHARED)
    assert sorted(note["text"] for note in shared.notes) == sorted(all_of(wrote, "notes"))
    assert sorted(shared.tags) == sorted(all_of(wrote, "tags"))

    model = store.model("iris", "species")
    events = [event for event in store.events(model) if event.what in CHANGES]
    assert sorted(event.why[0] for event in events) == sorted(all_of(wrote, "events"))
    assert [event.before for event in events] == [None, *(event.after for event in events)][: len(events)]
    assert (store.root / "projects/iris/models/species/champion").read_text() == f"{events[-1].after}\n"

    checked = mlctl("store", "check", "--json")
    assert (checked.code, checked.json["findings"]) == (0, [])
    assert list((store.root / "tmp").iterdir()) == []
    looks = sum(one["rounds"] for one in read)
    return f"{len(listing.records)} experiments, {len(events)} events, {looks} looks"


def test_a_few_at_once(mlctl, store):
    check_together(mlctl, store, writers=4, readers=2, seconds=1.0)


@pytest.mark.slow
def test_sixteen_writers_and_eight_readers_for_a_minute(mlctl, store):
    check_together(mlctl, store, writers=16, readers=8, seconds=60.0)
