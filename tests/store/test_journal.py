import json
from datetime import UTC, datetime

import pytest

from mlctl.errors import DamagedError
from mlctl.store.journal import drop_result, read_result, write_result
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def journal(nowhere_else):
    store, _ = init(nowhere_else / "mlstore", NOW)
    store.add_project("p", "", NOW)
    store.add_model("p", "m", "", NOW)
    return store.retraining.journal("p", "m")


def test_entries(journal):
    assert journal.label == "p/m"
    assert journal.history().runs == ()
    journal.append("began", "a", NOW, triggers=[], covers={})
    journal.append("ended", "a", NOW, outcome="kept", seconds=float("nan"), gate={"lower": [float("inf")]})
    lines = journal.path.read_text().splitlines()
    assert json.loads(lines[0]) == {
        "what": "began",
        "run": "a",
        "time": "2026-01-09T12:00:00.000000Z",
        "triggers": [],
        "covers": {},
    }
    assert json.loads(lines[1])["gate"] == {"lower": [None]}  # JSON has no word for infinity


@pytest.mark.parametrize(
    "torn", [b'{"what": "ended", "run"', b"\xff\n", b"[]\n", b'{"what": 1}\n', b"[" * 9999 + b"\n"]
)
def test_what_is_torn_is_passed_over(journal, torn):
    journal.append("began", "a", NOW, triggers=[], covers={})
    with journal.path.open("ab") as stream:
        stream.write(torn)
    assert [run.run for run in journal.history().runs] == ["a"]
    journal.append("ended", "a", NOW, outcome="kept", seconds=1)
    assert journal.history().runs[0].outcome == "kept"


def test_the_lock(journal):
    assert journal.holder() == {}
    assert not journal.is_held()
    held = journal.hold("a", NOW)
    told = journal.holder()
    assert (told["run"], told["since"]) == ("a", "2026-01-09T12:00:00.000000Z")
    assert journal.is_held()
    assert journal.hold("b", NOW) is None
    held.close()
    path = journal.site.layout.run_lock("p", "m")
    for text in ("{", "[]", ""):
        path.write_text(text)
        assert journal.holder() == {}


def test_stamps_tell_of_changes(journal):
    assert journal.stamps() == (None, None)
    journal.append("began", "a", NOW)
    first = journal.stamps()
    journal.append("ended", "a", NOW)
    assert journal.stamps() != first
    journal.parameters.write_text("x")
    assert journal.stamps()[0] is not None


def test_logs(journal):
    assert journal.shown_log("a") == ""
    for name in ("a", "b", "c"):
        journal.log(name).write_text(name)
    journal.log("b").with_suffix(".other").write_text("not ours")
    assert journal.shown_log("a") == "mlstore/projects/p/models/m/retrain/logs/a.txt"
    journal.prune_logs(2)
    assert sorted(path.name for path in journal.log("b").parent.iterdir()) == ["b.other", "b.txt", "c.txt"]


def test_what_steps_leave(journal):
    directory = journal.directory("a")
    assert read_result(directory, "fetch") is None
    write_result(directory, "fetch", {"found": (1, 2)})
    assert read_result(directory, "fetch") == {"found": [1, 2]}
    for text in ("[]", "{", "\xff"):
        (directory / "fetch.json").write_text(text)
        with pytest.raises(DamagedError, match="holds no mapping"):
            read_result(directory, "fetch")
    drop_result(directory, "fetch")
    drop_result(directory, "fetch")
    assert read_result(directory, "fetch") is None
    journal.clear()
    assert not directory.exists()


def test_predictions_served(journal):
    assert journal.served("p_1", "") == 0
    for version, count in (("p_1", 3), ("p_2", 5), ("p_1", 7)):
        journal.add_served(version, count, NOW)
    with journal.site.layout.usage("p", "m").open("a") as stream:
        stream.write('{"what": "served", "run": "p_1", "time": "yesterday", "predictions": 1}\n')
        stream.write(
            '{"what": "served", "run": "p_1", "time": "2026-01-09T13:00:00Z", "predictions": "many"}\n'
        )
    assert journal.served("p_1", "") == 10
    assert journal.served("p_1", "2026-01-09T12:30:00.000000Z") == 0
