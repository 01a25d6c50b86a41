"""The samples of foreign files, and of code of a person's own, run as their comments say."""

import shutil

import pytest

from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "sample_configs"
QUICK = ("--set", "cross_validation={folds: 3, repeats: 1}")


@pytest.fixture
def here(tmp_path, monkeypatch, mlctl):
    for name in ("steps.yaml", "rung_by_path.yaml"):
        shutil.copy(SAMPLES / name, tmp_path)
    for name in ("src", "posml"):
        shutil.copytree(SAMPLES / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert mlctl("init").code == 0
    return tmp_path


def train(mlctl, *words):
    ran = mlctl("train", "--json", *QUICK, *words)
    assert ran.code == 0, ran.err
    return ran.json


def test_the_foreign_file_as_it_stands(mlctl, here):
    config = here / "posml" / "config.yaml"
    refused = mlctl("train", "--params", config)
    assert refused.code == 3
    assert "mlctl data add FILE --project flowers --name iris_mart --target COLUMN" in refused.err
    words = ("--project", "flowers", "--name", "iris_mart", "--target", "target")
    assert mlctl("data", "add", "sklearn:iris", *words).code == 0
    shown = mlctl("train", "--params", config, "--dry-run")
    assert "dataset: iris_mart" in shown.out
    assert "held-out twin accuracy_score ranks" in shown.err
    assert mlctl("train", "--params", config, "--dry-run", "--json").json["warnings"]
    checked = mlctl("params", "check", config)
    assert (checked.code, "2 names are 2 rungs" in checked.err) == (0, True)
    trained = train(mlctl, "--params", config)
    assert (trained["project"], trained["model"]) == ("flowers", "species")
    rungs = [e["rung"] for e in trained["experiments"]]
    assert rungs == ["dummy", "knn_model_1", "sklearn.neighbors.KNeighborsClassifier"]
    assert trained["experiments"][1]["training_dataset"]["dataset"] == "iris_mart"
    assert any("is no part of it" in warning for warning in trained["warnings"])
    kept = here / "mlstore" / "projects" / "flowers" / "models" / "species" / "retrain" / "params.yaml"
    assert "target: target" in kept.read_text()


def test_the_folder_as_a_file_of_ours(mlctl, here):
    ran = mlctl("import", "posml", "posml", "--output", "p.yaml")
    assert ran.code == 0, ran.err
    assert ran.out == "p.yaml\n"
    assert "train.py: not carried" in ran.err
    assert mlctl("import", "posml", "posml").out == (here / "p.yaml").read_text()
    told = mlctl("import", "posml", "posml", "--json").json
    assert told["parameters"]["ladder"][0] == "posml/src/modeling.py:knn_model_1"
    trained = train(mlctl, "--params", "p.yaml")
    kept = trained["experiments"][1]["artifact_file_paths"]
    assert kept["code_posml_src_modeling"] == "code/posml/src/modeling.py"
    shutil.rmtree(here / "posml")
    for verb in (("evaluate", "2"), ("reproduce", "2", "--check")):
        assert mlctl(*verb).code == 0


def test_steps(mlctl, here):
    trained = train(mlctl, "--params", "steps.yaml")
    assert trained["experiments"][1]["artifact_file_paths"]["code_src_wine"] == "code/src/wine.py"
    sklearn = __import__("sklearn.datasets").datasets
    sklearn.load_wine(as_frame=True).frame.to_csv("wine.csv", index=False)
    shutil.rmtree(here / "src")
    ran = mlctl("evaluate", "2", "--data", "wine.csv", "--json")
    assert ran.code == 0, ran.err


def test_rungs_by_path(mlctl, here):
    trained = train(mlctl, "--params", "rung_by_path.yaml")
    assert [e["rung"] for e in trained["experiments"]] == ["dummy", "build_knn", "src.wine.Centroids"]
    assert all(e["status"] == "finished" for e in trained["experiments"])
    shutil.rmtree(here / "src")
    assert mlctl("evaluate", "2").code == 0
    refused = mlctl("evaluate", "3")
    assert refused.code == 4
    assert "OwnClassifier" in refused.err
    assert mlctl("evaluate", "3", "--trust").code == 0
    built = mlctl("build", "3", "--format", "dir", "--trust", "--json")
    assert built.code == 0, built.err


def test_the_kept_file_of_a_schedule(mlctl, here, monkeypatch):
    words = ("--project", "flowers", "--name", "iris_mart", "--target", "target")
    assert mlctl("data", "add", "sklearn:iris", *words).code == 0
    monkeypatch.setenv("PATH", "")
    ran = mlctl("schedule", "add", "--params", "posml/config.yaml")
    assert "warning: model_name" in ran.err
    assert "flowers/species" in mlctl("schedule", "list").out


def test_a_transformer_of_ones_own(mlctl, here):
    (here / "src" / "t.py").write_text(
        "class Centre:\n"
        "    def fit(self, X, y):\n        self.mean = X.mean()\n        return self\n"
        "    def transform(self, X):\n        return X - self.mean\n"
    )
    steps = "steps={load_data: src/wine.py:load_data, preprocess: src/t.py:Centre}"
    trained = train(mlctl, "--params", "steps.yaml", "--set", steps)
    assert trained["experiments"][1]["status"] == "finished"
    shutil.rmtree(here / "src")
    assert mlctl("evaluate", "2", "--trust").code == 0


def test_code_that_raises_is_told_by_file_and_line(mlctl, here):
    (here / "src" / "wine.py").write_text("def build_knn(n_neighbors):\n    return 1 / 0\n")
    ran = mlctl(
        "train",
        "--params",
        "rung_by_path.yaml",
        "--set",
        "ladder=['src/wine.py:build_knn: {n_neighbors: 1}']",
    )
    assert ran.code == 2
    words = "ladder=[{'src/wine.py:build_knn': {n_neighbors: 1}}]"
    ran = mlctl("train", "--params", "rung_by_path.yaml", "--set", words)
    assert ran.code == 1
    assert "src/wine.py, line 2: ZeroDivisionError: division by zero" in ran.err
    assert "Traceback" not in ran.err
