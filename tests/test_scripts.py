"""The sample scripts that log, as a person runs them."""

import contextlib
import json
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from mlctl.actions.asked import asked, open_to_ask
from mlctl.actions.evaluate import load_model
from mlctl.actions.locate import experiment as located
from mlctl.errors import NotFoundError
from mlctl.store.store import Store, find
from mlctl.tracking import autologging, fluent
from tests.conftest import REPOSITORY

SCRIPTS = REPOSITORY / "sample_configs" / "scripts"

DIABETES = {
    (0.05, 0.05): (78.5925, 66.3100, 0.06607),
    (0.01, 0.01): (71.4037, 60.0913, 0.22911),
    (0.01, 0.75): (65.2900, 53.7593, 0.35547),
    (0.01, 1.0): (63.2469, 51.0518, 0.39518),
    (0.05, 1.0): (63.2042, 51.2585, 0.39599),
}
"""(alpha, l1_ratio) to RMSE, MAE and R2 on the held-out quarter."""


def script(name: str, place: Path, *words: str) -> None:
    """Run a sample script in a directory, as its process would but for the start."""
    before = sys.argv
    with contextlib.chdir(place), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sys.argv = [name, *words]
            runpy.run_path(str(SCRIPTS / name), run_name="__main__")
        finally:
            sys.argv = before
            autologging.autolog(disable=True)
            fluent._Chosen.model = None


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory where every sample script was run: read it, do not write to it."""
    place = tmp_path_factory.mktemp("scripts")
    for alpha, l1_ratio in DIABETES:
        script("train_diabetes.py", place, str(alpha), str(l1_ratio))
    script("train_knn.py", place)
    script("log_training.py", place)
    return place


@pytest.fixture
def store(logged: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store that they logged into."""
    monkeypatch.chdir(logged)
    return find(logged, explicit=None, environ={})


def test_elastic_net_on_diabetes_has_the_known_scores(store):
    found = {}
    for e in store.experiments("diabetes", "progression").records:
        scores = e.evaluations["logged"]
        found[e.parameters["alpha"], e.parameters["l1_ratio"]] = tuple(
            scores[n] for n in ("rmse", "mae", "r2")
        )
        assert (e.status, e.rung, e.task) == ("finished", "ElasticNet", "regression")
        directory = store.experiment_directory(e)
        assert (directory / "artifacts/ElasticNet-paths.png").read_bytes().startswith(b"\x89PNG")
        store.verify(e)
    assert found.keys() == DIABETES.keys()
    for pair, (rmse, mae, r2) in DIABETES.items():
        assert found[pair] == (
            pytest.approx(rmse, abs=5e-5),
            pytest.approx(mae, abs=5e-5),
            pytest.approx(r2, abs=5e-6),
        )


def test_three_neighbours_and_the_best_is_registered(store):
    found = store.experiments("iris", "knn").records
    accuracies = {e.description: e.evaluations["logged"]["accuracy_score"] for e in found}
    assert accuracies == {
        "knn_model_1": pytest.approx(29 / 30),
        "knn_model_2": pytest.approx(29 / 30),
        "knn_model_3": pytest.approx(28 / 30),
    }
    assert [e.parameters["n_neighbors"] for e in found] == [2, 3, 4]
    assert [e.description for e in found if "registered=iris_knn" in e.tags] == ["knn_model_1"]
    assert found[0].evaluations["train"]["accuracy_score"] > 0.95


def test_the_shortest_script_that_logs(store):
    (found,) = store.experiments("iris", "script").records
    assert found.evaluations["logged"]["loss"] == 0.1
    assert found.evaluations["logged"]["test_accuracy_score"] == pytest.approx(37 / 38)


def test_compare_ranks_by_what_was_logged_and_knows_which_way_is_better(mlctl, store):
    ran = mlctl("compare", "--project", "diabetes", "--model", "progression")
    assert "rmse ↓, logged by scripts" in ran.err
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == ["5", "4", "3", "2", "1"]
    assert "logged.rmse_std" not in ran.out
    by_r2 = mlctl(
        "compare", "-p", "diabetes", "-m", "progression", "--metric", "r2_score", "--top", "1", "--json"
    ).json
    assert (by_r2["metric"], by_r2["greater_is_better"]) == ("logged.r2", True)
    assert by_r2["experiments"][0]["parameters"] == {"alpha": 0.05, "l1_ratio": 1.0}
    kept = mlctl(
        "compare", "-p", "diabetes", "-m", "progression", "--filter", "rmse < 65", "--sort", "mae", "--json"
    ).json
    assert [e["model_version_id"][-1] for e in kept["experiments"]] == ["4", "5"]
    unknown = mlctl("compare", "-p", "diabetes", "-m", "progression", "--metric", "nothing")
    assert (unknown.code, "unknown metric 'nothing'" in unknown.err) == (2, True)


def test_the_other_listings_show_what_was_logged(mlctl, store):
    shown = mlctl("show", "diabetes/progression:best").out
    assert shown.splitlines()[0].startswith("diabetes_nogit_5 · diabetes/progression · ElasticNet · finished")
    head, mae, r2, rmse = shown.splitlines()[2:6]
    assert head.split() == ["metric", "direction", "train", "logged"]
    assert [line.split()[:2] for line in (mae, r2, rmse)] == [["mae", "↓"], ["r2", "↑"], ["rmse", "↓"]]
    script = mlctl("show", "iris/script:latest").out
    assert "112 rows × 4 columns, 38 rows × 4 columns" in script
    listed = mlctl("experiment", "list", "--project", "diabetes").out.splitlines()[1]
    assert "63.204" in listed
    assert " rmse " in listed
    models = {row["model"]: row for row in mlctl("status", "--json").json["models"]}
    assert (models["diabetes/progression"]["best"], models["diabetes/progression"]["metric"]) == (
        "diabetes_nogit_5",
        "rmse",
    )
    diff = mlctl("diff", "diabetes/progression:1", "diabetes/progression:5", "--json").json
    changes = {c["name"]: c for c in diff["differences"] if c["section"] == "scores"}
    assert changes["logged.rmse"]["gain"] == pytest.approx(78.5925 - 63.2042, abs=1e-4)


def test_a_logged_model_predicts_and_is_built(mlctl, store, tmp_path):
    (tmp_path / "rows.csv").write_text("x0,x1,x2,x3\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n")
    ran = mlctl("predict", "iris/script:latest", tmp_path / "rows.csv")
    assert [line.split(",")[4] for line in ran.out.splitlines()] == ["predicted", "0", "2"]
    built = mlctl("build", "iris/script:latest", "-o", tmp_path / "b.pyz", "--json").json
    assert built["bundle"]["tier"] == "portable"
    command = [sys.executable, tmp_path / "b.pyz", "predict", tmp_path / "rows.csv"]
    again = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split(",")[4] for line in again.splitlines()] == ["predicted", "0", "2"]


def test_a_logged_model_is_asked_about_its_example_rows(store):
    found = located(store, "diabetes/progression:best")
    with open_to_ask(store, found) as record:
        fitted = load_model(record, trust=False)
        told = asked(record, fitted)
    assert [column.name for column in told.columns][:3] == ["age", "sex", "bmi"]
    assert (told.task, told.classes, len(told.frame), told.dataset.dataset) == ("regression", (), 331, "")


def test_without_example_rows_nobody_knows_what_it_takes(mlctl, nowhere_else):
    from sklearn.linear_model import LinearRegression

    import mlctl as library

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with library.experiment("a/b") as e:
            e.log_model(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]))
    ran = mlctl("build", "latest")
    assert ran.code == 3
    assert "it was logged without example rows" in ran.err
    with (
        pytest.raises(NotFoundError),
        open_to_ask(find(nowhere_else, explicit=None, environ={}), _latest(nowhere_else)),
    ):
        pass
    refused = mlctl("evaluate", "latest")
    assert (refused.code, "was recorded by a script, an import or by hand" in refused.err) == (3, True)


def _latest(place: Path):
    return find(place, explicit=None, environ={}).experiments().records[-1]


def test_under_mlctl_run_it_is_one_experiment(mlctl, nowhere_else):
    words = ("--project", "diabetes", "--model", "progression")
    path = SCRIPTS / "train_diabetes.py"
    ran = mlctl("run", *words, "--json", "--", sys.executable, path, "0.01", "0.75")
    assert ran.json["exit_code"] == 0
    (found,) = find(nowhere_else, explicit=None, environ={}).experiments().records
    assert found.evaluations["logged"]["rmse"] == pytest.approx(65.2900, abs=5e-5)
    assert found.parameters == {"alpha": 0.01, "l1_ratio": 0.75}
    assert found.rung == "ElasticNet"
    assert json.dumps(ran.json["experiments"][0]["evaluations"]["logged"])
    assert (
        "RMSE: 65.29"
        in (find(nowhere_else, explicit=None, environ={}).experiment_directory(found) / "log.txt").read_text()
    )
