import os
import sys
import zipfile

import pytest


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """What is laid out for a server that is never started goes with the test."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


@pytest.fixture
def became(monkeypatch):
    """The command that this process would have become."""
    commands = []
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(command))
    return commands


def test_an_experiment_is_served_by_a_light_process(iris, mlctl, became):
    ran = mlctl("serve", "best", "--port", "0", "--log-dir", "log", "--log-redact", "a b", "--workers", "2")
    assert ran.code == 0, ran.err
    assert "try: curl http://127.0.0.1:PORT/schema" in ran.err
    (command,) = became
    assert command[:3] == (sys.executable, "-m", "mlctl.actions.served")
    assert "--follow" not in command
    words = " ".join(command)
    assert "--port 0 --workers 2" in words
    assert "--log-dir log --log-sample 1" in words
    assert "--log-redact=a b" in words


def test_the_champion_is_followed(iris, mlctl, became):
    assert mlctl("promote", "best", "--force", "--reason", "test").code == 0
    ran = mlctl("serve", "champion", "--host", "::1")
    assert ran.code == 0, ran.err
    assert "http://[::1]:8080/schema" in ran.err
    assert "--follow" in became[0]


def test_what_is_not_portable_is_said(iris, mlctl, became, monkeypatch):
    from mlctl.actions import make_offer
    from mlctl.bundle.portable.refusal import NotPortable

    def refuse(*_, **__):
        raise NotPortable("a class of its own")

    monkeypatch.setattr(make_offer, "portable", refuse)
    ran = mlctl("serve", "best")
    assert "is served by scikit-learn: a class of its own" in ran.err


def test_a_bundle_serves_itself(mlctl, became, pyz):
    assert mlctl("serve", pyz, "--port", "81").code == 0
    assert became[0][:4] == (sys.executable, "-I", str(pyz), "serve")


def test_a_program_that_is_no_bundle_of_ours_is_not_run(mlctl, became, nowhere_else):
    with zipfile.ZipFile("iris.pyz", "w") as file:
        file.writestr("__main__.py", "")
    ran = mlctl("serve", "iris.pyz", "--port", "81")
    assert (ran.code, became, "not a bundle of mlctl" in ran.err) == (6, [], True)


def test_what_is_wrong_is_told(small_store, mlctl, became):
    assert mlctl("serve", "nothing").code == 3
    assert mlctl("serve", "nothing.pyz").code == 3
    ran = mlctl("serve", "best", "--log-redact", "a")
    assert (ran.code, "--log-dir" in ran.err) == (2, True)
    assert became == []
