"""What a run does around its steps."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from mlctl.actions.retrain import ending, progress
from mlctl.actions.retrain.ending import log_end
from mlctl.actions.retrain.log import runs
from mlctl.actions.retrain.progress import Progress, is_stale
from mlctl.errors import MlctlError
from mlctl.files import atomic
from mlctl.files.held import hold
from mlctl.store.champion import Event
from tests.actions.retrain.stage import FETCHED, KEPT, PROMOTED, TRAINED, error
from tests.conftest import REPOSITORY

STEPS = ["fetch", "train", "gate"]


def test_a_request_trains_and_is_recorded(stage):
    stage.plan(gate={"found": PROMOTED})
    came = stage.one(stage.target())
    assert (came.outcome, came.code, came.reasons) == ("promoted", 0, ("better beyond doubt",))
    assert [fired.trigger for fired in came.fired] == ["request"]
    assert stage.done() == STEPS
    assert [e["what"] for e in stage.entries()] == ["began", "stepped", "stepped", "stepped", "ended"]
    ended = stage.entries()[-1]
    assert (ended["outcome"], ended["champion"], ended["challenger"]) == (
        "promoted",
        "p_nogit_2",
        "p_nogit_2",
    )
    event = stage.store.events(stage.store.model("p", "m"))[-1]
    assert (event.what, event.after, event.details["run"]) == ("retrain", "p_nogit_2", came.run)
    log = (stage.folder / came.log).read_text()
    assert "begins: p/m, process" in log
    assert "this is train, for the 1. time" in log
    assert not (stage.store.root / "projects/p/models/m/retrain/runs").exists()


def test_an_instant_is_handled_once(stage):
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01")
    assert stage.one(target).outcome == "kept"
    assert stage.one(target).outcome == "nothing"
    stage.later(hours=20)
    assert stage.one(target).outcome == "nothing"
    stage.later(days=3)  # three instants were missed, and are one run
    came = stage.one(target)
    assert came.fired[0].key == "schedule:2026-01-12T03:00:00.000000Z"
    assert stage.done() == STEPS * 2


def test_a_clock_that_is_set_back_repeats_nothing(stage):
    target = stage.target(schedule="0 * * * *", start_date="2026-01-01")
    assert stage.one(target).outcome == "kept"
    for hours in (-1, -5, 1):
        stage.later(hours=hours)
        assert stage.one(target).outcome == "nothing", stage.now
    stage.later(hours=6)
    assert stage.one(target).fired[0].key == "schedule:2026-01-09T04:00:00.000000Z"
    stage.later(days=3650)
    assert stage.one(target).outcome == "kept"
    stage.later(days=-3648)  # a clock that was years ahead holds nothing up
    assert stage.one(target).outcome == "kept"
    assert stage.one(target).outcome == "nothing"


def test_force_trains_what_is_not_due(stage):
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01")
    stage.one(target)
    came = stage.one(target, force=True)
    assert (came.outcome, came.fired[0].why) == ("kept", "asked for with --force")


def test_two_at_once(stage):
    target = stage.target()
    held = target.journal.hold("other", stage.now)
    came = stage.one(target)
    assert (came.outcome, came.code) == ("skipped", 0)
    clock = f"{stage.now.astimezone():%H:%M}"
    assert came.reasons == (f"running since {clock} as pid {os.getpid()}",)
    held.close()
    assert stage.one(target).outcome == "kept"
    assert stage.done() == STEPS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"pid": 7, "host": "far", "since": "2025-12-31T03:00:00Z"}',
            "running since 2025-12-31 12:00 as pid 7 on far",
        ),
        ('{"pid": 7, "host": "far", "since": "?"}', "running since a while as pid 7 on far"),
        ("[]", "another run has just begun or ended"),
        ("{", "another run has just begun or ended"),
    ],
)
def test_who_is_at_it(stage, text, told):
    target = stage.target(schedule="@daily", time_zone="Asia/Seoul")
    path = target.journal.site.layout.run_lock("p", "m")
    path.parent.mkdir(exist_ok=True)
    held = hold(path, text)
    assert stage.one(target).reasons == (told,)
    held.close()


def test_slots(stage):
    target = stage.target(schedule="@daily", start_date="2026-01-01", max_parallel=2)
    taken = [stage.store.retraining.take_slot(2, name, stage.now) for name in ("a", "b")]
    assert stage.store.retraining.take_slot(2, "c", stage.now) is None
    came = stage.one(target)
    assert (came.outcome, came.reasons) == ("skipped", ("2 retrained at once already (max_parallel)",))
    assert stage.waits == []
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", max_runtime="3 s"), waits=True)
    assert (came.outcome, stage.waits) == ("skipped", [5.0] * 2)
    taken[0].close()
    assert stage.one(target, waits=True).outcome == "kept"
    taken[1].close()


@pytest.mark.parametrize(
    ("step", "behaviour", "outcome", "code"),
    [
        ("fetch", error("data", "a column is gone"), "refused", 5),
        ("fetch", error("not_found", "no such file"), "failed", 3),
        ("train", error(message="no space left"), "failed", 1),
        ("train", error("nonsense"), "failed", 1),
        ("gate", error("refused", "the champion cannot score"), "stopped", 4),
        ("gate", "exit", "failed", 1),
    ],
)
def test_what_goes_wrong(stage, step, behaviour, outcome, code):
    stage.plan(**{step: behaviour})
    came = stage.one(stage.target(schedule="0 3 * * *", start_date="2026-01-01"))
    assert (came.outcome, came.code) == (outcome, code)
    assert stage.entries()[-1]["step"] == step
    if behaviour == "exit":
        assert came.reasons == ("gate: its process ended with 3 and left nothing",)
    else:
        assert came.reasons == (behaviour["error"]["message"],)
        assert came.hint == "mend it"
    # It is handled: the next instant tries anew.
    assert stage.one(stage.target(schedule="0 3 * * *", start_date="2026-01-01")).outcome == "nothing"


def test_a_database_that_cannot_be_reached_for_two_attempts(stage):
    away = error(message="cannot connect to warehouse", may_pass=True)
    stage.plan(fetch=[away, away, {"found": FETCHED}])
    came = stage.one(stage.target())
    assert came.outcome == "kept"
    assert stage.done() == ["fetch", "fetch", "fetch", "train", "gate"]
    first, second = stage.waits
    assert 30 <= first <= 60
    assert 30 <= second <= 120
    fetched = next(e for e in stage.entries() if e["what"] == "stepped")
    assert (fetched["step"], fetched["attempts"]) == ("fetch", 3)
    assert "attempt 2 failed: cannot connect to warehouse; again in" in (stage.folder / came.log).read_text()


def test_three_attempts_are_all(stage):
    stage.plan(fetch=error(message="cannot connect to warehouse", may_pass=True))
    came = stage.one(stage.target())
    assert (came.outcome, came.code) == ("failed", 1)
    assert stage.done() == ["fetch"] * 3


def test_max_runtime_ends_the_whole_group(stage):
    stage.plan(train="hang")
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", max_runtime="9 s"))
    assert (came.outcome, came.code) == ("timeout", 1)
    assert came.reasons == ("train: it took too long and was ended: max_runtime is 9 s",)
    # A wait that would end later is not begun, and a step not either.
    stage.plan(fetch=error(may_pass=True))
    stage.later(days=1)
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", max_runtime="9 s"))
    assert came.reasons == ("max_runtime of 9 s ends before the next attempt",)
    stage.later(days=1)
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", max_runtime="1 s"))
    assert came.reasons == ("fetch: no time was left for it: max_runtime is 1 s",)


def test_a_run_that_took_too_long_is_told(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    stage.plan(fetch="hang")
    came = stage.one(stage.target(max_runtime="2 s", **asked))
    assert (came.outcome, came.failures, stage.told()) == ("timeout", (), ["failed"])
    assert stage.entries()[-1]["what"] == "told"


def test_telling_has_a_time_of_its_own(stage, monkeypatch):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    monkeypatch.setattr(ending, "TIME_TO_TELL", 5.0)
    stage.plan(gate={"found": PROMOTED}, notify="hang")
    said = "notify: it took too long and was ended: its time is 5 s"
    assert stage.one(stage.target(**asked)).failures == (said,)
    stage.later(days=1)
    stage.plan(gate={"found": PROMOTED}, notify=error(may_pass=True))
    assert stage.one(stage.target(**asked)).failures == ("its time of 5 s ends before the next attempt",)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_killed_is_gone_on_with(stage, step):
    found = {"fetch": FETCHED, "train": TRAINED, "gate": KEPT}
    stage.plan(**{step: ["die", {"found": found[step]}]})
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01")
    came = stage.one(target)
    assert (came.outcome, came.code) == ("died", 1)
    assert came.reasons[0] == f"{step}: its process was ended by SIGKILL; it may have taken too much memory"
    assert stage.entries()[-1]["what"] == "crashed"
    stage.later(minutes=15)
    (came,) = stage.all_due()
    assert came.outcome == "kept"
    at = STEPS.index(step)
    assert stage.done() == [*STEPS[: at + 1], *STEPS[at:]]  # what was done is not done again
    assert [e["what"] for e in stage.entries()].count("crashed") == 1
    assert "resumed" in [e["what"] for e in stage.entries()]
    assert stage.all_due() == ()


def test_three_crashes_in_a_row_are_a_quarantine(stage):
    stage.plan(train="die")
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01", notify={"command": "cat"})
    assert [stage.one(target).outcome for _ in range(3)] == ["died", "died", "crashed"]
    assert stage.told() == ["quarantined"]
    came = stage.one(target)
    assert (came.outcome, came.code) == ("quarantined", 1)
    assert "mlctl retrain --project p --model m --force" in came.reasons[0]
    stage.later(days=30)
    assert stage.one(target).outcome == "quarantined"
    assert [came.outcome for came in stage.all_due()] == ["quarantined"]
    assert stage.all_due() == ()  # nothing to look at until somebody asks
    stage.plan()
    assert stage.one(target, force=True).outcome == "kept"
    assert stage.told() == ["quarantined", "recovered"]
    assert stage.one(target).outcome == "kept"  # of the instants that were missed
    assert stage.one(target).outcome == "nothing"


def test_a_process_that_is_gone_for_the_third_time(stage):
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01", notify={"command": "cat"})
    target.journal.append("began", "a", stage.now, triggers=[], covers={}, parameters=target.digest)
    for _ in range(2):
        target.journal.append("crashed", "a", stage.now)
        target.journal.append("resumed", "a", stage.now)
    came = stage.one(target)
    assert (came.outcome, came.code, came.run) == ("crashed", 1, "a")
    assert came.reasons == ("it crashed 3 times in a row and is quarantined",)
    assert came.hint == (
        "look at mlstore/projects/p/models/m/retrain/logs/a.txt, then lift it: "
        "mlctl retrain --project p --model m --force"
    )
    assert stage.told() == ["quarantined"]
    assert stage.done() == ["notify"]


def test_a_crash_under_other_parameters_is_not_gone_on_with(stage):
    stage.plan(gate=["die", {"found": KEPT}])
    assert stage.one(stage.target(schedule="0 3 * * *", start_date="2026-01-01")).outcome == "died"
    came = stage.one(stage.target(schedule="0 3 * * *", start_date="2026-01-01", keep_logs=7))
    assert came.outcome == "kept"
    assert stage.done() == [*STEPS, *STEPS]


def test_files_that_changed_since_they_were_fetched_are_fetched_again(stage):
    data = stage.folder / "data.csv"
    data.write_text("x")
    stat = data.stat()
    known = {**FETCHED, "files": [[str(data), stat.st_size, stat.st_mtime_ns]]}
    stage.plan(
        fetch={"found": known},
        train=[
            "die",
            "die",
            {
                "found": {
                    "challenger": None,
                    "reasons": ["none"],
                    "rungs": [],
                    "failed": ["p_nogit_3"],
                    "dataset": None,
                }
            },
        ],
    )
    target = stage.target()
    assert stage.one(target).outcome == "died"
    assert stage.one(target).outcome == "died"
    assert stage.done() == ["fetch", "train", "train"]
    data.write_text("longer")
    came = stage.one(target)
    assert stage.done() == ["fetch", "train", "train", "fetch", "train", "gate"]
    assert is_stale({"files": [[str(stage.folder / "gone"), 0, 0]]})
    assert came.warnings == ("p_nogit_3 did not finish",)


def test_changes_of_state_are_told_once(stage):
    def run(**plan):
        stage.plan(**plan)
        stage.later(days=1)
        return stage.one(stage.target(schedule="@daily", start_date="2026-01-01", notify={"command": "cat"}))

    run()
    assert stage.told() == []
    run(train=error())
    run(fetch=error("not_found"))  # failed before: told already
    assert stage.told() == ["failed"]
    run(fetch=error("data"))
    run(fetch=error("data"))
    assert stage.told() == ["failed", "refused"]
    run()
    run()
    assert stage.told() == ["failed", "refused", "recovered"]
    run(gate={"found": PROMOTED})
    run(gate={"found": PROMOTED})  # each is a change
    assert stage.told()[3:] == ["promoted", "promoted"]
    run(gate=error("refused"))
    run(gate={"found": PROMOTED})
    assert stage.told()[5:] == ["failed", "promoted", "recovered"]


def test_the_message(stage):
    stage.plan(gate={"found": PROMOTED})
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", notify={"command": "cat"}))
    message = json.loads((stage.folder / "told.jsonl").read_text())["messages"][0]
    assert message["subject"] == "p/m: p_nogit_2 is the new champion"
    head, _, log = message["text"].partition("\n\n")
    assert head.split("\n") == [
        "better beyond doubt",
        "trigger: schedule (@daily in UTC)",
        "champion: p_nogit_2",
        f"run: {came.run}",
    ]
    assert log.endswith("promoted: better beyond doubt")
    assert message["facts"]["version"] == "p_nogit_2"
    assert message["facts"]["triggers"] == "schedule"


def test_a_message_that_cannot_be_sent_is_a_warning(stage):
    stage.plan(train=error(), notify={"found": {"failures": ["notify by email: no answer"]}})
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", notify={"command": "cat"}))
    assert came.outcome == "failed"
    assert came.warnings == ("notify by email: no answer",)
    stage.later(days=1)
    stage.plan(notify=error(message="the step failed"))
    came = stage.one(stage.target(schedule="@daily", start_date="2026-01-01", notify={"command": "cat"}))
    assert (came.outcome, came.failures) == ("kept", ("the step failed",))


def test_a_message_that_reached_nobody_is_tried_again(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    unsent = {"found": {"failures": ["notify by command: exit code 3"], "sent": False}}
    stage.plan(train=error(), notify=unsent)
    stage.one(stage.target(**asked))
    assert stage.entries()[-1]["what"] == "unsent"
    (came,) = stage.all_due()  # a tick has something to do, though nothing is due
    assert (came.outcome, came.failures) == ("nothing", ("notify by command: exit code 3",))
    stage.later(days=1)
    stage.plan()  # it is told late, and then what came of the next run
    came = stage.one(stage.target(**asked))
    assert (came.outcome, stage.told()) == ("kept", ["failed"] * 3 + ["recovered"])
    assert [e["what"] for e in stage.entries()].count("told") == 2
    stage.all_due()
    assert stage.all_due() == ()


def test_a_message_is_tried_in_three_calls(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    stage.plan(train=error(), notify=error(message="the step failed"))
    stage.one(stage.target(**asked))
    for _ in range(2):
        assert stage.all_due()[0].failures == ("the step failed",)
    assert stage.all_due() == ()
    assert stage.told() == ["failed"] * 3


def test_a_late_message_leaves_a_crashed_run_its_steps(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    stage.plan(train=[error(), "die", {"found": TRAINED}], notify=error())
    stage.one(stage.target(**asked))
    stage.later(days=1)
    assert stage.one(stage.target(**asked)).outcome == "died"
    assert stage.one(stage.target(**asked)).outcome == "kept"
    assert [step for step in stage.done() if step != "notify"] == [
        *("fetch", "train"),
        *("fetch", "train"),
        *("train", "gate"),
    ]


def test_one_way_is_enough(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    stage.plan(train=error(), notify={"found": {"failures": ["notify by email: no answer"], "sent": True}})
    assert stage.one(stage.target(**asked)).failures == ("notify by email: no answer",)
    assert stage.entries()[-1]["what"] == "told"


def test_logs_are_kept_the_newest(stage):
    for _ in range(4):
        stage.one(stage.target(schedule="@daily", start_date="2026-01-01", keep_logs=2))
        stage.later(days=1)
    logs = sorted(p.name[:8] for p in (stage.store.root / "projects/p/models/m/retrain/logs").iterdir())
    assert logs == ["20260111", "20260112"]


def test_an_end_that_was_recorded_is_not_recorded_again(stage):
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01")
    stage.plan(gate="die")
    stage.one(target)
    run = stage.entries()[0]["run"]
    told = Event("t", "retrain", "retrain", details={"run": run})
    stage.store.record_event(target.model, told)  # and then it was cut off
    stage.plan()
    assert stage.one(target).outcome == "kept"
    assert [event.what for event in stage.store.events(target.model)] == ["retrain"]


def test_a_log_that_is_gone_is_not_in_the_message(stage):
    target = stage.target()
    progress = Progress(target, stage.world(), "a", stage.folder, None, 0.0)
    assert log_end(progress, "never") == ""


def test_a_crash_in_a_call_for_all_is_looked_at_again(stage):
    stage.target(schedule="0 3 * * *", start_date="2026-01-01")
    stage.plan(train="die")
    assert [came.outcome for came in stage.all_due()] == ["died"]
    stage.plan()
    assert [came.outcome for came in stage.all_due()] == ["kept"]


def test_the_bundle_of_a_new_champion(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "build": True}
    bundle = {"bundle": "p_nogit_2.pyz", "sha256": "0", "tier": "portable"}
    stage.plan(gate={"found": PROMOTED}, build={"found": bundle})
    came = stage.one(stage.target(**asked))
    assert (came.found["build"], came.failures) == (bundle, ())
    assert stage.done() == [*STEPS, "build"]
    stage.plan(gate={"found": PROMOTED}, build=error("refused", "it cannot be one file"))
    came = stage.one(stage.target(**asked), force=True)
    assert (came.outcome, came.code) == ("promoted", 0)  # which it is all the same
    assert came.failures == ("build: it cannot be one file",)
    stage.plan(build="die")
    assert stage.one(stage.target(**asked), force=True).outcome == "kept"
    stage.plan(gate={"found": PROMOTED}, build=["die", {"found": bundle}])
    (stage.folder / "done.txt").unlink()
    assert stage.one(stage.target(**asked), force=True).outcome == "died"
    assert stage.one(stage.target(**asked)).outcome == "promoted"
    assert stage.done() == [*STEPS, "build", "build"]


def test_one_that_is_stopped_is_gone_on_with(stage, monkeypatch):
    target = stage.target(schedule="@daily", start_date="2026-01-01")
    real = progress.launch

    def stopped(command, **more):
        if command[-1] == "gate":
            raise KeyboardInterrupt
        return real(command, **more)

    for _ in range(5):  # which is no crash, however often
        with monkeypatch.context() as patched:
            patched.setattr(progress, "launch", stopped)
            with pytest.raises(KeyboardInterrupt):
                stage.one(target)
        assert stage.entries()[-1]["what"] == "paused"
        assert [one.outcome for one in runs(stage.store, "p", "m")] == ["interrupted"]
    assert [came.outcome for came in stage.all_due()] == ["kept"]
    assert stage.done() == STEPS


RUNNER = """
import sys
from pathlib import Path
from tests.actions.retrain.stage import NOW, Stage
from mlctl.store.store import find
folder = Path(sys.argv[1])
stage = Stage(folder, find(folder, explicit=None, environ={}))
print([came.outcome for came in stage.all_due()])
"""


def runner(stage):
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(stage.folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("step", [*STEPS, "notify"])
def test_kill_9_at_each_step_then_a_tick(stage, step):
    found = {"fetch": FETCHED, "train": TRAINED, "gate": PROMOTED, "notify": {"failures": []}}
    stage.plan(**{"gate": {"found": PROMOTED}, step: ["hang", {"found": found[step]}]})
    stage.target(schedule="0 3 * * *", start_date="2026-01-01", notify={"command": "cat"})
    process = runner(stage)
    deadline = time.monotonic() + 60
    while step not in stage.done():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    journal = stage.store.retraining.journal("p", "m")
    while journal.is_held():  # the step ends with the process that waits for it
        assert time.monotonic() < deadline
        time.sleep(0.01)
    outcomes = [came.outcome for came in stage.all_due()]
    steps = [*STEPS, "notify"]
    at = steps.index(step)
    assert stage.done() == [*steps[: at + 1], *steps[at:]]
    assert outcomes == (["nothing"] if step == "notify" else ["promoted"])
    assert [e["what"] for e in stage.entries()].count("ended") == 1
    assert [e["what"] for e in stage.entries()].count("crashed") == (0 if step == "notify" else 1)
    assert stage.told() == ["promoted"]
    retrained = [e for e in stage.store.events(stage.store.model("p", "m")) if e.what == "retrain"]
    assert len(retrained) == 1
    assert stage.all_due() == ()


def test_a_full_disk_is_said_and_gone_on_with(stage, monkeypatch):
    target = stage.target(schedule="0 3 * * *", start_date="2026-01-01")
    real = os.fsync

    def full(handle):
        if stage.done() == STEPS:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(atomic.os, "fsync", full)
        with pytest.raises(MlctlError, match="no space left on device"):
            stage.one(target)
    (came,) = stage.all_due()
    assert came.outcome == "kept"
    assert stage.done() == STEPS
    assert [e["what"] for e in stage.entries()].count("crashed") == 1
