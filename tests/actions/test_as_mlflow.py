"""Records as MLflow's entities."""

import json
import math

import pytest

from mlctl.actions.as_mlflow import AsMlflow, choose, dataset_input
from mlctl.actions.as_mlflow_run import kept_of
from mlctl.actions.as_mlflow_values import milliseconds, scores, text
from mlctl.errors import DamagedError, NotFoundError
from mlctl.interop.mlflow.entities import LoggedModel, MlflowExperiment, Point, Run
from mlctl.interop.mlflow.kept import kept_text
from tests.actions import mlflow_stores
from tests.actions.mlflow_stores import NOW, make, promote, renamed, trained

START = 1_767_960_000_000


@pytest.fixture
def made(tmp_path):
    return make(tmp_path)


def carried(store, model, number):
    experiment = store.experiments("iris").records[number]
    return AsMlflow(store, "lee").carried(model, experiment), experiment


def test_a_trained_experiment(made):
    one, experiment = carried(*made, 0)
    run = one.run
    assert run.run_id == experiment.experiment_id
    assert len(run.experiment_id) == 18
    assert run.experiment_id.isdecimal()
    assert (run.status, run.start_ms, run.end_ms) == ("FINISHED", START, START + 1500)
    assert run.name == experiment.model_version_id == "iris_3f9a1c_1"
    assert run.user == "lee"
    assert run.params == {
        "C": "0.1", "solver": "lbfgs", "class_weight": "None", "grid": "[1, 2]", "50 _": "True",
        "rung": "logistic_regression",
    }  # fmt: skip
    assert {(p.key, p.step): p.value for p in run.points} == {
        ("training_accuracy_score", 0): 0.9,
        ("cross_validation_accuracy_score", 0): 0.8,
        ("cross_validation_accuracy_score_std", 0): 0.1,
        ("cross_validation_accuracy_score_fold", 0): 0.7,
        ("cross_validation_accuracy_score_fold", 1): 0.9,
        ("test_accuracy_score", 0): 0.85,
        ("size_model_bytes", 0): 1000.0,
    }
    assert {p.time_ms for p in run.points} == {START + 1500}
    assert run.tags == {
        "mlflow.runName": "iris_3f9a1c_1",
        "mlflow.user": "lee",
        "mlflow.source.name": "mlctl",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": "3f9a1c" + "0" * 34,
        "mlflow.source.git.branch": "main",
        "mlflow.note.content": "2026-01-09 looks good",
        "mlctl.experiment_id": experiment.experiment_id,
        "mlctl.version_id": "iris_3f9a1c_1",
        "mlctl.rung": "logistic_regression",
        "mlctl.task": "classification",
        "mlctl.metric": "accuracy_score",
        "mlctl.ladder_id": "l1",
        "mlctl.git_dirty": "true",
        "team": "risk",
        "reviewed": "",
    }
    assert one.made.model_id == one.model_id == f"m-{experiment.experiment_id}"
    assert one.whole().model_ids == (one.model_id,)


def test_its_dataset(made):
    one, _ = carried(*made, 0)
    (used,) = one.run.inputs
    assert (used.name, used.digest, used.source_type, used.context) == (
        "iris_3f9a1c_1", "ab" * 16, "local", "training",
    )  # fmt: skip
    assert json.loads(used.source)["uri"] == "data.csv"
    assert json.loads(used.schema)["mlflow_colspec"] == [
        {"type": "double", "name": "x", "required": False},
        {"type": "string", "name": "kind", "required": True},
    ]
    assert json.loads(used.profile) == {"num_rows": 4, "num_elements": 12}


def test_a_dataset_by_its_archive_or_its_name():
    kept = renamed(mlflow_stores.dataset(), source={}, archive={"file": "a.tar.zst"}, schema=[])
    assert json.loads(dataset_input(kept).source) == {"uri": "a.tar.zst"}
    assert dataset_input(kept).schema == ""
    assert json.loads(dataset_input(renamed(kept, archive={})).source) == {"uri": "iris_3f9a1c_1"}


def test_a_dataset_that_is_gone_costs_itself_alone(made):
    store, model = made
    translate = AsMlflow(store, "lee")
    lost = renamed(store.experiments("iris").records[0], training_dataset={"dataset": "iris_3f9a1c_99"})
    assert translate.inputs(lost) == ()
    assert translate.carried(model, lost).run.inputs == ()


def test_what_a_script_logged_keeps_its_history_and_names(made):
    one, _ = carried(*made, 1)
    run = one.run
    assert (run.name, run.user, run.tags["colour"]) == ("my run", "kim", "red")
    assert run.points == (
        Point("loss", 1.0, START, 0),
        Point("loss", math.nan, START, 1),
        Point("training_r2", 0.5, START, 0),
    )
    assert run.params == {"rung": "none"}  # git drops empty directories, and MLflow then finds no run
    assert one.model_id == ""
    assert one.whole().model_ids == ()


def test_failed_and_interrupted_ones(made):
    failed, _ = carried(*made, 2)
    assert failed.run.status == "FAILED"
    assert failed.run.tags["mlctl.error"] == "timeout: took too long"
    assert failed.run.points == (Point("duration_s", 0.0, START + 2000),)
    interrupted, _ = carried(*made, 3)
    assert interrupted.run.status == "KILLED"


def test_one_that_runs_has_no_end(made):
    store, model = made
    with store.new_experiment(model, None, NOW) as opened:
        run = AsMlflow(store, "lee").carried(model, opened.experiment).run
    assert (run.status, run.end_ms) == ("RUNNING", None)


def test_damage_costs_what_is_damaged(made):
    store, model = made
    experiment = store.experiments("iris").records[1]
    place = store.experiment_directory(experiment)
    (place / "mlflow.yaml").write_text("tags: [")
    (place / "metrics.csv").write_text("no points\n")
    odd = renamed(
        experiment, evaluations={"train": "x", "test": {"a": True, "b": 2}}, timings={"total_s": "long"}
    )
    run = AsMlflow(store, "lee").carried(model, odd).run
    assert run.name == "iris_nogit_2"
    assert run.points == (Point("test_b", 2.0, START + 1000),)


def test_a_model_is_an_experiment_and_a_name_in_the_registry(made):
    store, model = made
    translate = AsMlflow(store, "lee")
    run = carried(store, model, 0)[0].run
    found = translate.experiment(model, [run])
    assert (found.name, found.created_ms, found.updated_ms) == ("iris/species", START, START + 1500)
    assert found.runs == (run,)
    assert found.tags["mlflow.note.content"] == "which iris"
    assert found.tags["mlflow.experiment.primaryMetric.name"] == "cross_validation_accuracy_score"
    assert found.tags["mlflow.experiment.primaryMetric.greaterIsBetter"] == "True"
    experiments = store.experiments("iris").records
    registered = translate.registered(model, experiments, {experiments[0].experiment_id: "m-x"})
    assert registered.name == "iris.species"
    assert registered.aliases == {"champion": 1}
    (version,) = registered.versions
    assert (version.version, version.run_id, version.source) == (
        1,
        experiments[0].experiment_id,
        "models:/m-x",
    )
    assert version.description == "better"
    assert version.created_ms == START


def test_numbers_of_versions_stay_whatever_comes_along(made):
    store, model = made
    second = trained(store, model, 9)
    promote(store, model, second)
    promote(store, model, store.experiments("iris").records[0])
    translate = AsMlflow(store, "lee")
    only = translate.registered(model, [second], {second.experiment_id: "m-2"})
    assert [version.version for version in only.versions] == [2]
    assert only.aliases == {}
    assert translate.registered(model, [second], {second.experiment_id: ""}) is None


def test_a_champion_that_only_the_pointer_tells(made):
    store, model = made
    store.root.joinpath("projects/iris/models/species/events.jsonl").unlink()
    first = store.experiments("iris").records[0]
    found = AsMlflow(store, "lee").registered(model, [first], {first.experiment_id: "m-1"})
    assert found.aliases == {"champion": 1}
    assert found.versions[0].created_ms == START


def imported(store, experiment, logged_model=True):
    """Have an experiment look as if it had come from MLflow."""
    run = Run(
        experiment.experiment_id, "7", "old run", "FINISHED", 5, 9, "ann", "train.py", {"lr": "0.10"},
        {"mlflow.runName": "old run", "mlflow.user": "ann"},
    )  # fmt: skip
    models = [LoggedModel("m-old", "model", "7", run.run_id, 6, 7)] if logged_model else []
    place = store.experiment_directory(experiment)
    (place / "mlflow.yaml").write_text(kept_text(MlflowExperiment("7", "old", 1, 2), run, models))
    (place / "logged_models" / "m-old").mkdir(parents=True)
    (place / "logged_models" / "m-old" / "MLmodel").write_text("flavors: {}\n")


def test_what_came_from_mlflow_goes_back_as_it_was(made):
    store, model = made
    experiment = store.experiments("iris").records[0]
    imported(store, experiment)
    one = AsMlflow(store, "lee").carried(model, experiment)
    assert (one.run.start_ms, one.run.end_ms, one.run.user, one.run.source_name) == (5, 9, "ann", "train.py")
    assert one.run.params == {"lr": "0.10"}
    assert one.made is None
    assert one.model_id == "m-old"
    assert one.kept[0].experiment_id == one.run.experiment_id
    assert one.whole().model_ids == ("m-old",)
    (store.experiment_directory(experiment) / "mlflow.yaml").write_text("tags: {}\nrun: 1\n")
    assert kept_of(store, experiment) is None


def test_choosing(made):
    store, _ = made
    (everything,), damaged = choose(store, [])
    assert (everything.name, len(everything.experiments), damaged) == ("iris/species", 4, ())
    (some,), _ = choose(store, ["1", "champion", "iris_nogit_2"])
    assert [e.model_version_id for e in some.experiments] == ["iris_3f9a1c_1", "iris_nogit_2"]
    with pytest.raises(NotFoundError, match="no experiment '77'"):
        choose(store, ["77"])
    with pytest.raises(NotFoundError, match="no project 'iri'"):
        choose(store, [], "iri")
    assert choose(store, [], None, "species")[0] == (everything,)


def test_nothing_to_carry_over(made):
    store, _ = made
    for experiment in store.experiments("iris").records[1:]:
        store.remove(experiment, NOW)
    store.add_model("iris", "other", "", NOW)
    with pytest.raises(NotFoundError, match="there is no experiment to carry over"):
        choose(store, [], "iris", "other")
    (store.experiment_directory(store.experiments("iris").records[0]) / "meta.yaml").write_text("{")
    with pytest.raises(DamagedError, match="cannot be read"):
        choose(store, [])


def test_values():
    assert milliseconds("2026-01-09T12:00:00.000999Z") == START
    assert milliseconds("2026-01-09T12:00:00") == START
    assert milliseconds("yesterday") == 0
    assert text({"a": 1}) == '{"a": 1}'
    assert list(scores({"logged": {"rmse": 1}})) == [("rmse", 0, 1.0)]
