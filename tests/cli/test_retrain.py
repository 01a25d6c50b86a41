"""``mlctl retrain``: what a person and a crontab line see."""

import json
import os
import sys

import pytest

from mlctl.actions.retrain import world
from tests.actions.retrain.stage import NOW, PROMOTED, STEP, Stage, error, make

PARAMETERS = """\
project: p
model: m
data: {source: "sklearn:iris", target: target}
retrain: {schedule: "0 3 * * *", start_date: "2026-01-01"}
"""


@pytest.fixture
def stage(nowhere_else, monkeypatch) -> Stage:
    """A store in the working directory, steps that pretend, and the clock at 03:00:05."""
    made = make(nowhere_else)
    (nowhere_else / "p.yaml").write_text(PARAMETERS)
    monkeypatch.setenv("MLCTL_NOW", NOW.isoformat())
    original = world.World

    def pretending(*args, **kwargs):
        command = (sys.executable, "-S", str(STEP), str(nowhere_else))
        return original(*args, **{**kwargs, "command": command})

    monkeypatch.setattr(world, "World", pretending)
    return made


def test_silence_when_all_is_well(stage, mlctl):
    stage.plan(gate={"found": PROMOTED})
    for words in (
        ("--params", "p.yaml"),
        ("--params", "p.yaml"),
        ("--due",),
        ("-p", "p", "-m", "m", "--force"),
    ):
        ran = mlctl("retrain", *words)
        assert (ran.code, ran.out, ran.err) == (0, "", ""), words


def test_what_was_done_is_said_where_it_is_asked_for(stage, mlctl, monkeypatch):
    stage.plan(gate={"found": {**PROMOTED, "warnings": ["no card"], "why": ["better", "and quicker"]}})
    ran = mlctl("retrain", "--params", "p.yaml", "-v")
    assert ran.err == ""
    first, *rest = ran.out.splitlines()
    assert first == "p/m: promoted: better"
    assert rest[:4] == [
        "  and quicker",
        "  trigger: schedule (0 3 * * * in UTC)",
        "  champion: p_nogit_2",
        "  warning: no card",
    ]
    assert "log: mlstore/projects/p/models/m/retrain/logs/20260109T030005Z-" in rest[4]
    assert mlctl("retrain", "--due", "--verbose").out == "p/m: nothing: nothing is due\n"
    assert mlctl("retrain", "--due", "--verbose").out == ""  # known to have nothing to do
    from mlctl.cli import out

    monkeypatch.setattr(out, "is_terminal", lambda _: True)
    assert mlctl("retrain", "--params", "p.yaml").out == "p/m: nothing: nothing is due\n"


def test_json(stage, mlctl):
    document = mlctl("retrain", "--params", "p.yaml", "--json").json
    assert document["schema_version"] == 1
    assert document["exit_code"] == 0
    (model,) = document["models"]
    assert (model["project"], model["model"], model["outcome"]) == ("p", "m", "kept")
    assert model["triggers"][0]["key"] == "schedule:2026-01-09T03:00:00.000000Z"
    assert mlctl("retrain", "--due", "--json").json["models"][0]["outcome"] == "nothing"
    assert mlctl("retrain", "--due", "--json").json["models"] == []


@pytest.mark.parametrize(
    ("behaviour", "code", "said"),
    [
        (error("data", "a column is gone"), 5, "p/m: refused: a column is gone"),
        (error("refused", "the champion cannot score"), 4, "p/m: stopped: the champion cannot score"),
        (error("usage", "what is this"), 2, "p/m: failed: what is this"),
        (error(message="no space"), 1, "p/m: failed: no space"),
        ("die", 1, "p/m: died: fetch: its process was ended by SIGKILL"),
    ],
)
def test_what_goes_wrong_is_said(stage, mlctl, behaviour, code, said):
    stage.plan(fetch=behaviour)
    ran = mlctl("retrain", "--params", "p.yaml")
    assert ran.code == code
    assert ran.out == ""
    assert ran.err.startswith(said)
    assert "  fix: " in ran.err
    stage.plan(fetch=behaviour)
    again = mlctl("retrain", "-p", "p", "-m", "m", "--force", "--json")
    assert again.code == code
    assert again.json["exit_code"] == code


def test_the_worst_of_all_models(stage, mlctl):
    mlctl("retrain", "--params", "p.yaml")
    stage.plan(fetch=error("usage"))
    ran = mlctl("retrain", "--due", "--now", "2026-01-10T03:00:00Z")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "p/m: failed: it went wrong")


def test_exit_code(stage, mlctl):
    assert mlctl("retrain", "--params", "p.yaml", "--exit-code").code == 4  # the champion was kept
    assert mlctl("retrain", "--params", "p.yaml", "--exit-code").code == 4  # nothing is due
    stage.plan(gate={"found": PROMOTED})
    assert mlctl("retrain", "--params", "p.yaml", "--exit-code", "--force").code == 0


def test_one_that_runs_already(stage, mlctl):
    held = stage.target().journal.hold("other", NOW)
    ran = mlctl("retrain", "--params", "p.yaml")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    ran = mlctl("retrain", "--params", "p.yaml", "-v")
    assert ran.out == f"p/m: skipped: running since 03:00 as pid {os.getpid()}\n"
    ran = mlctl("retrain", "--due", "--strict")
    assert (ran.code, ran.err) == (75, f"p/m: skipped: running since 03:00 as pid {os.getpid()}\n")
    held.close()


def test_quarantine(stage, mlctl):
    stage.plan(train="die")
    codes = [mlctl("retrain", "--params", "p.yaml").code for _ in range(3)]
    assert codes == [1, 1, 1]
    ran = mlctl("retrain", "--params", "p.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("p/m: quarantined: quarantined since 2026-01-09T03:00:05")
    assert "mlctl retrain --project p --model m --force" in ran.err
    ran = mlctl("retrain", "--due")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_broken_copy_is_said_once(stage, mlctl):
    mlctl("retrain", "--params", "p.yaml")
    stage.store.retraining.journal("p", "m").parameters.write_text("project: [")
    first, second = mlctl("retrain", "--due"), mlctl("retrain", "--due")
    assert (first.code, second.code) == (1, 1)
    assert "p/m: failed: " in first.err
    assert second.err == ""


def test_a_message_that_could_not_be_sent_is_said(stage, mlctl):
    stage.folder.joinpath("p.yaml").write_text(PARAMETERS.replace("}\n", ", notify: {command: cat}}\n", 2))
    text = stage.folder.joinpath("p.yaml").read_text().replace(", notify: {command: cat}", "", 1)
    stage.folder.joinpath("p.yaml").write_text(text)
    stage.plan(gate={"found": PROMOTED}, notify={"found": {"failures": ["notify by email: no answer"]}})
    ran = mlctl("retrain", "--params", "p.yaml")
    assert (ran.code, ran.out, ran.err) == (0, "", "warning: notify by email: no answer\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--params", "p.yaml", "--due"], "which model?"),
        (["--project", "p", "--due"], "which model?"),
        (["--force"], "which model?"),
        (["--due", "--force"], "--due and --force exclude each other"),
        (["--due", "--now", "soon"], "'soon' is no moment"),
        (["--params", "p.yaml", "unknown"], "unknown"),
    ],
)
def test_a_wrong_command_line(stage, mlctl, words, said):
    ran = mlctl("retrain", *words)
    assert ran.code == 2
    assert said in ran.err


def test_what_is_not_there(stage, mlctl):
    assert mlctl("retrain", "--params", "missing.yaml").code == 3
    assert mlctl("retrain", "-p", "p", "-m", "m").code == 3
    stage.store.add_project("p", "", NOW)
    stage.store.add_model("p", "m", "", NOW)
    ran = mlctl("retrain", "-m", "m")
    assert (ran.code, "p/m keeps no parameters file" in ran.err) == (3, True)
    assert mlctl("retrain").code == 0  # help


def test_log(stage, mlctl):
    assert "no run yet" in mlctl("retrain", "log").err
    stage.plan(gate=[{"found": PROMOTED}, {"found": {**PROMOTED, "outcome": "undecided"}}])
    for day in range(9, 12):
        mlctl("retrain", "--params", "p.yaml", "--now", f"2026-01-{day:02}T03:00:05Z")
    ran = mlctl("retrain", "log", "-p", "p", "-m", "m")
    head, *rows = ran.out.splitlines()
    assert head.split() == [
        "began",
        "model",
        "triggers",
        "outcome",
        "seconds",
        "challenger",
        "champion",
        "reason",
    ]
    assert [row.split()[3] for row in rows] == ["undecided", "undecided", "promoted"]
    assert mlctl("retrain", "log", "--limit", "1").err == "2 more: --limit 3 --all\n"
    document = mlctl("retrain", "log", "--json", "-n", "2").json
    assert (len(document["runs"]), document["hidden"]) == (2, 1)
    assert document["runs"][0]["champion"] == "p_nogit_2"


def test_log_of_looks_alone(stage, mlctl):
    text = PARAMETERS.replace('schedule: "0 3 * * *"', "new_data: ")
    stage.folder.joinpath("p.yaml").write_text(text)
    fetched = {"fingerprint": "f", "champion_fingerprint": "f", "champion_rows": 9, "new_rows": 0, "rows": 9}
    stage.plan(fetch={"found": {**fetched, "warnings": [], "files": []}})
    assert mlctl("retrain", "--params", "p.yaml").code == 0
    ran = mlctl("retrain", "log")
    assert (ran.out, "--all" in ran.err) == ("", True)
    assert "nothing" in mlctl("retrain", "log", "--all").out
    assert json.loads(mlctl("retrain", "log", "--json").out)["hidden"] == 1
