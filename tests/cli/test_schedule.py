import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PARAMS
from tests.schedule.crontabs import fake_crontab

NOW = "2026-03-28T12:00:00Z"
RETRAIN = (
    "retrain: {schedule: '30 2 * * *', time_zone: Europe/Berlin, start_date: 2026-03-28T12:30,"
    " degraded: , ping: '${PING}'}\n"
)


@pytest.fixture
def table(small_store, tmp_path, monkeypatch):
    """The crontab's file; the machine's own crontab command is out of reach."""
    environ, file = fake_crontab(tmp_path)
    monkeypatch.setenv("PATH", environ["PATH"])
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    Path("churn.yaml").write_text(PARAMS + RETRAIN)
    return file


def test_adding_keeps_the_file_and_puts_the_line_into_the_crontab(mlctl, table, small_store):
    table.write_bytes(b"PATH=/x\n0 3 * * * mine")
    ran = mlctl("schedule", "add", "--params", "churn.yaml")
    assert ran.code == 0
    line = ran.out.strip()
    assert line.endswith(f"* * * * {sys.executable} -P -m mlctl retrain --due --store {small_store}/mlstore")
    assert table.read_bytes().splitlines()[1:2] == [line.encode()]
    assert table.read_bytes().endswith(b"\nPATH=/x\n0 3 * * * mine")
    assert "iris/species: kept the parameters file\n" in ran.err
    assert "added to the crontab\n" in ran.err
    assert "next: mlctl schedule next" in ran.err
    again = mlctl("schedule", "add", "--params", "churn.yaml")
    assert (again.code, again.out) == (0, ran.out)
    assert "kept already\nwas in the crontab already; nothing was changed\n" in again.err
    assert mlctl("schedule", "add").code == 0


def test_adding_as_json(mlctl, table):
    ran = mlctl("schedule", "add", "--params", "churn.yaml", "--json")
    assert ran.json["kept"] == "iris/species"
    assert (ran.json["added"]["backend"], ran.json["added"]["changed"], ran.err) == ("cron", True, "")
    assert mlctl("schedule", "add", "--json").json["kept"] is None


def test_a_file_that_says_nothing_of_it_changes_nothing(mlctl, table):
    ran = mlctl("schedule", "add", "--params", "params.yaml")
    assert ran.code == 2
    assert "params.yaml does not say when to train" in ran.err
    assert not table.exists()


def test_without_a_crontab_command_the_line_is_printed(mlctl, table, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    ran = mlctl("schedule", "add")
    assert ran.code == 1
    assert " -m mlctl retrain --due --store " in ran.out
    assert "warning: there is no crontab command on this machine; give the line above" in ran.err
    assert mlctl("schedule", "add", "--json").json["added"]["missing"]
    assert mlctl("schedule", "remove").code == 0


def test_variables_for_the_job(mlctl, table):
    assert mlctl("schedule", "add", "--env-file", "job.env").code == 3
    Path("job.env").write_text("PING=https://hc.example/u\n")
    ran = mlctl("schedule", "add", "--env-file", "job.env")
    assert f"* * * * set -a; . {Path.cwd()}/job.env; set +a; {sys.executable} -P -m mlctl" in ran.out
    again = mlctl("schedule", "add")
    assert (again.code, again.out) == (0, ran.out)
    assert f"variables from {Path.cwd()}/job.env\n" in again.err
    assert mlctl("schedule", "add", "--json").json["added"]["env_file"] == f"{Path.cwd()}/job.env"


def test_what_comes(mlctl, table):
    nothing = mlctl("schedule", "next")
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing comes: no model has a schedule" in nothing.err
    mlctl("schedule", "add", "--params", "churn.yaml")
    ran = mlctl("schedule", "next", "-n", "2", "--now", NOW)
    rows = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert rows == [
        "model local time_zone utc what schedule",
        "iris/species 2026-03-29 00:00+01:00 Europe/Berlin 2026-03-28 23:00Z degraded @daily",
        "iris/species 2026-03-29 03:00+02:00 Europe/Berlin 2026-03-29 01:00Z schedule 30 2 * * *",
    ]
    first = mlctl("schedule", "next", "--json", "--now", NOW).json["instants"][0]
    assert (first["model"], first["utc"]) == ("iris/species", "2026-03-28 23:00Z")


def test_the_clock_may_come_from_the_environment(mlctl, table, monkeypatch):
    mlctl("schedule", "add", "--params", "churn.yaml")
    monkeypatch.setenv("MLCTL_NOW", "2030-01-01T00:00:00Z")
    assert "2030-01-01 23:00Z" in mlctl("schedule", "next", "-n", "5").out


def test_once_is_at_the_next_tick(mlctl, table):
    Path("once.yaml").write_text(PARAMS.replace("species", "fresh") + "retrain: {schedule: '@once'}\n")
    mlctl("schedule", "add", "--params", "once.yaml")
    assert "at the next tick" in mlctl("schedule", "next").out
    assert "at the next tick" in mlctl("schedule", "list").out


def test_the_list(mlctl, table):
    empty = mlctl("schedule", "list")
    assert "no model trains by itself" in empty.err
    mlctl("schedule", "add", "--params", "churn.yaml")
    ran = mlctl("schedule", "list", "--now", NOW)
    assert " ".join(ran.out.splitlines()[1].split()) == (
        "iris/species 30 2 * * * Europe/Berlin 2026-03-28T23:00:00.000000Z degraded @daily churn.yaml"
    )
    assert "looked at by cron" in ran.err
    table.unlink()
    alone = mlctl("schedule", "ls")
    assert "warning: nothing looks at this store" in alone.err
    told = mlctl("schedule", "list", "--json").json
    assert (told["ticking"], told["schedules"][0]["model"]) == ([], "iris/species")


def test_a_damaged_copy_is_a_warning(mlctl, table, small_store):
    mlctl("schedule", "add", "--params", "churn.yaml")
    copy = small_store / "mlstore/projects/iris/models/species/retrain/params.yaml"
    copy.write_text("retrain: {schedule: never}\n")
    for words in (("schedule", "list"), ("schedule", "next")):
        ran = mlctl(*words)
        assert ran.code == 0
        assert "warning: iris/species: " in ran.err
        assert len(mlctl(*words, "--json").json["warnings"]) == 1


def test_removing(mlctl, table, tmp_path):
    table.write_bytes(b"0 3 * * * mine\n")
    mlctl("schedule", "add", "--params", "churn.yaml")
    assert "next: systemctl --user daemon-reload" in mlctl("schedule", "add", "--backend", "systemd").err
    units = list((tmp_path / "home/.config/systemd/user").iterdir())
    assert len(units) == 2
    ran = mlctl("schedule", "remove")
    assert (ran.code, ran.out) == (0, "")
    assert "removed from the crontab\nremoved from systemd\n" in ran.err
    assert "next: systemctl --user stop mlctl-" in ran.err
    assert table.read_bytes() == b"0 3 * * * mine\n"
    assert not any(unit.exists() for unit in units)
    assert "was neither in the crontab nor with systemd" in mlctl("schedule", "rm").err
    mlctl("schedule", "add")
    (removed,) = mlctl("schedule", "remove", "--json").json["removed"]
    assert removed["backend"] == "cron"


def test_taking_one_model_off(mlctl, table):
    mlctl("schedule", "add", "--params", "churn.yaml")
    before = table.read_bytes()
    assert "iris/species trains no more by itself" in mlctl("schedule", "remove", "iris/species").err
    assert table.read_bytes() == before
    assert "iris/species did not train by itself" in mlctl("schedule", "remove", "iris/species").err
    assert mlctl("schedule", "remove", "iris/species", "--json").json["removed"] == []
    assert mlctl("schedule", "remove", "iris/roses").code == 3


def test_damaged_marks(mlctl, table):
    table.write_bytes(b"# BEGIN mlctl 0123456789ab /x\n0 3 * * * mine\n")
    for word in ("add", "remove", "list"):
        ran = mlctl("schedule", word)
        assert ran.code == 1
        assert "line 2: this line is not mlctl's" in ran.err
        assert "fix: mend or remove the line by hand: crontab -e" in ran.err
    assert table.read_bytes() == b"# BEGIN mlctl 0123456789ab /x\n0 3 * * * mine\n"


def test_an_edited_line(mlctl, table):
    mlctl("schedule", "add")
    edited = table.read_bytes().replace(b"/mlstore\n#", b"/mlstore >/tmp/log\n#")
    table.write_bytes(edited)
    for word in ("add", "remove", "list"):
        ran = mlctl("schedule", word)
        assert ran.code == 1
        assert "line 2: this line between mlctl's marks was edited; nothing was changed" in ran.err
    assert table.read_bytes() == edited


def test_printing_changes_nothing(mlctl, table):
    assert " -m mlctl retrain --due --store " in mlctl("schedule", "print").out
    assert "[Timer]" in mlctl("schedule", "print", "--backend", "systemd").out
    assert not table.exists()
