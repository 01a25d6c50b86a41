from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlctl.actions import schedule as action
from mlctl.actions.schedule import Coming, Machine
from mlctl.domain.runs import History, Run
from mlctl.errors import MlctlError, UsageError
from mlctl.params.load import load
from mlctl.schedule.block import block_of, cron_line
from mlctl.schedule.tick import Tick
from mlctl.store.store import init
from tests.schedule.crontabs import fake_crontab

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
HEAD = "project: iris\nmodel: {model}\ndata: {{source: 'sklearn:iris', target: target}}\n"


@pytest.fixture
def store(nowhere_else):
    return init(nowhere_else / "mlstore", NOW)[0]


@pytest.fixture
def machine(store, tmp_path):
    environ, _ = fake_crontab(tmp_path)
    return Machine(Tick(Path("/venv/bin/python"), store.root), environ, tmp_path / "home")


def write(section, model="species"):
    path = Path(f"{model}.yaml")
    path.write_text(HEAD.format(model=model) + (f"retrain: {section}\n" if section else ""))
    return load(path)


def keep(store, section, model="species"):
    return action.keep(store, write(section, model), NOW)


def test_a_file_is_kept_with_its_model(store):
    model, changed = keep(store, "{schedule: '@daily', ping: '${PING}'}")
    assert (model.project_name, model.model_name, changed) == ("iris", "species", True)
    kept = store.kept_parameters(model)
    assert "ping: ${PING}" in kept.path.read_text()
    assert kept.base == Path.cwd()
    assert load(kept.path).parameters == write("{schedule: '@daily', ping: '${PING}'}").parameters
    assert keep(store, "{schedule: '@daily', ping: '${PING}'}")[1] is False


@pytest.mark.parametrize("section", ["", "{}", "{ping: 'https://x.example/a', degraded: false}"])
def test_a_file_that_does_not_say_when_is_refused(store, section):
    with pytest.raises(UsageError, match=r"species\.yaml does not say when to train"):
        keep(store, section)
    assert store.models().records == ()


def test_what_comes_in_order(store):
    section = (
        "{schedule: '30 2 * * *', time_zone: Europe/Berlin, start_date: 2026-03-28, degraded: , usage: }"
    )
    keep(store, section.replace("2026-03-28", "2026-03-28T12:30"))
    (plan,) = action.planned(store)
    assert (plan.model, plan.file, plan.problem) == ("iris/species", "species.yaml", "")
    first, second, third = action.coming(plan, NOW, 3)
    at = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert first == Coming("iris/species", "degraded, usage", "@daily", "Europe/Berlin", at)
    assert (second.what, second.local.isoformat()) == ("schedule", "2026-03-29T03:00:00+02:00")
    assert (third.what, third.at) == ("degraded, usage", at + timedelta(hours=23))
    assert plan.to_dict(NOW) == {
        "model": "iris/species",
        "schedule": "30 2 * * *",
        "time_zone": "Europe/Berlin",
        "watches": "degraded, usage",
        "check_schedule": "@daily",
        "next": "2026-03-28T23:00:00.000000Z",
        "state": "",
        "file": "species.yaml",
    }


@pytest.mark.parametrize("start", ["", ", start_date: 2026-01-09"])
def test_once_is_at_the_next_tick_or_over(store, start):
    keep(store, f"{{schedule: '@once'{start}}}")
    (plan,) = action.planned(store)
    (only,) = action.coming(plan, NOW, 3)
    assert (only.at, only.local, only.state) == (None, None, "at the next tick")
    over = replace(plan, history=handled("schedule"))
    assert action.coming(over, NOW, 3) == ()
    assert (over.to_dict(NOW)["next"], over.to_dict(NOW)["state"]) == (None, "")


def handled(kind):
    return History((Run("r", "", covers={kind: [None, NOW.isoformat()]}, outcome="kept"),))


@pytest.mark.parametrize("start", ["", ", start_date: 2026-01-09"])
def test_what_is_due_now_comes_first(store, start):
    keep(store, f"{{schedule: '@daily'{start}}}")
    (plan,) = action.planned(store)
    first, second = action.coming(plan, NOW, 2)
    assert (first.at, first.state, second.at) == (None, "at the next tick", NOW + timedelta(hours=12))
    assert (plan.to_dict(NOW)["next"], plan.to_dict(NOW)["state"]) == (None, "at the next tick")
    (then,) = action.coming(replace(plan, history=handled("schedule")), NOW, 1)
    assert (then.at, then.state) == (second.at, "")
    if not start:
        assert action.coming(replace(plan, trained=lambda now: now), NOW, 1) == (then,)


def test_a_model_in_quarantine_waits_for_a_person(store):
    model, _ = keep(store, "{schedule: '@daily', degraded: }")
    journal = store.retraining.journal(model.project_name, model.model_name)
    journal.append("quarantined", "r", NOW, reason="x")
    (plan,) = action.planned(store)
    assert [(each.at, each.state) for each in action.coming(plan, NOW, 3)] == [(None, "quarantined")] * 2
    assert (plan.to_dict(NOW)["next"], plan.to_dict(NOW)["state"]) == (None, "quarantined")


@pytest.mark.parametrize("text", ["retrain: {schedule: 3}", "retrain: [", "[1]", "retrain: 3"])
def test_a_copy_that_is_damaged_costs_that_model_alone(store, text):
    keep(store, "{schedule: '@daily'}")
    model, _ = keep(store, "{schedule: '@daily'}", "other")
    store.kept_parameters(model).path.write_text(text)
    other, species = action.planned(store)
    assert species.retrain.schedule == "@daily"
    if text == "[1]":
        assert (other.retrain.schedule, action.coming(other, NOW, 1)) == (None, ())
        return
    assert other.retrain is None
    assert "params.yaml" in other.problem
    assert action.coming(other, NOW, 1) == ()
    assert other.to_dict(NOW)["schedule"] is None


def test_a_model_without_a_copy_is_not_planned(store):
    store.add_project("iris", "", NOW)
    store.add_model("iris", "species", "", NOW)
    assert action.planned(store) == ()


def test_the_crontab(machine, tmp_path):
    table = tmp_path / "table"
    table.write_bytes(b"0 3 * * * mine")
    assert action.ticking(machine) == ()
    done = action.add(machine, "cron")
    assert (done.changed, done.lines, done.missing) == (True, (cron_line(machine.tick),), "")
    assert table.read_bytes() == block_of(machine.tick) + b"0 3 * * * mine"
    stamp = table.stat().st_mtime_ns, table.stat().st_ino
    assert action.add(machine, "cron").changed is False
    assert (table.stat().st_mtime_ns, table.stat().st_ino) == stamp
    assert action.ticking(machine) == ("cron",)
    assert [each.backend for each in action.remove(machine)] == ["cron"]
    assert table.read_bytes() == b"0 3 * * * mine"
    assert action.remove(machine) == ()


def test_damaged_marks_are_left_alone(machine, tmp_path):
    table = tmp_path / "table"
    table.write_bytes(block_of(machine.tick)[:-5])
    for change in (lambda: action.add(machine, "cron"), lambda: action.remove(machine)):
        with pytest.raises(MlctlError, match="marks of mlctl are damaged"):
            change()
    assert table.read_bytes() == block_of(machine.tick)[:-5]


def test_where_there_is_no_crontab_command(machine, tmp_path):
    bare = Machine(machine.tick, {"PATH": str(tmp_path / "nothing")}, machine.home)
    done = action.add(bare, "cron")
    assert (done.changed, done.lines) == (False, (cron_line(machine.tick),))
    assert done.missing == "there is no crontab command on this machine"
    assert action.ticking(bare) == action.remove(bare) == ()


def test_systemd(machine):
    done = action.add(machine, "systemd")
    assert done.changed
    assert [Path(line).suffix for line in done.lines] == [".service", ".timer"]
    assert done.commands[0] == "systemctl --user daemon-reload"
    assert action.add(machine, "systemd").changed is False
    action.add(machine, "cron")
    assert action.ticking(machine) == ("cron", "systemd")
    assert [each.backend for each in action.remove(machine)] == ["cron", "systemd"]
    assert action.ticking(machine) == ()


@pytest.mark.parametrize("backend", ["cron", "systemd"])
def test_the_file_of_variables_stays_until_another_is_given(machine, backend):
    def add(env_file):
        tick = Tick(machine.tick.python, machine.tick.store, env_file)
        return action.add(Machine(tick, machine.environ, machine.home), backend)

    assert add(None).env_file is None
    first, second = Path("/etc/one env"), Path("/etc/two%")
    for given, wanted in ((first, first), (None, first), (second, second), (None, second)):
        done = add(given)
        assert (done.env_file, done.changed) == (wanted, given is not None)


def test_what_is_printed(machine):
    assert action.printed(machine, "cron") == cron_line(machine.tick)
    units = action.printed(machine, "systemd")
    assert units.startswith(f"# {machine.home}/.config/systemd/user/mlctl-{machine.tick.identity}.service\n")
    assert units.endswith("WantedBy=timers.target")
