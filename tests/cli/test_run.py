import json
import subprocess
import sys
from pathlib import Path

from mlctl.actions import run_command_output

SCRIPT = Path(sys.executable).parent / "mlctl"


def test_a_command_is_shown_and_recorded(mlctl, nowhere_else):
    ran = mlctl("run", "--", "sh", "-c", "echo hello; echo oops >&2; echo a > a.txt")
    name = f"{nowhere_else.name}_nogit_1"
    assert (ran.code, ran.out) == (0, "hello\n")
    assert ran.err.startswith("made a new store: ")
    assert "oops\n" in ran.err
    assert f"{name} · {nowhere_else.name}/sh · finished · " in ran.err
    assert ran.err.endswith(f" · 1 file written\nnext: mlctl show {name}\n")
    assert "no command" not in mlctl("show", name).out


def test_its_exit_code_and_its_options_are_its_own(mlctl, nowhere_else):
    mlctl("init")
    words = ("--project", "p", "--model", "m", "-d", "try")
    ran = mlctl(
        "--store", "mlstore", "run", *words, "--", "sh", "-c", 'echo "$@"; exit 4', "x", "--debug", "--json"
    )
    assert (ran.code, ran.out) == (4, "--debug --json\n")
    assert "p_nogit_1 · p/m · failed (exit code 4)" in ran.err
    (found,) = mlctl("experiment", "list", "--json").json["experiments"]
    assert (found["description"], found["error"]) == ("try", {"reason": "exit", "message": "exit code 4"})


def test_as_one_document(mlctl, nowhere_else):
    mlctl("init")
    ran = mlctl("run", "--json", "--keep-mb", "0", "--", "sh", "-c", "echo hello; echo a > a.txt")
    assert ran.json["exit_code"] == 0
    assert ran.json["experiments"][0]["status"] == "finished"
    assert [(one["path"], one["kept"]) for one in ran.json["files"]] == [("a.txt", "")]
    assert "hello\n" in ran.err


def test_a_command_that_is_not_there(mlctl):
    ran = mlctl("run", "--", "nosuch")
    assert ran.code == 3
    assert "error: there is no command 'nosuch'" in ran.err


def test_whose_reader_has_gone_goes_on(nowhere_else):
    loop = "for i in 1 2 3; do echo $i; sleep 0.2; done; echo a > a.txt"
    script = f"{SCRIPT} init && {SCRIPT} run -- sh -c '{loop}' | head -1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert "1 file written" in done.stderr
    told = subprocess.run(
        [SCRIPT, "experiment", "list", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout)["experiments"][0]["status"] == "finished"


def test_what_was_not_kept_of_the_output_is_a_warning(mlctl, nowhere_else, monkeypatch):
    mlctl("init")
    monkeypatch.setattr(run_command_output.OutputLog.__init__, "__defaults__", (10,))
    ran = mlctl("run", "--project", "a", "--model", "b", "--", "echo", "12345678901234567890")
    assert (ran.code, "longer than what is kept" in ran.err) == (0, True)
