from datetime import UTC, datetime

import pytest

from mlctl.errors import UsageError
from mlctl.params.load import from_dict
from mlctl.params.problems import ProblemsError
from mlctl.params.retrain import Degraded, Drift, NewData, Retrain, Usage, seconds
from mlctl.params.yaml_io import parse

BASE = {"project": "p", "model": "m", "data": {"source": "sklearn:iris", "target": "target"}}


def load(section, environ=None):
    return from_dict(BASE | {"retrain": section}, environ or {})


def problems(section):
    with pytest.raises(UsageError) as caught:
        load(section)
    return list(caught.value.details)


def test_without_a_section_there_is_none():
    assert from_dict(BASE, {}).parameters.retrain is None
    assert load(None).parameters.retrain is None
    assert load({}).parameters.retrain == Retrain()


@pytest.mark.parametrize("on", ["degraded:", "degraded: true", "degraded: {}"])
def test_a_key_that_is_there_is_on(on):
    loaded = load(parse(on, "here"))
    assert loaded.parameters.retrain.degraded == Degraded(tolerance=None, checks=2)
    assert loaded.parameters.retrain.watches == ("degraded",)


def test_the_effective_file_reads_the_same_again():
    loaded = load({"schedule": "@Daily", "drift": {"train": True}, "usage": False, "new_data": None})
    told = loaded.effective["retrain"]
    assert (told["degraded"], told["usage"], told["drift"]) == (False, False, {"train": True})
    again = from_dict(parse(loaded.text, "here"), {})
    assert again.parameters == loaded.parameters
    assert again.effective == loaded.effective


def test_every_trigger():
    section = {"new_data": {"min_new_rows": 500}, "degraded": {"tolerance": 0.02}, "drift": {}, "usage": {}}
    retrain = load(section).parameters.retrain
    assert (retrain.new_data, retrain.usage) == (NewData(min_new_rows=500), Usage(min_predictions=10_000))
    assert (retrain.degraded, retrain.drift) == (Degraded(tolerance=0.02), Drift(train=False))
    assert retrain.watches == ("new_data", "degraded", "drift", "usage")


@pytest.mark.parametrize(
    ("section", "start"),
    [
        ({}, None),
        (
            {"start_date": "2026-01-09 00:00:00", "time_zone": "Asia/Seoul"},
            datetime(2026, 1, 8, 15, tzinfo=UTC),
        ),
        ({"start_date": "2026-01-09"}, datetime(2026, 1, 9, tzinfo=UTC)),
        (
            {"start_date": "2026-01-09T03:00:00+01:00", "time_zone": "Asia/Seoul"},
            datetime(2026, 1, 9, 2, tzinfo=UTC),
        ),
        ({"start_date": "9.1.26", "date_format": "%d.%m.%y"}, datetime(2026, 1, 9, tzinfo=UTC)),
        (
            {"start_date": "2026-03-29 02:30", "time_zone": "Europe/Berlin"},
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
    ],
)
def test_the_start(section, start):
    assert load(section).parameters.retrain.start == start


WRONG = [
    ({"schedule": "@reboot"}, "retrain.schedule: '@reboot' — wanted one of @once, @hourly,"),
    ({"schedule": "0 0 30 2 *"}, "retrain.schedule: '0 0 30 2 *' — wanted a day (the third field)"),
    ({"schedule": "0 0 3 * * *"}, "which has no field for seconds"),
    ({"schedule": 15}, "retrain.schedule: 15 — wanted text; write it in quotes"),
    ({"check_schedule": "hourly"}, "retrain.check_schedule: 'hourly' — wanted five fields"),
    ({"time_zone": "seoul"}, "retrain.time_zone: 'seoul' — wanted an IANA time zone, such as"),
    ({"time_zone": "seoul"}, "did you mean Asia/Seoul?"),
    ({"time_zone": "Europe/Berln"}, "did you mean Europe/Berlin?"),
    ({"time_zone": "../../etc/passwd"}, "retrain.time_zone: '../../etc/passwd' — wanted an IANA time zone"),
    ({"time_zone": "xyzzy"}, "such as Asia/Seoul, Europe/Berlin or UTC"),
    ({"time_zone": "Asia"}, "wanted an IANA time zone"),
    ({"start_date": "9.1.26"}, "retrain.start_date: '9.1.26' — wanted a date such as 2026-01-09"),
    ({"start_date": "9.1.26", "date_format": "%Y"}, "wanted a date as date_format '%Y' has it"),
    ({"start_date": "9.1.26", "date_format": "%"}, "wanted a date as date_format '%' has it"),
    ({"start_date": "0001-01-01"}, "wanted a year from 1970 to 2200"),
    ({"start_date": "9999-12-31", "time_zone": "America/New_York"}, "wanted a year from 1970 to 2200"),
    ({"degraded": 3}, "retrain.degraded: 3 — wanted a section with some of tolerance, checks"),
    (
        {"new_data": {"min_new_rows": 0}},
        "retrain.new_data.min_new_rows: 0 — wanted a whole number of at least 1",
    ),
    (
        {"max_runtime": "12"},
        "retrain.max_runtime: '12' — wanted a duration greater than 0 with its unit: 90 s,",
    ),
    ({"max_runtime": 12}, "retrain.max_runtime: 12 — wanted text; write it in quotes"),
    ({"retry": {"deadline": "0 s"}}, "retrain.retry.deadline: '0 s' — wanted a duration"),
    ({"ping": "hc.example"}, "retrain.ping: 'hc.example' — wanted https://… or http://…, or ${NAME}"),
    ({"notify": {"webhook": "ftp://x"}}, "retrain.notify.webhook: 'ftp://x' — wanted https://…"),
    ({"notify": {"email": {}}}, "retrain.notify.email.to: missing; wanted the address that mail goes to"),
    ({"notify": {"email": {"to": []}}}, "retrain.notify.email.to: [] — wanted an address, or a list of them"),
    (
        {"notify": {"email": {"to": "a", "user": "x"}}},
        "retrain.notify.email.user: 'x' — wanted user and password",
    ),
    (
        {"notify": {"email": {"to": "a", "password": "${P}"}}},
        "retrain.notify.email.password: wanted user and",
    ),
    ({"notify": {"email": {"to": "a", "security": "tls"}}}, "one of starttls, ssl, none"),
    ({"notify": {"email": {"to": "a", "port": 65536}}}, "wanted a whole number from 1 to 65535"),
    ({"check_schedul": 1}, "retrain.check_schedul: 1 — not a known key; did you mean check_schedule?"),
]


@pytest.mark.parametrize(("section", "line"), WRONG)
def test_what_is_wrong_is_named_with_key_value_and_wanted_form(section, line):
    (said,) = problems(section)
    assert line in said


@pytest.mark.parametrize(
    ("section", "place"),
    [
        (
            {"notify": {"email": {"to": "a", "user": "u", "password": "hush"}}},
            "retrain.notify.email.password",
        ),
        (
            {"notify": {"email": {"to": "a", "user": "u", "password": "hush${P}"}}},
            "retrain.notify.email.password",
        ),
        ({"ping": "https://hc.example/u?token=hush"}, "retrain.ping"),
        ({"notify": {"webhook": "https://u:hush@hook.example/"}}, "retrain.notify.webhook"),
        ({"notify": {"apprise": ["json://a", "mailto://u:hush@b.example"]}}, "retrain.notify.apprise.1"),
        ({"notify": {"apprise": "mailto://u:hush@b.example"}}, "retrain.notify.apprise"),
    ],
)
def test_a_password_in_the_file_is_refused_and_not_shown(section, place):
    (line,) = problems(section)
    assert line.startswith(f"{place}: ")
    assert "a password stands in it" in line
    assert "hush" not in line


def test_a_password_that_is_a_number_is_not_shown_either():
    (line,) = problems({"notify": {"email": {"to": "a", "user": "u", "password": 12345}}})
    assert line == "retrain.notify.email.password: wanted text; write it in quotes"


def test_what_tells_people_needs_no_environment_and_is_never_written():
    email = {"host": "${HOST}", "to": ["${WHO}"], "user": "u", "password": "${PASSWORD}"}
    section = {
        "ping": "${PING}",
        "notify": {"email": email, "webhook": "${HOOK}/x", "command": "curl ${URL}", "apprise": ["${A}"]},
    }
    without, with_values = (
        load(section),
        load(section, dict.fromkeys(["PING", "PASSWORD", "HOOK", "A"], "hush")),
    )
    assert without.parameters == with_values.parameters
    assert "hush" not in with_values.text
    assert with_values.environment == {}
    assert with_values.parameters.retrain.ping == "${PING}"
    assert with_values.effective["retrain"]["notify"]["email"]["password"] == "${PASSWORD}"
    assert "${PASSWORD}" not in repr(with_values.parameters)


@pytest.mark.parametrize(
    ("text", "length"),
    [("90 s", 90), ("90s", 90), ("1.5 min", 90), ("6 h", 21_600), ("1 d", 86_400), ("0.001 s", 0.001)],
)
def test_durations(text, length):
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "1", "1 week", "-1 s", "0 min", "1e3 s", "9" * 20 + " s"])
def test_what_is_no_duration(text):
    with pytest.raises(ProblemsError, match="wanted a duration greater than 0 with its unit"):
        seconds(text)
