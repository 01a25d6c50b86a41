import io
import os

import pytest

from mlctl.cli import commands, facts
from mlctl.cli.main import main
from mlctl.cli.train_view import bar
from mlctl.ml.outcome import Progress


def test_long_facts_are_wrapped_under_their_own_beginning(capsys, monkeypatch):
    monkeypatch.setattr("mlctl.cli.out.is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "40")
    facts.show([("files", "word " * 12), ("gone", "")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(line.startswith(("files  ", "       ")) for line in lines)


def test_a_bar_shows_what_is_done_and_what_is_left():
    assert bar(None) == "starting"
    assert bar(Progress(5, 10, 1.0, 2.0)) == "█████░░░░░ 5/10, 2.0 s left"
    assert bar(Progress(0, 10, 1.0, None)) == "░░░░░░░░░░ 0/10"


def test_reproduce_shows_its_fits_on_a_terminal(mlctl, iris, monkeypatch):
    monkeypatch.setattr("mlctl.cli.out.is_live", lambda stream: True)
    assert "17/17 fits" in mlctl("reproduce", "1", "--check").err


def test_warnings_of_a_new_file_are_said(mlctl, iris):
    from sklearn.datasets import load_iris

    load_iris(as_frame=True).frame.to_csv("new.csv", index=False, sep=";")
    assert "semicolon-delimited" in mlctl("evaluate", "2", "--data", "new.csv").err


def test_a_closed_pipe_is_141(monkeypatch):
    class Closed(io.StringIO):
        def flush(self):
            raise BrokenPipeError

        def fileno(self):
            return os.open(os.devnull, os.O_WRONLY)

    monkeypatch.setattr("sys.stdout", Closed())
    assert main(["--version"]) == 141


def test_the_champion_has_a_column(mlctl, small_store, store):
    from tests.cli.conftest import NOW

    model = store.model("iris", "species")
    (small_store / "mlstore/projects/iris/models/species/champion").write_text("iris_3f9a1c_3\n")
    assert store.champion(model) == "iris_3f9a1c_3"
    assert "delta_champion" in mlctl("compare").out.splitlines()[0]
    assert "champion" in mlctl("show", "champion").out.splitlines()[0]
    assert NOW


def test_references_of_two_models_are_not_compared(mlctl, small_store):
    mlctl("model", "add", "iris/petals")
    mlctl("experiment", "add", "iris/petals", "--rung", "x")
    ran = mlctl("compare", "2", "5")
    assert ran.code == 2
    assert "different models" in ran.err


def test_nested_parameters_are_flat_fields(mlctl, small_store):
    mlctl("experiment", "add", "iris/species", "--parameters", '{"estimator": {"C": 2, "empty": {}}}')
    assert "estimator.C" in mlctl("compare", "--format", "csv").out.splitlines()[0]


@pytest.mark.parametrize(
    "words", [["params", "schema"], ["params", "init", "sklearn:iris", "--target", "target"]]
)
def test_what_is_written_to_stdout(mlctl, words):
    assert mlctl(*words).code == 0


def test_completion_knows_every_command(monkeypatch):
    monkeypatch.setenv("_MLCTL_COMPLETE", "complete_bash")
    app = commands.build([])
    assert {command.name for command in app.registered_commands} == {*commands.VERBS, *commands.NOUNS}
