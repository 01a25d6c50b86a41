"""Stores that MLflow itself wrote, and what may be wrong with one."""

import math

import pytest

from mlctl.interop.mlflow.entities import MlflowExperiment, Point, Run, Skipped
from mlctl.interop.mlflow.read_files import FileStore, read_files
from tests.interop.mlflow import made
from tests.interop.mlflow.made import EXPERIMENT, V1, V2, V3

OWN = f"run_id: '{made.run_id(1)}'\n"


def by_name(tracking, name):
    """Return the experiment of a name, and its runs by theirs."""
    found = next(one for one in tracking.experiments if one.name == name)
    return found, {run.name: run for run in found.runs}


@pytest.mark.parametrize("place", [V2, V3])
def test_stores_that_mlflow_wrote(place):
    tracking = read_files(place)
    flowers, runs = by_name(tracking, "flowers")
    assert flowers.tags == {"team": "garden"}
    assert {name: (run.status, run.deleted) for name, run in runs.items()} == {
        "auto": ("FINISHED", False),
        "parent": ("FINISHED", False),
        "child": ("FINISHED", False),
        "broken": ("FAILED", False),
        "gone": ("RUNNING", True),
        "open": ("RUNNING", False),
    }
    parent = runs["parent"]
    assert parent.params == {"alpha": "0.5", "note/deep": "two\nlines"}
    assert parent.tags["mlflow.note.content"] == "a sweep"
    assert runs["child"].tags["mlflow.parentRunId"] == parent.run_id
    assert [point.value for point in parent.points if point.key == "loss"][:3] == [1.0, 0.5, 1 / 3]
    assert math.isnan(next(point.value for point in parent.points if point.key == "odd/nan"))
    assert runs["child"].points[0].value == math.inf
    assert runs["open"].points == (Point("loss", 0.25, runs["open"].points[0].time_ms, 7),)
    assert [(one.name, one.context) for one in runs["auto"].inputs] == [("dataset", "train")]
    assert "width" in runs["auto"].inputs[0].schema
    old, ancient = by_name(tracking, "old things")
    assert old.deleted
    assert ancient["ancient"].deleted
    assert tracking.skipped == ()
    registered = {one.name: one for one in tracking.registered_models}
    assert registered["flower clf"].aliases == {"champion": 1}
    assert registered["flower clf"].versions[0].run_id == parent.run_id


def test_what_only_mlflow_3_has():
    tracking = read_files(V3)
    _, runs = by_name(tracking, "flowers")
    models = {one.name: one for one in tracking.logged_models}
    assert models["clf"].run_id == runs["parent"].run_id
    assert runs["parent"].model_ids == (models["clf"].model_id,)
    assert (models["clf"].artifacts / "MLmodel").is_file()
    assert {point.key for point in models["clf"].points} == {"loss", "odd/nan"}
    assert models["clf"].status == "READY"


def test_stages_of_mlflow_2():
    staged = {one.name: one for one in read_files(V2).registered_models}["staged"]
    assert staged.versions[0].stage == "Production"


def test_mlflow_1():
    tracking = read_files(V1)
    wine, runs = by_name(tracking, "wine: first/try")
    assert wine.experiment_id == "1"
    run = runs["first wine"]
    assert run.points == (
        Point("r2_score", 0.25, 1550000001000, 3),
        Point("rmse", 0.79, 1550000001000, 0),
        Point("rmse", 0.75, 1550000002000, 0),
    )
    assert run.user == "ada"
    assert [(one.version, one.stage) for one in tracking.registered_models[0].versions] == [
        (1, "Archived"),
        (2, "Production"),
    ]


def one(root):
    """Return the only run of a store, or why it was skipped."""
    tracking = read_files(root)
    found = [run for experiment in tracking.experiments for run in experiment.runs]
    return found[0] if found else tracking.skipped[0]


def test_every_form_of_a_metric(tmp_path):
    place = made.run(made.experiment(tmp_path))
    (place / "metrics" / "loss").write_text(
        "1 0.5\n2 0.25 1\n3 nan 2 data of mine abc\n4 -inf 3 run\n5 1 4 data abc run\n\n6 0."
    )
    assert [(p.time_ms, p.step) for p in one(tmp_path).points if p.key == "loss"] == [
        (1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 0),
    ]  # fmt: skip
    (place / "metrics" / "loss").write_text("1 0.5 0\n2 0.2")
    assert len([p for p in one(tmp_path).points if p.key == "loss"]) == 2
    (place / "metrics" / "loss").write_text("1 0.5 0\n22")
    assert len([p for p in one(tmp_path).points if p.key == "loss"]) == 1


def spoiled(name, text):
    """Return what spoils a run: another file."""
    return lambda place: (place / name).write_bytes(text.encode("latin-1"))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoiled("meta.yaml", ""), "meta.yaml is empty"),
        (spoiled("meta.yaml", "run_id: [1"), "meta.yaml, line 2 is torn or no YAML"),
        (spoiled("meta.yaml", "\x01"), "meta.yaml is torn or no YAML"),
        (spoiled("meta.yaml", "a"), "meta.yaml is torn: it holds no mapping"),
        (spoiled("meta.yaml", "a: 1"), "meta.yaml has no run_id: it is torn"),
        (spoiled("meta.yaml", "run_id: other"), "meta.yaml says that it is the run 'other'"),
        (spoiled("meta.yaml", f"{OWN}status: 9"), "status: 9 is none that mlctl knows"),
        (spoiled("meta.yaml", f"{OWN}status: odd"), "status: 'odd' is no whole number"),
        (spoiled("meta.yaml", "\xff"), "meta.yaml is no UTF-8 text"),
        (spoiled("params/a*b", "1"), "params/'a*b' is a file name that MLflow refuses"),
        (spoiled("metrics/m", "1 2 3\nx\n4 5 6\n"), "metrics/m, line 2: 'x' is no metric"),
        (lambda place: (place / "params" / "l").symlink_to("/etc/passwd"), "params/l is a link"),
        (lambda place: (place / "meta.yaml").unlink(), "meta.yaml: no such file or directory"),
    ],
)  # fmt: skip
def test_a_run_that_is_spoiled_is_named_and_the_rest_arrives(tmp_path, spoil, reason):
    folder = made.experiment(tmp_path)
    spoil(made.run(folder, 1))
    made.run(folder, 2)
    tracking = read_files(tmp_path)
    assert [run.name for run in tracking.experiments[0].runs] == ["run-2"]
    assert [(one.path, reason in one.reason) for one in tracking.skipped] == [
        (f"{EXPERIMENT}/{made.run_id(1)}", True)
    ], tracking.skipped


def test_what_git_drops_and_systems_leave_lying_about(tmp_path):
    place = made.run(made.experiment(tmp_path))
    (place / "artifacts").rmdir()
    (place / "tags").rmdir()
    (place / "params" / ".gitkeep").touch()
    (place / "metrics" / ".DS_Store").touch()
    found = one(tmp_path)
    assert found.params == {"alpha": "0.5"}
    assert found.artifacts is None
    assert len(found.points) == 2


def test_a_status_of_a_later_mlflow_may_be_a_word_and_keys_may_be_unknown(tmp_path):
    made.run(
        made.experiment(tmp_path, novelty="{a: [1]}"), status="KILLED", end_time="null", later="[1, {b: 2}]"
    )
    found = one(tmp_path)
    assert isinstance(found, Run)
    assert (found.status, found.end_ms) == ("KILLED", None)


def test_experiments_that_are_spoiled(tmp_path):
    made.run(made.experiment(tmp_path))
    made.experiment(tmp_path, "2", name="''")
    made.experiment(tmp_path, "3", experiment_id="4")
    (tmp_path / "5").mkdir()
    (tmp_path / "_odd dir").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / EXPERIMENT)
    tracking = read_files(tmp_path)
    assert [one.name for one in tracking.experiments] == ["flowers"]
    assert {(one.path, one.reason) for one in tracking.skipped} == {
        ("2", "meta.yaml has no name: it is torn"),
        ("3", "meta.yaml says that it is the experiment '4'"),
        ("5", "it has no meta.yaml"),
    }


def test_inputs_and_models_that_are_spoiled(tmp_path):
    folder = made.experiment(tmp_path)
    place = made.run(folder)
    for name, text in (
        ("far", "source_type: DATASET\nsource_id: ../../etc"),
        ("gone", "source_type: DATASET\nsource_id: abc"),
        ("other", "source_type: MODEL\nsource_id: abc"),
    ):
        (place / "inputs" / name).mkdir(parents=True)
        (place / "inputs" / name / "meta.yaml").write_text(text)
    for name, text in (
        ("m-1", "model_id: m-1\nname: gone\nlifecycle_stage: deleted"),
        ("m-2", "model_id: m-1\nname: other"),
    ):
        (folder / "models" / name).mkdir(parents=True)
        (folder / "models" / name / "meta.yaml").write_text(text)
    tracking = read_files(tmp_path)
    assert tracking.experiments[0].runs[0].inputs == ()
    assert tracking.logged_models == ()
    assert tracking.skipped == (
        Skipped(f"{EXPERIMENT}/models/m-2", "meta.yaml says that it is the model 'm-1'"),
    )


def test_an_input_without_a_context(tmp_path):
    folder = made.experiment(tmp_path)
    place = made.run(folder)
    (place / "inputs" / "a").mkdir(parents=True)
    (place / "inputs" / "a" / "meta.yaml").write_text("source_type: DATASET\nsource_id: abc\ntags: 3\n")
    (folder / "datasets" / "abc").mkdir(parents=True)
    (folder / "datasets" / "abc" / "meta.yaml").write_text(
        "name: rows\ndigest: d\nsource_type: local\nsource: s\n"
    )
    found = one(tmp_path).inputs
    assert [(i.name, i.context, i.schema) for i in found] == [("rows", "", "")]


def test_a_registry_that_is_spoiled(tmp_path):
    made.experiment(tmp_path)
    for name in ("torn", "good", "bare"):
        (tmp_path / "models" / name / "version-1").mkdir(parents=True)
    (tmp_path / "models" / "torn" / "meta.yaml").write_text("a: 1")
    good = tmp_path / "models" / "good"
    (good / "meta.yaml").write_text("name: good\n")
    (good / "aliases").mkdir()
    (good / "aliases" / "champion").write_text("2\n")
    (good / "aliases" / "odd").write_text("x")
    (good / "tags").mkdir()
    (good / "version-1" / "meta.yaml").write_text("version: 1\nrun_id: a\n")
    (good / "version-2").mkdir()
    (good / "version-2" / "meta.yaml").write_text("run_id: b\n")
    (good / "version-x").mkdir()
    (good / "version-x" / "meta.yaml").write_text("run_id: c\n")
    tracking = read_files(tmp_path)
    assert [(m.name, m.aliases, [v.version for v in m.versions]) for m in tracking.registered_models] == [
        ("good", {"champion": 2}, [1, 2])
    ]
    assert tracking.skipped == (
        Skipped("models/good/version-x", "meta.yaml has no version: it is torn"),
        Skipped("models/torn", "meta.yaml has no name: it is torn"),
    )


def test_nothing_is_copied_for_a_run_without_artifacts(tmp_path):
    run = Run("a", "b", "c", "FINISHED", 1, None)
    assert FileStore(tmp_path).fetch(run, tmp_path / "out") == ()
    assert not (tmp_path / "out").exists()


def test_a_deleted_experiment_that_was_not_moved(tmp_path):
    made.run(made.experiment(tmp_path, lifecycle_stage="deleted"))
    store = FileStore(tmp_path)
    (found,) = store.experiments()
    assert isinstance(found, MlflowExperiment)
    assert found.deleted
    assert store.run(found, made.run_id(1)).deleted
    assert store.run_ids(found) == [made.run_id(1)]


def test_points_compare_as_values():
    nan = Point("a", math.nan, 1)
    assert nan == Point("a", math.nan, 1)
    assert hash(nan) == hash(Point("a", 2.0, 1))
    assert nan != Point("a", 2.0, 1)
    assert nan != "a"
