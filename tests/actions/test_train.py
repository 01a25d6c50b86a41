from pathlib import Path

from mlctl.errors import MlctlError
from mlctl.store.store import Store

ONE = ["--set", "ladder=[logistic_regression]", "--set", "cross_validation={folds: 3, repeats: 1}"]


def test_a_rung_that_fails_is_recorded_and_the_climb_goes_on(mlctl, iris, monkeypatch):
    (iris / "broken.py").write_text(
        "from sklearn.base import BaseEstimator, ClassifierMixin\n"
        "class Broken(ClassifierMixin, BaseEstimator):\n"
        "    def fit(self, X, y):\n        raise RuntimeError('out of luck')\n"
        "    def predict(self, X):\n        return X\n"
    )
    monkeypatch.syspath_prepend(str(iris))
    ran = mlctl("train", "--params", "iris.yaml", "--set", "ladder=[broken.Broken, decision_tree]", "--json")
    assert ran.code == 0, ran.err
    failed, tree = ran.json["experiments"][1:]
    assert failed["status"] == "failed"
    assert "out of luck" in failed["error"]["message"]
    assert tree["status"] == "finished"
    assert "broken.Broken  failed: error: " in ran.err
    log = next((iris / "mlstore").glob("projects/iris/models/species/experiments/iris_nogit_6/log.txt"))
    assert "RuntimeError: out of luck" in log.read_text()
    assert "status" in mlctl("compare").out.splitlines()[0]


def test_what_the_disk_does_not_take_is_no_dataset(mlctl, iris, monkeypatch):
    def full(*_):
        raise MlctlError("no space left")

    (iris / "other.yaml").write_text((iris / "iris.yaml").read_text().replace("sklearn:iris", "sklearn:wine"))
    monkeypatch.setattr(Store, "add_dataset", full)
    ran = mlctl("train", "--params", "other.yaml", *ONE)
    assert ran.code == 1
    assert "no space left" in ran.err
    assert mlctl("show", "5", "--json").json["experiments"][0]["error"] == {
        "reason": "failed",
        "message": "no space left",
    }


def test_an_interrupt_leaves_what_was_done_and_says_how_to_go_on(mlctl, iris, monkeypatch):
    from mlctl.ml.climb import Climb

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Climb, "run", interrupted)
    ran = mlctl("train", "--params", "iris.yaml", "--set", "seed=3", "--all-rungs", "-d", "a try")
    assert ran.code == 130
    again = "mlctl train --params iris.yaml --set seed=3 --all-rungs --description 'a try' --resume"
    assert f"go on with: {again}" in ran.err
    monkeypatch.undo()
    assert (
        mlctl("show", "5", "--store", iris / "mlstore", "--json").json["experiments"][0]["status"]
        == "interrupted"
    )


def test_a_climb_whose_every_rung_failed(mlctl, iris, monkeypatch):
    from mlctl.ml.climb import Climb
    from mlctl.ml.outcome import RungFailure

    monkeypatch.setattr(Climb, "run", lambda *_: RungFailure("error", "no luck"))
    ran = mlctl("train", "--params", "iris.yaml", "--set", "ladder=[decision_tree]", "--json")
    assert ran.code == 1
    assert {e["status"] for e in ran.json["experiments"]} == {"failed"}
    assert ran.json["recommended"] is None


def test_what_a_simple_rung_forgoes_is_said(mlctl, iris):
    ran = mlctl("train", "--params", "iris.yaml", "--set", "ladder=[logistic_regression, svc, random_forest]")
    assert "recommended: " in ran.out
    assert ran.code == 0


def test_reproduce_of_what_cannot_be_trained_any_more(mlctl, iris, monkeypatch):
    from mlctl.ml.climb import Climb
    from mlctl.ml.outcome import RungFailure

    monkeypatch.setattr(Climb, "run", lambda *_: RungFailure("error", "no luck"))
    ran = mlctl("reproduce", "2", "--check")
    assert ran.code == 1
    assert "could not be trained again: no luck" in ran.err


def test_reproduce_names_rows_that_were_dealt_out_otherwise(mlctl, iris):
    meta = iris / "mlstore/projects/iris/models/species/experiments/iris_nogit_2/meta.yaml"
    lines = meta.read_text().splitlines()
    meta.write_text(
        "\n".join("comparison_key: other" if s.startswith("comparison_key") else s for s in lines)
    )
    assert "the rows were dealt out otherwise" in mlctl("reproduce", "2", "--check").out


def test_predictions_of_rows_that_are_not_there_are_damage(mlctl, iris):
    from mlctl import files

    place = iris / "mlstore/projects/iris/models/species/experiments/iris_nogit_2"
    text = (place / "predictions.csv").read_text().splitlines()
    (place / "predictions.csv").write_text("\n".join([*text[:-1], "999,0,0,1,0,0"]) + "\n")
    names = sorted(p.name for p in place.iterdir() if p.name not in {"meta.yaml", "SHA256SUMS"})
    (place / "SHA256SUMS").write_text(files.sha256sums(place, names))
    ran = mlctl("evaluate", "2")
    assert ran.code == 6
    assert "names rows that its data does not have" in ran.err


def test_an_experiment_of_which_the_model_is_not_named(mlctl, iris):
    meta = iris / "mlstore/projects/iris/models/species/experiments/iris_nogit_2/meta.yaml"
    meta.write_text(meta.read_text().replace("  model: model.skops\n", ""))
    ran = mlctl("evaluate", "2")
    assert ran.code == 6
    assert "has no model" in ran.err


def test_the_time_is_there_for_a_dummy_that_forecasts_even_where_no_model_learns_from_it(mlctl, nowhere_else):
    rows = "".join(f"2024-01-{day:02d},{day % 7},{3 * (day % 7) + 0.5}\n" for day in range(1, 31))
    Path("days.csv").write_text("day,x,y\n" + rows * 4)
    Path("days.yaml").write_text(
        "project: days\nmodel: y\ndata: {path: days.csv, target: y, time: day, types: {day: drop}}\n"
        "ladder: [dummy, ridge]\ncross_validation: {folds: 3}\n"
    )
    mlctl("init")
    ran = mlctl("train", "--params", "days.yaml", "--json")
    assert ran.code == 0, ran.err
    assert "strategy" in ran.json["experiments"][0]["parameters"]


def test_a_rule_that_cannot_be_read(mlctl, iris):
    ran = mlctl("train", "--params", "iris.yaml", "--set", "ladder=[{rule: 'gone.py:f'}]")
    assert ran.code == 3
    assert "gone.py" in ran.err


def test_a_metric_of_two_classes_is_refused_for_three(mlctl, iris):
    ran = mlctl("train", "--params", "iris.yaml", "--set", "metric=average_precision")
    assert ran.code == 2
    assert "average_precision_score is for two classes" in ran.err


def test_the_default_metric_minds_a_rare_class(mlctl, nowhere_else):
    rows = "".join(f"{i % 17},{i % 5},{'yes' if i % 10 == 0 else 'no'}\n" for i in range(200))
    Path("rare.csv").write_text("a,b,label\n" + rows)
    Path("rare.yaml").write_text(
        "project: rare\nmodel: label\ndata: {path: rare.csv, target: label}\nladder: [decision_tree]\n"
        "cross_validation: {folds: 3, repeats: 1}\nsplit: {method: stratified}\n"
    )
    mlctl("init")
    assert mlctl("train", "--params", "rare.yaml", "--json").json["experiments"][1]["metric"] == "roc_auc"
    ran = mlctl("train", "--params", "rare.yaml", "--set", "metric=accuracy")
    assert "MLC006" in ran.err
    head = mlctl("compare").out.splitlines()[0]
    assert "roc_auc" in head
    assert "balanced_accuracy_score" in head


def test_no_parameters_file(mlctl):
    ran = mlctl("train", "--params", "nothing.yaml")
    assert ran.code == 3
    assert "mlctl params init" in ran.err


def test_a_damaged_file_while_data_is_read_is_told(mlctl, nowhere_else, monkeypatch):
    from mlctl.actions import acquire

    Path("t.csv").write_text("a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(60)))
    Path("t.yaml").write_text("project: t\nmodel: y\ndata: {path: t.csv, target: y}\n")
    stamps = iter([((1, 1),), ((2, 2),)])
    monkeypatch.setattr(acquire, "_stamps", lambda source: next(stamps))
    mlctl("init")
    ran = mlctl("train", "--params", "t.yaml")
    assert ran.code == 5
    assert "the data changed while it was read: t.csv" in ran.err


def test_a_description_from_the_environment_is_never_written(mlctl, iris, monkeypatch):
    monkeypatch.setenv("WHY", "s3cret-reason")
    text = (iris / "iris.yaml").read_text().replace("model: species", "model: other")
    (iris / "other.yaml").write_text(text + 'description: "${WHY}"\n')
    assert mlctl("train", "--params", "other.yaml", *ONE).code == 0
    written = [path for path in (iris / "mlstore").rglob("*") if path.is_file()]
    assert not [path for path in written if b"s3cret-reason" in path.read_bytes()]


def test_what_an_estimator_refuses_is_refused_before_anything_is_stored(mlctl, nowhere_else):
    Path("t.csv").write_text("a,word,y\n" + "".join(f"{i},w{i % 3},{i % 2}\n" for i in range(90)))
    Path("t.yaml").write_text(
        "project: t\nmodel: y\ndata: {path: t.csv, target: y}\npreprocess: none\nladder: [decision_tree]\n"
    )
    mlctl("init")
    assert mlctl("train", "--params", "t.yaml").code == 2
    assert mlctl("status", "--json").json["projects"] == 0


def test_a_first_file_for_what_is_not_there_is_refused_in_words(mlctl, nowhere_else):
    for words in (("sklearn:nope", "--target", "y"), ("sklearn:iris", "--target", ""), ("", "--target", "y")):
        ran = mlctl("params", "init", *words)
        assert ran.code in {2, 3}
        assert ran.err.startswith("error: ")
