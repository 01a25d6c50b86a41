"""Tab: in the shell's own words, and light."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlctl.cli import commands, completing

MLCTL = Path(sys.executable).parent / "mlctl"


@pytest.fixture
def warm(small_store, mlctl):
    """Have everything in the index, believed."""
    for path in Path("mlstore").rglob("meta.yaml"):
        os.utime(path, ns=(1, 1))
    for words in (["project", "list"], ["model", "list"], ["experiment", "list"]):
        assert mlctl(*words).code == 0
    return small_store


def tab(line: str) -> list[str]:
    """Press Tab behind a line, as bash asks."""
    count = len(line.split()) - (not line.endswith(" "))
    asked = {"_MLCTL_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(count)}
    ran = subprocess.run([MLCTL], env=os.environ | asked, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.stdout.split()


def test_what_bash_is_offered(warm):
    assert {"init", "show", "experiment"} <= set(tab("mlctl "))
    assert tab("mlctl experiment li") == ["list"]
    (name, *_) = tab("mlctl show iris_")
    assert name.startswith("iris_")
    assert tab("mlctl compare --project ir") == ["iris"]
    assert tab("mlctl model show iris/") == ["iris/species"]


def test_the_words_that_were_typed():
    assert completing.words({"COMP_WORDS": "mlctl show 1", "COMP_CWORD": "2"}) == ["show"]
    assert completing.words({"COMP_WORDS": "mlctl show 1"}) == ["show", "1"]
    assert completing.words({"_TYPER_COMPLETE_ARGS": "mlctl show 1"}) == ["show", "1"]
    assert completing.words({}) == []


def test_only_the_command_that_is_completed_is_built(monkeypatch):
    monkeypatch.setenv("_MLCTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "mlctl show ")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert [command.name for command in commands.build([]).registered_commands] == ["show"]


def test_a_script_for_the_shell(monkeypatch):
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    ran = subprocess.run([MLCTL, "--show-completion", "bash"], capture_output=True, text=True, check=True)
    assert "complete -o default" in ran.stdout


def test_in_process(mlctl, small_store, monkeypatch):
    mlctl("experiment", "list"), mlctl("project", "list")

    class Context:
        def __init__(self, **params) -> None:
            self.params = {"project": None, "model": None, **params}

    there = Context(store="mlstore")
    assert completing.ref(there, "latest") == ["latest"]  # type: ignore[arg-type]  # all that is asked of it
    assert completing.ref(there, "iris/species:chal") == []  # type: ignore[arg-type]
    for complete in (completing.project, completing.model, completing.label):
        assert complete(there, "\udc80") == []  # type: ignore[arg-type]
    assert completing.project(Context(store="nowhere"), "") == []  # type: ignore[arg-type]
