import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from mlctl.params.retrain import Notify
from mlctl.schedule.notify import Message, notify, ways
from tests.schedule.servers import smtp, web

MESSAGE = Message(
    "failed",
    "iris/species failed",
    "the query failed\n\nlog:\nlast line",
    {"project": "iris", "model": "species", "version": "iris_3f9a1c_12", "reason": "the query failed"},
    datetime(2026, 1, 9, 3, tzinfo=UTC),
)


def test_nobody_is_named():
    assert notify(Notify(), MESSAGE, environ={}) == ()


def test_the_number_of_ways():
    assert ways(Notify()) == 0
    assert ways(Notify(webhook="https://a.example", command="cat", apprise=["x://", "y://"])) == 3


def test_every_way(tmp_path):
    told = '"$MLCTL_CHANGE" "$MLCTL_MODEL" "$MLCTL_VERSION" "$MLCTL_SUBJECT"'
    command = f'{{ printf "%s|" {told}; cat; }} > {tmp_path}/got'
    with smtp() as box, web() as asked:
        settings = Notify(
            email={"host": "127.0.0.1", "port": box.port, "security": "none", "to": "ana@example.org"},
            webhook="${HOOK}",
            command=command,
        )
        assert notify(settings, MESSAGE, environ={"HOOK": f"{asked.url}/h", "PATH": "/usr/bin:/bin"}) == ()
    assert "last line" in box.messages[0]
    assert "Subject: iris/species failed\r\n" in box.messages[0]
    assert (asked.paths, asked.types) == (["/h"], ["application/json"])
    assert json.loads(asked.bodies[0]) == {
        "schema_version": 1,
        "change": "failed",
        "time": "2026-01-09T03:00:00+00:00",
        "subject": "iris/species failed",
        "text": "iris/species failed\n\nthe query failed\n\nlog:\nlast line",
        "project": "iris",
        "model": "species",
        "version": "iris_3f9a1c_12",
        "reason": "the query failed",
    }
    assert (tmp_path / "got").read_text() == (
        "failed|species|iris_3f9a1c_12|iris/species failed|"
        "iris/species failed\n\nthe query failed\n\nlog:\nlast line\n"
    )


def test_the_command_is_run_where_the_parameters_file_is(tmp_path):
    settings = Notify(command="cat > got")
    assert notify(settings, MESSAGE, environ={"PATH": "/usr/bin:/bin"}, folder=tmp_path) == ()
    assert (tmp_path / "got").read_text().startswith("iris/species failed\n")


def test_what_is_not_there_is_empty(tmp_path):
    message = replace(MESSAGE, facts={"before": None, "rows": 0})
    settings = Notify(command='echo "[$MLCTL_BEFORE] [$MLCTL_ROWS]" > got')
    assert notify(settings, message, environ={"PATH": "/usr/bin:/bin"}, folder=tmp_path) == ()
    assert (tmp_path / "got").read_text() == "[] [0]\n"


def test_one_that_fails_keeps_nobody_from_being_told(tmp_path):
    with web(500) as asked:
        settings = Notify(
            email={"host": "127.0.0.1", "port": 1, "to": "a@b.c"},
            webhook=f"{asked.url}/secret",
            command=f"touch {tmp_path}/told; exit 3",
            apprise=["${NOT_SET}"],
        )
        failures = notify(settings, MESSAGE, environ={"PATH": "/usr/bin:/bin"})
    assert failures == (
        "notify by email: 127.0.0.1: connection refused",
        "notify by webhook: HTTP 500",
        "notify by command: exit code 3",
        "notify by apprise: the environment has no NOT_SET",
    )
    assert (tmp_path / "told").exists()


class Sender:
    """As much of apprise as is used: its own tests are its own."""

    def __init__(self, *, asset):
        self.asset, self.addresses = asset, []

    def add(self, address):
        self.addresses.append(address)
        return address != "none"

    def notify(self, *, body, title):
        if "raises" in self.addresses:
            raise RuntimeError("secret")
        SENT.append((self.addresses, title, body))
        return "no" not in self.addresses


SENT: list = []


@pytest.fixture
def apprise(monkeypatch):
    SENT.clear()
    fake = SimpleNamespace(Apprise=Sender, AppriseAsset=lambda **settings: settings)
    monkeypatch.setitem(sys.modules, "apprise", fake)


def by_apprise(*addresses):
    return notify(Notify(apprise=addresses), MESSAGE, environ={"TOKEN": "hush"})


@pytest.mark.usefixtures("apprise")
def test_by_apprise():
    assert by_apprise("slack://${TOKEN}", "other://") == ()
    (sent,) = SENT
    assert sent == (["slack://hush", "other://"], MESSAGE.subject, MESSAGE.text)
    assert by_apprise("x", "none") == ("notify by apprise: address 2 is none that apprise knows",)
    assert by_apprise("no") == ("notify by apprise: not every address took it",)
    assert by_apprise("raises") == ("notify by apprise: RuntimeError",)


def test_without_apprise(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert by_apprise("x") == (
        "notify by apprise: the library is not installed: pip install 'mlctl[notify]'",
    )


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # apprise's own, on Python 3.11
def test_apprise_itself():
    pytest.importorskip("apprise")
    with web() as asked:
        address = asked.url.replace("http://", "json://") + "/${TOKEN}"
        assert by_apprise(address) == ()
    assert asked.paths == ["/hush"]
    assert json.loads(asked.bodies[0])["message"] == MESSAGE.text
