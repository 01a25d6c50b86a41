"""``mlctl monitor drift`` against an experiment: one small model, trained once."""

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mlctl.cli.main import main
from tests.actions.tables import write_csv

PARAMS = """\
project: shop
model: kind
data: {path: rows.csv, target: k, types: {code: category}, drop: [extra]}
preprocess: {scale: standard}
ladder: [logistic_regression]
cross_validation: {folds: 3, repeats: 1}
jobs: 1
"""
HEADER = "x,y,z,code,extra,k"


def rows(count, seed, *, x=0.0, y=0.0):
    """Return rows whose class is told by x, and whose other columns tell nothing."""
    drawn = random.Random(seed)
    found = []
    for _ in range(count):
        k = drawn.choice("ab")
        value = drawn.gauss((k == "b") * 6 + x, 1)
        noise = drawn.gauss(y, 1), drawn.gauss(y, 1), f"{drawn.randrange(3):03d}", drawn.gauss(0, 1)
        found.append((value, *noise, k))
    return found


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory) -> Path:
    """A store with a dummy as experiment 1, and a logistic regression as 2."""
    place = tmp_path_factory.mktemp("monitored")
    (place / "params.yaml").write_text(PARAMS)
    write_csv(place / "rows.csv", HEADER, rows(600, 0))
    assert main(["init", str(place / "mlstore")]) == 0
    assert main(["train", "--params", str(place / "params.yaml")]) == 0
    return place


@pytest.fixture
def place(trained_once, tmp_path, monkeypatch) -> Path:
    moved = tmp_path / "moved"
    shutil.copytree(trained_once, moved)
    monkeypatch.chdir(moved)
    return moved


@pytest.fixture
def drift(mlctl, place):
    """Compare new rows with the second experiment, or with another."""

    def run(lines, *words, against="2", header=HEADER):
        write_csv(place / "new.csv", header, lines)
        return mlctl("monitor", "drift", "new.csv", "--against", against, *words)

    return run


def without_k(lines):
    return [line[:-1] for line in lines]


def test_without_a_shift_nothing_drifts(drift):
    found = drift(rows(300, 1), "--json").json
    assert found["drifted"] is False
    assert found["important"] == ["x"]
    assert found["predictions"]["drifted"] is False
    assert found["predictions"]["kind"] == "category"
    assert found["rows"] == [600, 300]
    assert ["extra", "the model does not see it"] in found["left_out"]


def test_columns_that_the_model_does_not_heed_do_not_count(drift):
    shifted = rows(300, 1, y=0.35)
    by_model = drift(shifted, "--json").json
    assert [c["column"] for c in by_model["columns"] if c["drifted"]] == ["y", "z"]
    assert not any("columns drifted:" in reason for reason in by_model["reasons"])
    by_data = drift(shifted, "--json", against="rows.csv").json
    assert by_data["predictions"] is None
    assert "2 of 6 columns drifted: 'y', 'z'" in by_data["reasons"]


def test_predictions_that_drift_are_named(drift):
    ran = drift(without_k(rows(300, 1, x=3.0)), "--exit-code", header="x,y,z,code,extra")
    assert ran.code == 4
    assert "the predictions drifted: " in ran.err
    assert "1 of 1 important columns drifted: 'x'" in ran.err
    assert [line.split()[1] for line in ran.out.splitlines() if line.startswith("predictions")] == ["DRIFT"]


def test_codes_are_read_as_training_read_them(drift):
    codes = next(c for c in drift(rows(300, 1), "--json").json["columns"] if c["column"] == "code")
    assert (codes["kind"], codes["drifted"]) == ("category", False)


def test_a_dataset_by_its_name_is_compared_without_a_model(drift, mlctl):
    (dataset,) = mlctl("data", "list", "--json").json["datasets"]
    found = drift(rows(300, 1), "--json", against=f"shop:{dataset['dataset']}").json
    assert found["predictions"] is None
    assert mlctl("data", "add", "new.csv", "--project", "shop", "--name", "plain", "--target", "k").code == 0
    assert drift(rows(300, 1), "--json", against="plain").json["predictions"] is None


def test_a_forecast_takes_the_time_that_no_model_learns_from(mlctl, place):
    def days(first, count):
        drawn = random.Random(first)
        start = datetime(2024, 1, 1) + timedelta(days=first)
        return [(f"{start + timedelta(days=i):%Y-%m-%d}", drawn.gauss(0, 1), i % 7) for i in range(count)]

    params = "project: shop\nmodel: sales\ndata: {path: days.csv, target: y, time: day, drop: [day]}\n"
    quick = "ladder: [linear_regression]\ncross_validation: {folds: 3}\njobs: 1\n"
    (place / "days.yaml").write_text(f"{params}task: regression\n{quick}")
    write_csv(place / "days.csv", "day,x,y", days(0, 300))
    assert mlctl("train", "--params", "days.yaml").code == 0
    shown = mlctl("compare", "--project", "shop", "--model", "sales", "--json").json["experiments"]
    forecast = next(e for e in shown if e["rung"] == "dummy")
    write_csv(place / "later.csv", "day,x,y", days(300, 120))
    against = f"shop/sales:{forecast['model_version_id']}"
    found = mlctl("monitor", "drift", "later.csv", "--against", against, "--json").json
    assert found["predictions"]["kind"] == "number"
    assert found["left_out"] == [["day", "is the time column"]]


def test_rows_that_the_model_cannot_answer_for_are_refused(drift):
    ran = drift([line[1:] for line in rows(300, 1)], header="y,z,code,extra,k")
    assert ran.code == 5
    assert "there is no column 'x', which the model learned from" in ran.err


def test_a_model_file_that_was_changed_is_not_loaded(drift, place):
    (model,) = place.glob("mlstore/projects/shop/models/kind/experiments/*_2/model.skops")
    model.write_bytes(model.read_bytes() + b" ")
    ran = drift(rows(300, 1))
    assert ran.code == 6
    assert "model.skops" in ran.err


def test_an_experiment_without_a_model_is_its_data(drift, place):
    (meta,) = place.glob("mlstore/projects/shop/models/kind/experiments/*_2/meta.yaml")
    meta.write_text(meta.read_text().replace("  model: model.skops\n", ""))
    found = drift(rows(300, 1), "--json").json
    assert found["predictions"] is None
    assert found["important"] == ["x", "y", "z", "code"]


def test_columns_that_are_gone_or_new_are_said(mlctl, nowhere_else):
    rows = "".join(f"{i % 17},{i % 5}\n" for i in range(300))
    (nowhere_else / "a.csv").write_text("x,old\n" + rows)
    (nowhere_else / "b.csv").write_text("x,new\n" + rows)
    ran = mlctl("monitor", "drift", "b.csv", "--against", "a.csv")
    assert ran.code == 0
    assert "not compared: " in ran.err
    assert "old" in ran.err
