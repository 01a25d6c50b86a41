from datetime import UTC, datetime, timedelta

import pytest

from mlctl.domain.entries import history
from mlctl.domain.runs import History

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


def at(hour, day=9):
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def text(time):
    return time.isoformat()


def run(name, outcome, *, covers=None, triggers=(), began=NOW, **found):
    fired = [{"trigger": t, "key": k, "why": "because"} for t, k in triggers]
    begin = {"what": "began", "run": name, "time": text(began), "triggers": fired, "covers": covers or {}}
    end = {"what": "ended", "run": name, "time": text(began), "outcome": outcome, "seconds": 2, **found}
    return [begin, *([end] if outcome else [])]


def test_a_run():
    entries = run("a", "", triggers=[("schedule", "schedule:1")])
    entries[0] |= {"pid": 812, "host": "here", "parameters": "abc"}
    assert history(entries).open.pid == 812
    entries += [
        {"what": "stepped", "run": "a", "time": "t", "step": "fetch", "seconds": 1.5, "attempts": 2},
        {"what": "crashed", "run": "a", "time": "t", "reason": "gone"},
    ]
    assert history(entries).open.is_down
    entries += [{"what": "paused", "run": "a", "time": "t"}]
    assert (history(entries).open.was_paused, history(entries).crashes) == (True, 1)
    entries += [{"what": "resumed", "run": "a", "time": "t", "pid": 813}]
    assert not history(entries).open.was_paused
    assert (history(entries).open.is_down, history(entries).open.pid) == (False, 813)
    ended = {
        "what": "ended",
        "run": "a",
        "time": "u",
        "outcome": "kept",
        "seconds": 9,
        "reason": "not better",
    }
    told = history([*entries, {**ended, "champion": "p_1", "code": 0}])
    assert told.open is None
    assert told.keys == {"schedule:1"}
    assert told.crashes == 0
    assert told.runs[0].to_dict() == {
        "run": "a",
        "began": text(NOW),
        "ended": "u",
        "triggers": [{"trigger": "schedule", "key": "schedule:1", "why": "because"}],
        "outcome": "kept",
        "seconds": 9.0,
        "exit_code": 0,
        "reason": "not better",
        "crashes": 1,
        "steps": [{"step": "fetch", "seconds": 1.5, "attempts": 2}],
        "champion": "p_1",
    }


def test_what_fired_is_what_the_end_says():
    entries = run("a", "kept")
    assert history(entries).runs[0].triggers == ()
    entries[-1]["triggers"] = [{"trigger": "new_data", "key": "new_data:f", "why": "rows"}]
    assert history(entries).runs[0].was_set_off_by("new_data")


@pytest.mark.parametrize(
    "line",
    [
        {"what": "began", "run": "x", "time": "t", "triggers": [{"unknown": 1}]},
        {"what": "ended", "run": "a", "time": "t"},
        {"what": "ended", "run": "a", "time": "t", "outcome": "kept", "seconds": "long"},
        {"what": "stepped", "run": "a", "time": "t", "step": "x"},
        {"what": "stepped", "run": "b", "time": "t", "step": "x", "seconds": 1, "attempts": 1},
        {"what": "began", "run": "x", "time": "t", "triggers": ["schedule"]},
        {"what": "began", "run": "x", "time": "t", "triggers": {"trigger": 1}},
        {"what": "began", "run": "x", "time": "t", "triggers": [{"trigger": 1, "key": "k", "why": "w"}]},
        {"what": "began", "run": "x", "time": "t", "covers": ["schedule"]},
        {"what": "began", "run": "x", "time": "t", "pid": float("inf")},
        {"what": "told", "run": ["a"], "time": "t"},
        {"what": "something new", "run": "a", "time": "t"},
        {},
    ],
)
def test_lines_of_another_kind_are_passed_over(line):
    entries = run("a", "")
    assert history([*entries, line]) == history(entries)


@pytest.mark.parametrize(
    "span",
    [["x", "y"], [None, "y"], [None, None], "ab", 5, [None], [text(NOW), text(NOW)[:-6]], [3, text(NOW)]],
)
def test_instants_of_another_form_are_passed_over(span):
    good = [None, text(at(3))]
    told = history(run("a", "kept", covers={"schedule": span, "check": good}))
    assert told.runs[0].covers == {"check": good}
    assert told.handled_until("schedule", NOW) is None
    assert not told.is_handled("schedule", at(3), NOW)


@pytest.mark.parametrize(
    "found",
    [
        {"changes": "promoted"},
        {"changes": 5},
        {"changes": ["moved"]},
        {"changes": [["failed"]]},
        {"reasons": [1]},
        {"warnings": "one"},
        {"champion": 5},
        {"step": []},
        {"looked": "worse"},
        {"exit_code": "x"},
        {"steps": 5},
    ],
)
def test_what_came_of_a_run_is_of_its_form(found):
    told = history(run("a", "failed", dataset="d", **found))
    assert told.runs[0].found == {"dataset": "d"}
    assert (told.state, told.degraded_in_a_row("c")) == ("failed", 0)
    assert (told.runs[0].to_dict()["exit_code"], told.runs[0].to_dict()["steps"]) == (0, [])


def test_nothing_is_a_history_too():
    empty = History()
    assert (empty.open, empty.keys, empty.state, empty.handled_until("schedule", NOW)) == (
        None,
        set(),
        "ok",
        None,
    )
    assert not empty.is_handled("schedule", NOW, NOW)
    assert empty.degraded_in_a_row("c") == 0


def test_instants_that_were_handled():
    covers = {"schedule": [None, text(at(3))]}
    entries = run("a", "kept", covers=covers) + run(
        "b", "failed", covers={"schedule": [text(at(3)), text(at(6))]}
    )
    entries += run("c", "crashed", covers={"schedule": [text(at(6)), text(at(9))]})
    told = history(entries)
    assert told.handled_until("schedule", NOW) == at(6)
    assert told.handled_until("schedule", at(5)) == at(3)
    assert told.handled_until("check", NOW) is None
    handled = [hour for hour in range(12) if told.is_handled("schedule", at(hour), NOW)]
    assert handled == list(range(7))


def test_a_clock_that_was_far_ahead_holds_nothing_up():
    until = NOW + timedelta(days=3650)
    told = history(run("a", "kept", covers={"schedule": [text(at(3)), text(until)]}))
    assert not told.is_handled("schedule", at(6), NOW)
    assert told.is_handled("schedule", until, NOW)
    assert told.is_handled("schedule", at(6), NOW + timedelta(days=3600))


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["kept"], "ok"),
        (["failed"], "failed"),
        (["failed", "promoted"], "ok"),
        (["refused", "crashed", ""], "refused"),
        (["failed", "nothing"], "failed"),
        (["nothing"], "ok"),
    ],
)
def test_state(outcomes, state):
    entries = [entry for number, outcome in enumerate(outcomes) for entry in run(str(number), outcome)]
    assert history(entries).state == state


def test_a_look_mends_what_was_wrong_with_the_data():
    refused = run("a", "refused", step="fetch")
    assert history([*refused, *run("b", "nothing")]).state == "ok"
    failed = run("a", "failed", step="train")
    assert history([*failed, *run("b", "nothing")]).state == "failed"


def test_parameters_that_could_not_be_read_are_no_state():
    unreadable = run("u", "failed", unreadable="abc")
    assert history(unreadable).state == "ok"
    assert history([*run("a", "refused", changes=["refused"]), *unreadable]).state == "refused"
    told = history([*run("a", "failed", changes=["failed"]), *unreadable])
    assert [one.run for one in told.untold] == ["a"]


def test_quarantine():
    entries = run("a", "")
    for _ in range(3):
        entries.append({"what": "crashed", "run": "a", "time": "t"})
    entries.append(
        {"what": "ended", "run": "a", "time": "t", "outcome": "crashed", "seconds": 0, "quarantined": True}
    )
    entries.append({"what": "quarantined", "run": "a", "time": "then"})
    entries.append({"what": "told", "run": "a", "time": "t"})
    told = history(entries)
    assert (told.crashes, told.quarantined, told.state, told.keys) == (3, "then", "quarantined", set())
    assert told.told == {"a"}
    released = history([*entries, {"what": "released", "run": "b", "time": "t"}])
    assert (released.crashes, released.quarantined, released.state) == (0, "", "quarantined")


def test_who_was_not_told():
    first = run("a", "failed", changes=["failed"])
    last = run("b", "kept", changes=["recovered"])
    unsent = {"what": "unsent", "run": "a", "time": "t"}

    def untold(*entries):
        return [one.run for one in history(entries).untold]

    assert untold() == []
    assert untold(*run("a", "kept")) == []
    assert untold(*first, *last) == ["b"]  # nobody was named when the first ended
    assert untold(*first, unsent, *last) == ["a", "b"]
    assert untold(*first, unsent, *last, {**unsent, "what": "told"}) == ["b"]
    assert untold(*first, unsent, unsent, unsent, *last) == ["b"]


def test_worse_in_a_row():
    def look(name, degraded, champion="c", **more):
        return run(name, "nothing", looked={"champion": champion, "degraded": degraded}, **more)

    worse = [*look("a", True), *look("b", True)]
    assert history(worse).degraded_in_a_row("c") == 2
    assert history(worse).degraded_in_a_row("d") == 0
    assert history([*worse, *look("c", None), *run("d", "nothing")]).degraded_in_a_row("c") == 2
    assert history([*worse, *look("c", False)]).degraded_in_a_row("c") == 0
    assert history([*look("a", False), *look("b", True)]).degraded_in_a_row("c") == 1
    fired = run(
        "c", "kept", triggers=[("degraded", "degraded:f")], looked={"champion": "c", "degraded": True}
    )
    assert history([*worse, *fired]).degraded_in_a_row("c") == 0
    assert history([*worse, *fired, *look("d", True)]).degraded_in_a_row("c") == 1
