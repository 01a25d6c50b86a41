"""The main job end to end: the facts that it must reproduce, and what a user does with what it left."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.transcript import play

SAMPLES = REPOSITORY / "sample_configs"


def train(mlctl, *words):
    mlctl("init")
    ran = mlctl("train", "--store", "mlstore", "--json", *words)
    assert ran.code == 0, ran.err
    return ran.json


def rung(document, name):
    return next(e for e in document["experiments"] if e["rung"] == name)


def scores(document, name, metric="accuracy_score"):
    evaluations = rung(document, name)["evaluations"]
    return evaluations["train"][metric], evaluations["test"][metric]


@pytest.mark.parametrize(
    ("seed", "train_score", "test_score"), [(2023, 0.9666666, 1.0), (2022, 0.9833333, 0.9666666)]
)
def test_iris_standardised_svc(mlctl, seed, train_score, test_score):
    document = train(mlctl, "--params", SAMPLES / "iris_svc.yaml", "--set", f"split.random_state={seed}")
    assert scores(document, "svc") == pytest.approx((train_score, test_score), abs=1e-6)
    # In a fresh process, from the files alone:
    done = subprocess.run(
        [sys.executable, "-m", "mlctl", "evaluate", "2", "--json"], capture_output=True, text=True, check=True
    )
    again = json.loads(done.stdout)
    assert again["equal"]
    assert again["to_the_last_bit"]
    assert again["scores"]["accuracy_score"] == scores(document, "svc")[1]


def test_iris_neighbours_unscaled(mlctl):
    document = train(mlctl, "--params", SAMPLES / "iris_knn.yaml")
    held_out = [scores(document, name)[1] for name in ("k_nearest_neighbors", "k_nearest_neighbors_2")]
    held_out.append(scores(document, "k_nearest_neighbors_3")[1])
    assert held_out == pytest.approx([0.9666666, 0.9666666, 0.9333333], abs=1e-6)


def test_diabetes_elastic_net(mlctl):
    document = train(mlctl, "--params", SAMPLES / "diabetes_elastic_net.yaml")
    rows = {}
    for experiment in document["experiments"][1:]:
        test, parameters = experiment["evaluations"]["test"], experiment["parameters"]
        names = ("root_mean_squared_error", "mean_absolute_error", "r2_score")
        rows[parameters["alpha"], parameters["l1_ratio"]] = [test[name] for name in names]
    assert rows == {
        (0.05, 0.05): pytest.approx([78.5925, 66.3100, 0.06607], abs=5e-5),
        (0.01, 0.01): pytest.approx([71.4037, 60.0913, 0.22911], abs=5e-5),
        (0.01, 0.75): pytest.approx([65.2900, 53.7593, 0.35547], abs=5e-5),
        (0.01, 1.0): pytest.approx([63.2469, 51.0518, 0.39518], abs=5e-5),
        (0.05, 1.0): pytest.approx([63.2042, 51.2585, 0.39599], abs=5e-5),
    }


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.[yj][as][mo][ln]")), ids=lambda path: path.name)
def test_each_sample_trains(mlctl, monkeypatch, sample):
    monkeypatch.setenv("DATA_DIR", "data")
    quick = ["--set", "cross_validation={folds: 3, repeats: 1}"]
    document = train(mlctl, "--params", sample, *quick)
    assert all(e["status"] == "finished" for e in document["experiments"]), document
    assert document["experiments"][0]["rung"] == "dummy"


def directory(place, number=2):
    return place / f"mlstore/projects/iris/models/species/experiments/iris_nogit_{number}"


def test_what_is_left_can_be_read_without_mlctl(iris):
    left = directory(iris)
    record = yaml.safe_load((left / "meta.yaml").read_text())
    assert record["rung"] == "logistic_regression"
    assert record["status"] == "finished"
    params = yaml.safe_load((left / "params.yaml").read_text())
    assert params["split"] == {"method": "random", "train_size": 0.8, "test_size": None, "random_state": 2023}
    assert params["task"] == "classification"
    rows = list(csv.DictReader((left / "scores.csv").read_text().splitlines()))
    folds = [
        float(r["value"]) for r in rows if r["split"] == "validation" and r["metric"] == "accuracy_score"
    ]
    assert folds == record["evaluations"]["cross_validation"]["accuracy_score"]["folds"]
    predictions = list(csv.DictReader((left / "predictions.csv").read_text().splitlines()))
    assert len(predictions) == 30
    assert set(predictions[0]) == {
        "row",
        "actual",
        "predicted",
        "probability_0",
        "probability_1",
        "probability_2",
    }
    assert (left / "train_rows.u32").stat().st_size == 4 * 120
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=left, check=True)


def test_no_absolute_path_is_stored(iris, climbed):
    for file in (iris / "mlstore").rglob("*.yaml"):
        assert str(climbed) not in file.read_text(), file


def test_the_recommended_one_is_named_and_found(mlctl, iris):
    name = mlctl("status", "--json").json["models"][0]["recommended"]
    assert mlctl("show", "recommended", "--json").json["experiments"][0]["model_version_id"] == name


def test_reproduce_says_equal(mlctl, iris):
    ran = mlctl("reproduce", "recommended", "--check")
    assert ran.code == 0, ran.err
    assert "equal to the last bit" in ran.out
    document = mlctl("reproduce", "2", "--check", "--json").json
    assert document["equal"]
    assert document["differences"] == []


def test_reproduce_says_what_differs(mlctl, iris):
    meta = directory(iris) / "meta.yaml"
    record = yaml.safe_load(meta.read_text())
    record["evaluations"]["test"]["accuracy_score"] = 0.5
    meta.write_text(yaml.safe_dump(record))
    ran = mlctl("reproduce", "2", "--check")
    assert ran.code == 1
    assert "NOT equal" in ran.out
    assert "accuracy_score" in ran.out
    again = mlctl("evaluate", "2")
    assert again.code == 1
    assert "NO" in again.out
    assert "NOT equal to the last bit: 1 of 8 scores differs" in again.err


def test_reproduce_records_nothing(mlctl, iris):
    before = mlctl("experiment", "list").out
    assert mlctl("reproduce", "2").out == mlctl("reproduce", "2", "--check").out
    assert mlctl("experiment", "list").out == before


def test_a_flipped_byte_in_a_model_is_found_before_it_is_loaded(mlctl, iris):
    model = directory(iris) / "model.skops"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    ran = mlctl("evaluate", "2")
    assert ran.code == 6
    assert "model.skops" in ran.err


def test_a_new_file_is_scored(mlctl, iris):
    from sklearn.datasets import load_iris

    frame = load_iris(as_frame=True).frame
    frame = frame[frame.columns[::-1]]  # the order of the columns does not matter
    frame.to_csv("new.csv", index=False)
    ran = mlctl("evaluate", "2", "--data", "new.csv", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["rows"] == 150
    assert 0.9 < ran.json["scores"]["accuracy_score"] <= 1
    assert "equal" not in ran.json
    assert "accuracy_score" in mlctl("evaluate", "2", "--data", "new.csv").out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: f.drop(columns="petal width (cm)"), "petal width (cm)"),
        (lambda f: f.drop(columns="target"), "there is no target column 'target'"),
        (lambda f: f.assign(target=7), "labels that the model does not know: '7'"),
        (lambda f: f.assign(target=None), "no row has a value of the target"),
        (lambda f: f.assign(**{"petal width (cm)": "wide"}), "'wide' in row 1 is not a number"),
    ],
)
def test_a_new_file_that_does_not_fit_is_refused(mlctl, iris, change, told):
    from sklearn.datasets import load_iris

    change(load_iris(as_frame=True).frame).to_csv("new.csv", index=False)
    ran = mlctl("evaluate", "2", "--data", "new.csv")
    assert ran.code == 5
    assert told in ran.err


def test_an_experiment_without_data_or_model_says_so(mlctl, iris):
    mlctl("experiment", "add", "iris/species", "--rung", "by hand")
    ran = mlctl("evaluate", "latest")
    assert ran.code == 3
    assert "keeps no data" in ran.err
    assert mlctl("reproduce", "latest", "--check").code == 3


def test_equal_content_is_stored_once(mlctl, iris):
    mlctl("train", "--params", "iris.yaml", "--set", "ladder=[logistic_regression]")
    archives = list((iris / "mlstore/projects/iris/datasets").glob("*.tar.zst"))
    assert len(archives) == 1
    newest = mlctl("show", "latest", "--json").json["experiments"][0]
    assert newest["training_dataset"]["dataset"] == "iris_nogit_1"


def test_resume_goes_on_where_a_climb_was_cut_off(mlctl, iris):
    removed = mlctl("experiment", "remove", "3", "4")
    assert removed.code == 0
    ran = mlctl("train", "--params", "iris.yaml", "--resume", "--json")
    numbers = [e["model_version_id"].rpartition("_")[2] for e in ran.json["experiments"]]
    assert numbers == ["1", "2", "5", "6"]
    assert "resumed: 2 rungs are done already" in ran.err
    again = mlctl("train", "--params", "iris.yaml", "--resume", "--json")
    assert [e["model_version_id"] for e in again.json["experiments"]] == [
        e["model_version_id"] for e in ran.json["experiments"]
    ]


def test_resume_without_an_earlier_climb_begins_one(mlctl, nowhere_else):
    document = train(mlctl, "--params", SAMPLES / "iris_svc.yaml", "--resume", "-d", "a try")
    assert len(document["experiments"]) == 2
    assert document["experiments"][0]["description"] == "a try"
    assert mlctl("model", "list", "--json").json["models"][0]["description"] == ""
    told = mlctl(
        "train", "--params", SAMPLES / "iris_svc.yaml", "--store", "mlstore", "--set", "seed=1", "--resume"
    )
    assert "nothing to resume" in told.err


def test_the_same_file_data_and_seed_give_the_same_scores(mlctl, iris):
    again = mlctl("train", "--params", "iris.yaml", "--json", "--set", "jobs=1").json
    before = mlctl("show", "2", "--json").json["experiments"][0]["evaluations"]
    after = rung(again, "logistic_regression")["evaluations"]
    for part in ("train", "cross_validation", "test"):
        assert before[part] == after[part]


def test_a_rung_over_its_limit_cannot_win(mlctl, nowhere_else):
    document = train(mlctl, "--params", SAMPLES / "iris_svc.yaml", "--set", "limits.size_mb=0.001")
    assert document["recommended"] is None
    assert "limits.size_mb" in document["reasons"][0]


def test_where_nothing_beats_the_dummy_none_is_recommended(mlctl, nowhere_else):
    rows = "".join(f"{(i * 7919) % 101},{(i * 104729) % 97},{'ab'[(i * i // 3) % 2]}\n" for i in range(200))
    Path("noise.csv").write_text("x,y,label\n" + rows)
    Path("noise.yaml").write_text(
        "project: noise\nmodel: label\ndata: {path: noise.csv, target: label}\nladder: [decision_tree]\n"
    )
    mlctl("init")
    ran = mlctl("train", "--params", "noise.yaml")
    assert ran.code == 0
    assert "recommended: none" in ran.out
    assert "no rung beats the dummy" in ran.out
    assert "next: mlctl compare --project noise --model label" in ran.err


def test_dry_run_prints_every_default_and_trains_nothing(mlctl, nowhere_else):
    ran = mlctl("train", "--params", SAMPLES / "iris.yaml", "--dry-run", "--set", "split.random_state=7")
    tree = yaml.safe_load(ran.out)
    assert tree["split"]["random_state"] == 7
    assert tree["limits"]["latency_ms"] == 100
    assert ran.code == 0
    assert not Path("mlstore").exists()
    document = mlctl("train", "--params", SAMPLES / "iris.yaml", "--dry-run", "--json").json
    assert document["parameters"]["limits"]["size_mb"] == 200


def test_a_model_keeps_its_task(mlctl, iris):
    ran = mlctl("train", "--params", "iris.yaml", "--set", "task=regression", "--set", "metric=r2")
    assert ran.code == 2
    assert "model iris/species is for classification" in ran.err


def test_a_metric_of_the_wrong_task_is_refused_when_the_task_is_known(mlctl, iris):
    ran = mlctl("train", "--params", "iris.yaml", "--set", "metric=r2")
    assert ran.code == 2
    assert "r2_score is for regression" in ran.err


def test_code_with_changes_is_kept(mlctl, iris):
    def git(*words):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True, capture_output=True
        )

    git("init")
    git("add", "iris.yaml")
    git("commit", "-m", "one")
    (iris / "iris.yaml").write_text((iris / "iris.yaml").read_text() + "# changed\n")
    ran = mlctl("train", "--params", "iris.yaml", "--set", "ladder=[logistic_regression]", "--json")
    experiment = ran.json["experiments"][-1]
    assert experiment["git"]["dirty"]
    assert experiment["model_version_id"].startswith(f"iris_{experiment['git']['commit'][:6]}_")
    shown = mlctl("show", "latest").out
    assert "with changes (changes.diff)" in shown
    diff = next((iris / "mlstore").rglob("changes.diff")).read_text()
    assert "+# changed" in diff


def test_on_a_terminal_a_table_fills_in(iris, monkeypatch):
    monkeypatch.setitem(__import__("tests.transcript").transcript.ENVIRONMENT, "CI", "")
    shown = play("mlctl train --params iris.yaml", iris, Path(sys.executable).parent)
    assert "█" in shown or "starting" in shown
    assert "logistic_regression" in shown
    assert "recommended: iris_nogit_6" in shown


def test_params_init_writes_a_file_that_trains(mlctl, nowhere_else):
    shutil.copy(SAMPLES / "data" / "adult.csv", "2024 adult (1).csv")
    ran = mlctl("params", "init", "2024 adult (1).csv", "--target", "income", "-o", "adult.yaml")
    assert ran.code == 0, ran.err
    assert mlctl("params", "check", "adult.yaml").code == 0
    assert mlctl("params", "check", "adult.yaml", "--json").json["valid"]
    assert mlctl("params", "init", "2024 adult (1).csv", "--target", "income", "-o", "adult.yaml").code == 2
    assert "income" in mlctl("params", "init", "sklearn:iris", "--target", "income").err
    mlctl("init")
    assert mlctl("train", "--params", "adult.yaml", "--set", "ladder=[decision_tree]").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["breast_cancer", "wine", "digits", "adult"])
def test_the_default_climb_loses_little_against_all_rungs(mlctl, nowhere_else, name):
    source = f"sklearn:{name}"
    if name == "adult":
        shutil.copy(SAMPLES / "data" / "adult.csv", "adult.csv")
        source = "adult.csv"
    mlctl("init")
    target = "income" if name == "adult" else "target"
    mlctl("params", "init", source, "--target", target, "-o", "p.yaml")
    chosen = mlctl("train", "--params", "p.yaml", "--json").json
    best = max(
        score(e) for e in mlctl("train", "--params", "p.yaml", "--all-rungs", "--json").json["experiments"]
    )
    recommended = next(e for e in chosen["experiments"] if e["model_version_id"] == chosen["recommended"])
    assert best - score(recommended) <= 0.02
    assert recommended["rung"] != "decision_tree" or name != "digits"


def score(experiment):
    return experiment["evaluations"]["cross_validation"]["accuracy_score"]["mean"]
