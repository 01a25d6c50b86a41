import json
import subprocess
import sys

import pytest
import typer.main

from mlctl import __version__
from mlctl.cli import commands
from mlctl.cli.main import main


def tree(command, path="mlctl"):
    """Yield every command with its path."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from tree(child, f"{path} {name}")


WHOLE = dict(tree(typer.main.get_command(commands.whole())))


def test_the_version(mlctl):
    assert mlctl("--version").out == f"mlctl {__version__}\n"


@pytest.mark.parametrize("words", [(), ("--help",)])
def test_help_names_every_command(mlctl, words):
    ran = mlctl(*words)
    assert ran.code == 0
    for name in (*commands.VERBS, *commands.NOUNS):
        assert f" {name} " in ran.out
    assert "Exit codes" in ran.out


@pytest.mark.parametrize("noun", commands.NOUNS)
def test_a_noun_alone_shows_its_help(mlctl, noun):
    ran = mlctl(noun)
    assert ran.code == 0
    assert "Commands" in ran.out


@pytest.mark.parametrize("path", WHOLE)
def test_every_command_and_every_parameter_has_help(path):
    command = WHOLE[path]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{path} {parameter.name}"


@pytest.mark.parametrize("name", commands.VERBS)
def test_the_summary_in_the_table_is_the_docstrings(name):
    assert WHOLE[f"mlctl {name}"].help == commands.VERBS[name][1]


@pytest.mark.parametrize("words", [("trian",), ("project", "lsit"), ("status", "--jsno")])
def test_a_mistyped_word_is_a_usage_error_with_the_nearest(mlctl, words):
    ran = mlctl(*words)
    assert ran.code == 2
    assert "error: " in ran.err
    assert "fix: see mlctl" in ran.err
    assert {"trian": "train", "project": "list", "status": "--json"}[words[0]] in ran.err


def test_a_usage_error_is_one_json_document_too(mlctl):
    ran = mlctl("project", "add", "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "usage"
    assert ran.json["schema_version"] == 1
    assert ran.err == ""


def test_options_may_stand_before_the_command(mlctl, tmp_path):
    mlctl("init", tmp_path / "s")
    ran = mlctl("--store", tmp_path / "s", "--json", "status")
    assert ran.code == 0
    assert ran.json["models"] == []
    assert mlctl(f"--store={tmp_path / 's'}", "status").code == 0


def test_aliases_are_accepted(mlctl):
    mlctl("init")
    assert mlctl("project", "ls").code == 0


def test_with_debug_an_error_keeps_its_traceback():
    from mlctl.errors import NotFoundError

    with pytest.raises(NotFoundError):
        main(["status", "--debug"])


def test_an_interrupt_is_130(mlctl, monkeypatch):
    def interrupted(words):
        raise KeyboardInterrupt

    monkeypatch.setattr("mlctl.cli.commands.build", interrupted)
    ran = mlctl("status")
    assert ran.code == 130
    assert "interrupted" in ran.err


@pytest.mark.parametrize("error", [EOFError, KeyboardInterrupt, typer.Abort])
def test_a_prompt_that_is_left_is_an_interruption(mlctl, monkeypatch, error):
    def left(_):
        raise error

    monkeypatch.setattr("mlctl.cli.status.here", left)
    assert mlctl("status").code == 130


def test_what_exits_keeps_its_code(mlctl, monkeypatch):
    monkeypatch.setattr("mlctl.cli.status.here", lambda _: sys.exit(7))
    with pytest.raises(SystemExit, match="7"):
        mlctl("status")


def test_a_reader_that_goes_away_is_no_error():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m mlctl params schema | head -1; echo ${{PIPESTATUS[0]}} >&2"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "{\n"
    assert done.stderr.strip() in {"0", "141"}  # it may all have fitted into the pipe


LIGHT = [
    ["--help"],
    ["--version"],
    ["status"],
    ["status", "--json"],
    ["project", "list"],
    ["model", "list"],
    ["experiment", "list"],
    ["compare"],
    ["compare", "--format", "csv"],
    ["show", "latest"],
    ["diff", "1", "2"],
    ["history"],
    ["schedule", "next"],
    ["params", "check", "params.yaml"],
    ["params", "schema"],
    ["project", "add", "new"],
]
HEAVY = ("numpy", "pandas", "scipy", "sklearn", "joblib", "matplotlib", "pyarrow")


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_light_commands_import_no_ml_library(words, small_store):
    script = (
        "import json, sys; from mlctl.cli.main import main; code = main(json.loads(sys.argv[1]));"
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(words)],
        capture_output=True,
        text=True,
        check=True,
        cwd=small_store,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    assert not [name for name in HEAVY if name in modules]
    if words[0] in {"--help", "status", "project", "compare", "experiment", "model"} and words[-1] != "new":
        assert "yaml" not in modules
        assert "rich" not in modules
