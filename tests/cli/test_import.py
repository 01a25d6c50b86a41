"""``mlctl import mlflow`` as a person types it."""

import shutil
import sqlite3

from tests.interop.mlflow import made
from tests.interop.mlflow.made import V1, V3
from tests.interop.mlflow.test_read_database import NEW, OLD, database


def test_import_and_then_predict_and_build(mlctl, nowhere_else):
    mlctl("init")
    shutil.copytree(V3, nowhere_else / "mlruns")
    ran = mlctl("import", "mlflow", "mlruns", "--project", "garden")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[1].split()[:3] == ["flowers", "garden/flowers", "5"]
    assert "5 new, 0 there already, 2 deleted in MLflow and left out (--deleted takes them)" in ran.err
    assert "champion of garden/flowers: garden_1e9634_2" in ran.err
    assert "next: mlctl compare --project garden --model flowers" in ran.err
    again = mlctl("import", "mlflow", "mlruns", "--json")
    assert again.json["import"]["new"] == 0
    assert again.json["import"]["there"] == 5
    (nowhere_else / "rows.csv").write_text("width,length\n0,0\n3,1\n")
    assert [line.split(",")[2] for line in mlctl("predict", "champion", "rows.csv").out.splitlines()] == [
        "predicted",
        "small",
        "big",
    ]
    assert mlctl("predict", "1", "rows.csv").code == 4
    assert mlctl("predict", "1", "rows.csv", "--trust").code == 0
    built = mlctl("build", "champion")
    assert built.code == 0, built.err
    assert "tier portable" in built.err
    shown = mlctl("compare")
    assert "garden_1e9634_1" in shown.out


def test_names_and_many_warnings(mlctl, nowhere_else):
    mlctl("init")
    root = nowhere_else / "mlruns"
    folder = made.experiment(root, name="'a/b'")
    made.run(folder, 99)
    for number in range(1, 23):
        made.run(folder, number, status=9)
    ran = mlctl("import", "mlflow", "mlruns")
    assert "'a/b' is called" in ran.err
    assert "status: 9 is none that mlctl knows" in ran.err
    assert "2 more of these; all of them: --json" in ran.err
    assert "1 new, 0 there already, 22 skipped" in ran.err
    assert "next: mlctl compare\n" in ran.err
    dry = mlctl("import", "mlflow", "mlruns", "--dry-run")
    assert "0 would be new" in dry.err
    assert "without --dry-run" in dry.err


def test_nothing_to_import(mlctl, nowhere_else):
    mlctl("init")
    made.experiment(nowhere_else / "mlruns")
    ran = mlctl("import", "mlflow", "mlruns")
    assert (ran.code, ran.out) == (0, "")
    assert "next: mlctl status" in ran.err


def test_trust_brings_a_model_in_again(mlctl):
    mlctl("init")
    mlctl("import", "mlflow", V1)
    ran = mlctl("import", "mlflow", V1, "--trust")
    assert "0 new, 0 there already, 1 brought in again" in ran.err


def test_bad_input(mlctl, nowhere_else):
    mlctl("init")
    assert mlctl("import", "mlflow", "nowhere").code == 3
    assert mlctl("import", "mlflow", "mlstore").code == 2
    assert mlctl("import", "mlflow", "sqlite:///mlflow.db").code == 3
    with sqlite3.connect(nowhere_else / "mlflow.db") as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    assert mlctl("import", "mlflow", "sqlite:///mlflow.db").code == 2
    assert mlctl("import", "mlflow", "http://kim:secret@host").code == 2


def test_a_database(mlctl, nowhere_else):
    mlctl("init")
    database(nowhere_else, OLD, NEW)
    ran = mlctl("import", "mlflow", "sqlite:///mlflow.db", "--project", "cellar")
    assert ran.code == 0, ran.err
    assert "1 new, 0 there already, 1 deleted in MLflow and left out" in ran.err
    assert mlctl("experiment", "list", "--json").json["experiments"][0]["experiment_id"] == "a1"


def test_init_and_status_mention_what_mlflow_left(mlctl, nowhere_else):
    assert "MLflow" not in mlctl("init").err
    made.experiment(nowhere_else / "mlruns")
    line = "mlruns here is MLflow's; to bring in what is new of it: mlctl import mlflow mlruns"
    assert line in mlctl("init").err
    ran = mlctl("status")
    assert line in ran.err
    assert line not in ran.out
    shutil.rmtree(nowhere_else / "mlruns")
    (nowhere_else / "mlruns").mkdir()
    assert "MLflow" not in mlctl("status").err


def test_progress_on_a_terminal(mlctl, nowhere_else, monkeypatch):
    from mlctl.cli import import_, out

    mlctl("init")
    made.run(made.experiment(nowhere_else / "mlruns"))
    monkeypatch.setattr(out, "is_live", lambda _: True)
    monkeypatch.setattr(import_, "_EVERY", 1)
    assert "\r1 runs" in mlctl("import", "mlflow", "mlruns").err
