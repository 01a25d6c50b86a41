import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlctl.errors import BusyError, MlctlError, NotFoundError
from mlctl.files import atomic
from mlctl.store.champion import Event
from mlctl.store.layout import Layout
from tests.files.faults import FaultyOs
from tests.store.conftest import NOW

ONE, TWO = "iris_3f9a1c_1", "iris_3f9a1c_2"


@pytest.fixture
def log(store, model):
    return Layout(store.root).events("iris", "species")


@pytest.fixture
def pointer(store, model):
    return Layout(store.root).champion("iris", "species")


def event(store, what, before=None, after=None, **more) -> Event:
    return Event(store.stamp(NOW), "me", what, before, after, **more)


def test_nothing_happened_yet(store, model):
    assert store.champion(model) is None
    assert store.events(model) == ()


def test_promotion_and_rollback(store, model, log, pointer):
    happened = (
        event(store, "promote", None, ONE, why=["better by 0.01"], details={"gain": 0.01}),
        event(store, "promote", ONE, TWO),
        event(store, "refuse", TWO, None, why=["undecided"]),
        event(store, "rollback", TWO, ONE),
    )
    seen = []
    for one in happened:
        store.record_event(model, one)
        seen.append(store.champion(model))
    assert seen == [ONE, TWO, TWO, ONE]
    assert store.events(model) == happened
    assert pointer.read_text() == f"{ONE}\n"
    first = json.loads(log.read_text().splitlines()[0])
    assert first == {
        "time": "2026-01-09T12:30:00.000000Z",
        "who": "me",
        "what": "promote",
        "from": None,
        "to": ONE,
        "why": ["better by 0.01"],
        "gain": 0.01,
    }


def test_rolling_back_the_first_leaves_none(store, model, pointer):
    store.record_event(model, event(store, "rollback"))
    store.record_event(model, event(store, "promote", None, ONE))
    store.record_event(model, event(store, "rollback", ONE, None))
    assert store.champion(model) is None
    assert not pointer.exists()


def test_the_last_complete_event_wins_over_the_pointer(store, model, log, pointer):
    store.record_event(model, event(store, "promote", None, TWO))
    pointer.write_text(f"{ONE}\n")
    assert store.champion(model) == TWO
    with log.open("a") as stream:
        stream.write(json.dumps(event(store, "promote", TWO, ONE).to_dict()))
    assert store.champion(model) == TWO  # without its newline it is torn
    store.record_event(model, event(store, "refuse"))
    assert [e.what for e in store.events(model)] == ["promote", "refuse"]
    assert store.champion(model) == TWO  # and stays so when the log goes on


def test_the_log_counts_where_the_pointer_cannot_follow(store, model, pointer, experiments):
    pointer.mkdir()
    why = store.promote(model, event(store, "promote", None, TWO), None)
    assert "champion" in why
    assert store.champion(model) == TWO
    pointer.rmdir()
    store.settle_champion(model)
    assert pointer.read_text() == f"{TWO}\n"
    stamp = pointer.stat().st_mtime_ns
    store.settle_champion(model)
    assert pointer.stat().st_mtime_ns == stamp


def test_the_pointer_counts_where_no_event_says_otherwise(store, model, pointer):
    pointer.write_text(f"{ONE}\n")
    assert store.champion(model) == ONE
    store.record_event(model, event(store, "retrain"))
    assert store.champion(model) == ONE


@pytest.mark.parametrize("content", [b"", b"../../etc", b"\xff", b"latest\n", b"x" * 3000])
def test_a_pointer_to_no_version_is_none(store, model, pointer, content):
    pointer.write_bytes(content)
    assert store.champion(model) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"3",
        b'{"time": "t", "who": "me", "what": "promote", "to": 5}',
        b'{"time": "t", "who": "me", "what": "promote", "to": "../x"}',
        b'{"time": "t", "who": "me", "what": "promote", "to": "a_nogit_' + b"9" * 6000 + b'"}',
        b'{"time": "t", "who": "me", "what": "promote", "to": null, "why": "x"}',
        b'{"time": "t", "who": "me", "what": "promote", "to": null, "why": [1]}',
        b'{"time": 1, "who": "me", "what": "promote"}',
        b'{"who": "me", "what": "promote"}',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_event_is_passed_over(store, model, log, line):
    store.record_event(model, event(store, "promote", None, ONE))
    with log.open("ab") as stream:
        stream.write(line + b"\n")
    assert store.champion(model) == ONE
    assert len(store.events(model)) == 1


TEXT = st.text(st.characters(codec="utf-8"))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=TEXT, why=st.lists(TEXT), details=st.dictionaries(st.sampled_from(["gain", "run"]), TEXT))
def test_events_come_back_as_they_were(store, model, log, who, why, details):
    log.unlink(missing_ok=True)
    written = event(store, "refuse", ONE, TWO, why=why, details=details)
    store.record_event(model, written)
    assert store.events(model) == (written,)
    assert Event(written.time, who, "x").who == who


def test_a_full_disk_never_leaves_pointer_and_log_apart(store, model, monkeypatch):
    store.record_event(model, event(store, "promote", None, ONE))
    for step in range(1, 30):
        faulty = FaultyOs(step)
        with monkeypatch.context() as patch:
            patch.setattr(atomic, "os", faulty)
            try:
                store.record_event(model, event(store, "promote", ONE, TWO))
            except MlctlError:
                last = store.events(model)[-1]
                assert store.champion(model) == last.after
        if faulty.failed is None:
            break
    assert store.champion(model) == TWO


@pytest.fixture
def experiments(store, model):
    """Directories of two experiments: a champion has one."""
    for version in (ONE, TWO):
        Layout(store.root).experiment("iris", "species", version).mkdir(parents=True)


def test_compare_and_swap(store, model, pointer, experiments):
    store.promote(model, event(store, "promote", None, ONE), None)
    with pytest.raises(BusyError, match=f"is {ONE} by now, not none"):
        store.promote(model, event(store, "promote", None, TWO), None)
    with pytest.raises(BusyError, match=f"is {ONE} by now, not {TWO}"):
        store.promote(model, event(store, "rollback", TWO, ONE), TWO)
    store.promote(model, event(store, "promote", ONE, TWO), ONE)
    with pytest.raises(NotFoundError, match="iris_3f9a1c_9 is gone"):
        store.promote(model, event(store, "promote", TWO, "iris_3f9a1c_9"), TWO)
    assert store.champion(model) == TWO
    assert pointer.read_text() == f"{TWO}\n"
    assert len(store.events(model)) == 2


def test_of_many_at_once_one_wins(store, model, experiments):
    def attempt(number):
        try:
            store.promote(model, event(store, "promote", None, (ONE, TWO)[number % 2]), None)
        except BusyError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert len(store.events(model)) == 1


def test_a_stamp_is_equal_until_the_champion_changes(store, model, pointer):
    before = store.champion_stamp(model)
    assert before == (None, None)
    store.record_event(model, event(store, "promote", None, ONE))
    after = store.champion_stamp(model)
    assert after != before
    assert store.champion_stamp(model) == after
