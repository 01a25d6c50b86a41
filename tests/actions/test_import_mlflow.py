"""What MLflow kept comes in: whole, once, with what predict and build need."""

import json
import pickle
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from sklearn.linear_model import ElasticNet, LogisticRegression

from mlctl import files
from mlctl.actions import import_mlflow as action
from mlctl.actions import import_mlflow_batch, import_mlflow_fill
from mlctl.actions.import_mlflow_order import Order
from mlctl.actions.import_mlflow_run import came, number_or_text, stamp
from mlctl.actions.import_mlflow_source import open_source
from mlctl.errors import BusyError, DataError, MlctlError, UsageError
from mlctl.interop.mlflow import find_store
from mlctl.interop.mlflow.entities import MlflowExperiment, Run
from mlctl.store.champion import Event
from mlctl.store.points import read_points
from mlctl.store.store import init
from tests.interop.mlflow import made
from tests.interop.mlflow.made import V1, V2, V3

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", NOW)[0]


@pytest.fixture
def bring_in(store):
    """Import a place into the store."""

    def run(place, *, project=None, **more):
        with open_source(str(place), Path()) as (source, default):
            order = Order(project, default, **more)
            return action.import_mlflow(store, source, order, now=NOW, who="ada")

    return run


def counts(found):
    """Return what was done in numbers."""
    return tuple(found.total(what) for what in ("new", "there", "updated", "deleted"))


def experiments(store):
    """Return the experiments by their descriptions: the names of the runs."""
    return {one.description: one for one in store.experiments().records}


@pytest.mark.parametrize("place", [V2, V3])
def test_a_store_of_mlflow(store, bring_in, place):
    found = bring_in(place)
    assert counts(found) == (5, 0, 0, 2)
    runs = experiments(store)
    parent = runs["parent"]
    assert parent.model_name == "flowers"
    assert parent.project_name == "stores"
    assert (parent.status, parent.rung, parent.task) == ("finished", "Pipeline", "classification")
    assert parent.parameters == {"alpha": 0.5, "note/deep": "two\nlines"}
    assert parent.evaluations["logged"]["loss"] == 1 / 3
    assert parent.notes[0]["text"] == "a sweep"
    assert parent.tags == ["flower clf v1", "champion"]
    assert runs["child"].tags == ["parent=parent"]
    assert runs["auto"].evaluations["train"]["accuracy_score"] == 1.0
    assert (runs["broken"].status, runs["broken"].error["reason"]) == ("failed", "failed")
    assert (runs["open"].status, runs["open"].error["reason"]) == ("interrupted", "running")
    directory = store.experiment_directory(parent)
    assert [point.value for point in read_points(directory / "metrics.csv")][:3] == [1.0, 0.5, 1 / 3]
    assert (directory / "artifacts" / "plots" / "plot.txt").read_text() == "a picture\n"
    assert parent.artifact_file_paths["artifacts/plots/plot.txt"] == "artifacts/plots/plot.txt"
    store.verify(parent)
    assert store.champion(store.model("stores", "flowers")) == parent.model_version_id
    (event,) = store.events(store.model("stores", "flowers"))
    assert event.why == ["imported from MLflow: the alias champion of 'flower clf' version 1"]
    assert [one.version for one in found.champions.made] == [parent.model_version_id]
    assert json.loads(json.dumps(found.to_dict()))["new"] == 5


def test_twice_is_once(store, bring_in):
    bring_in(V3, project="garden")
    before = store.experiments().records
    found = bring_in(V3)
    assert counts(found) == (0, 5, 0, 2)
    assert found.models[0].project == "garden"
    assert store.experiments().records == before
    assert found.champions.made == ()


def test_deleted_ones_go_to_the_trash(store, bring_in):
    assert counts(bring_in(V3, deleted=True)) == (7, 0, 0, 0)
    assert [one.model_name for one in store.models().records] == ["flowers"]
    assert sorted(one.kind for one in store.trash_listing()) == ["experiment", "experiment", "model"]
    assert counts(bring_in(V3, deleted=True)) == (0, 7, 0, 0)


def test_a_dry_run_writes_nothing(store, bring_in):
    assert counts(bring_in(V3, dry_run=True)) == (5, 0, 0, 2)
    assert not list((store.root / "projects").iterdir())


def test_mlflow_1_and_a_model_without_a_signature(store, bring_in):
    found = bring_in(V1)
    assert found.renamed == (("wine: first/try", "stores/wine_ first_try"),)
    (warning,) = found.warnings
    assert "MLmodel has no signature; import it again with --trust" in warning
    (wine,) = store.experiments().records
    assert wine.tags == ["colour=blue", "wine model v1", "Archived", "wine model v2", "Production"]
    assert wine.evaluations["logged"] == {"r2_score": 0.25, "rmse": 0.75}
    assert (wine.task, wine.rung) == ("regression", "ElasticNet")
    again = bring_in(V1, trust=True)
    assert counts(again) == (0, 0, 1, 0)
    assert "its 2 columns are taken for numbers" in again.warnings[0]
    (wine,) = store.experiments().records
    example = json.loads((store.experiment_directory(wine) / "example.json").read_text())
    assert [column["name"] for column in example["columns"]] == ["x0", "x1"]
    assert not example["named"]
    assert counts(bring_in(V1, trust=True)) == (0, 1, 0, 0)


def test_a_run_that_has_ended_by_now(tmp_path, store, bring_in):
    folder = made.experiment(tmp_path / "mlruns")
    place = made.run(folder, 1, status=1, end_time="null")
    killed = made.run(folder, 2, status=5)
    assert killed.exists()
    bring_in(tmp_path)
    first = experiments(store)["run-1"]
    assert first.status == "interrupted"
    assert experiments(store)["run-2"].error["reason"] == "interrupted"
    assert counts(bring_in(tmp_path)) == (0, 2, 0, 0)
    shutil.rmtree(place)
    made.run(folder, 1)
    assert counts(bring_in(tmp_path)) == (0, 1, 1, 0)
    ended = experiments(store)["run-1"]
    assert (ended.status, ended.model_version_id) == ("finished", first.model_version_id)
    assert ended.timings == {"total_s": 1.499}
    assert counts(bring_in(tmp_path)) == (0, 2, 0, 0)


def test_a_copy_that_was_cut_off_is_named_and_completed_later(tmp_path, store, bring_in):
    folder = made.experiment(tmp_path / "mlruns")
    place = made.run(folder, 1)
    made.run(folder, 2)
    (place / "artifacts" / "plot.txt").write_text("a picture")
    shutil.copytree(tmp_path / "mlruns", tmp_path / "whole" / "mlruns")
    shutil.rmtree(place / "metrics")
    shutil.rmtree(place / "artifacts")
    found = bring_in(tmp_path, project="p")
    why = "an empty directory that git drops, or a copy that was cut off"
    why = f"{why}; an import of the whole one completes it"
    first = experiments(store)["run-1"]
    assert list(found.warnings) == [
        f"{first.model_version_id}: arrived without {name}/: {why}" for name in ("metrics", "artifacts")
    ]
    assert first.evaluations == {}
    store.tag(first, "mine")
    assert counts(bring_in(tmp_path, project="p")) == (0, 2, 0, 0)
    again = bring_in(tmp_path / "whole", project="p")
    assert (counts(again), again.warnings) == ((0, 1, 1, 0), ())
    now = experiments(store)["run-1"]
    assert (now.model_version_id, now.tags) == (first.model_version_id, ["mine"])
    assert now.evaluations == {"logged": {"rmse": 0.75}}
    assert now.artifact_file_paths["artifacts/plot.txt"] == "artifacts/plot.txt"
    assert counts(bring_in(tmp_path / "whole", project="p")) == (0, 2, 0, 0)
    assert counts(bring_in(tmp_path, project="p")) == (0, 2, 0, 0)  # less does not take the place of more
    (store.experiment_directory(now) / "mlflow.yaml").unlink()
    assert counts(bring_in(tmp_path, project="p")) == (0, 2, 0, 0)


def test_an_experiment_of_that_identity_that_was_never_imported_stays(tmp_path, store, bring_in):
    made.run(made.experiment(tmp_path / "mlruns"), 1)
    bring_in(tmp_path)
    (one,) = store.experiments().records
    meta = store.experiment_directory(one) / "meta.yaml"
    tree = yaml.safe_load(meta.read_text())
    tree["artifact_file_paths"] = {"log": "log.txt"}
    meta.write_text(yaml.safe_dump(tree))
    assert counts(bring_in(tmp_path)) == (0, 1, 0, 0)


def test_one_run_that_cannot_come_in(tmp_path, store, bring_in):
    folder = made.experiment(tmp_path / "mlruns")
    made.run(folder, 1, start_time=10**18)
    made.run(folder, 2)
    (folder / made.run_id(3)).mkdir()
    (folder / "models" / "m-1").mkdir(parents=True)
    found = bring_in(tmp_path)
    assert counts(found) == (1, 0, 0, 0)
    assert {one.reason.partition(":")[0] for one in found.skipped} >= {
        "the time 1000000000000000000 is in no calendar"
    }
    assert len(found.skipped) == 3
    assert found.models[0].skipped == 2


def test_names_that_are_one_and_projects_of_our_own(tmp_path, store, bring_in):
    for own, name in (("1", "a/b"), ("2", "A:b"), ("3", "12")):
        made.run(made.experiment(tmp_path / "mlruns", own, name=f"'{name}'"), int(own))
    ours = made.experiment(tmp_path / "mlruns", "4", name="'iris/species'")
    (ours / "tags").mkdir()
    (ours / "tags" / "mlctl.project").write_text("iris")
    (ours / "tags" / "mlctl.model").write_text("species")
    made.run(ours, 4)
    made.experiment(tmp_path / "mlruns", "5", name="empty")
    found = bring_in(tmp_path / "mlruns")
    names = {one.name: (one.project, one.model) for one in found.models}
    project = names["a/b"][0]
    assert names == {
        "a/b": (project, "a_b"),
        "A:b": (project, "A_b_2"),
        "12": (project, "experiment_3_12"),
        "iris/species": ("iris", "species"),
    }
    assert len(found.renamed) == 3
    with pytest.raises(UsageError):
        bring_in(tmp_path / "mlruns", project="a/b")


def test_a_disk_that_is_full_stops_the_import_and_the_next_one_goes_on(
    tmp_path, store, bring_in, monkeypatch
):
    folder = made.experiment(tmp_path / "mlruns")
    for number in (1, 2, 3):
        made.run(folder, number)
    original, seen = files.gather_folder, []

    def full(source, target):
        seen.append(source)
        if len(seen) == 3:
            raise MlctlError("cannot write: no space left on device") from OSError(28, "no space")
        if len(seen) == 2:
            raise MlctlError("cannot read: permission denied") from PermissionError(13, "denied")
        return original(source, target)

    monkeypatch.setattr(files, "gather_folder", full)
    with pytest.raises(MlctlError, match="no space"):
        bring_in(tmp_path)
    assert set(experiments(store)) == {"run-1"}
    monkeypatch.undo()
    assert counts(bring_in(tmp_path)) == (2, 1, 0, 0)
    assert set(experiments(store)) == {"run-1", "run-2", "run-3"}


def test_batches_and_many_artifacts(tmp_path, store, bring_in, monkeypatch):
    monkeypatch.setattr(import_mlflow_batch, "MOST", 2)
    monkeypatch.setattr(import_mlflow_fill, "_MOST_NAMED", 2)
    folder = made.experiment(tmp_path / "mlruns")
    for number in range(1, 6):
        place = made.run(folder, number)
        (place / "artifacts" / "deep").mkdir()
        for name in "abc":
            (place / "artifacts" / "deep" / name).touch()
        (place / "artifacts" / "link").symlink_to("/etc")
    found = bring_in(tmp_path)
    assert counts(found) == (5, 0, 0, 0)
    one = experiments(store)["run-1"]
    assert one.artifact_file_paths["artifacts/deep"] == "artifacts/deep"
    assert one.warnings == ["left out: link is a link, which is not followed"]


def test_two_imports_at_once(store, bring_in):
    with store.importing(), pytest.raises(BusyError):
        bring_in(V3)


# The registry


def registered(root, name, *versions, aliases=(), **stages):
    """Write a registered model whose versions are of runs."""
    place = root / "models" / name
    (place / "aliases").mkdir(parents=True)
    (place / "meta.yaml").write_text(f"name: {name}\ncreation_timestamp: 1\n")
    for number, run in enumerate(versions, 1):
        (place / f"version-{number}").mkdir()
        stage = stages.get(f"v{number}", "None")
        text = f"version: {number}\ncurrent_stage: {stage}\nlast_updated_timestamp: {number}\n"
        source = f"source: runs:/{run}/model\n"
        (place / f"version-{number}" / "meta.yaml").write_text(text + source)
    for alias, number in aliases:
        (place / "aliases" / alias).write_text(str(number))


def test_which_champion(tmp_path, store, bring_in):
    root = tmp_path / "mlruns"
    folder = made.experiment(root)
    ids = [made.run_id(number) for number in (1, 2, 3)]
    for number in (1, 2):
        made.run(folder, number)
    made.run(folder, 3, status=4)
    registered(root, "staged", ids[0], ids[1], v1="Production", v2="Production")
    registered(root, "failed", ids[2], aliases=[("Champion", 1)])
    registered(root, "gone", "f" * 32, aliases=[("champion", 1)])
    found = bring_in(tmp_path)
    second = experiments(store)["run-2"]
    model = store.model(second.project_name, "flowers")
    assert store.champion(model) == second.model_version_id
    assert sorted(note.partition(": ")[2] for note in found.champions.notes) == [
        "its run was not imported",
        f"{experiments(store)['run-3'].model_version_id} is failed and cannot be in use",
    ]
    # It moves in MLflow: so it does here, until somebody chooses in mlctl.
    registered(root, "aliased", ids[0], aliases=[("champion", 1)])
    found = bring_in(tmp_path)
    first = experiments(store)["run-1"]
    assert store.champion(model) == first.model_version_id
    assert any("comes first" in note for note in found.champions.notes)
    event = Event(
        store.stamp(NOW), "kim", "promote", first.model_version_id, second.model_version_id, ["better"]
    )
    store.promote(model, event, first.model_version_id)
    found = bring_in(tmp_path)
    assert store.champion(model) == second.model_version_id
    assert any("stays the champion, which was chosen in mlctl" in note for note in found.champions.notes)


# The models of runs


def saved(place, name, flavours, estimator=None, **more):
    """Save a model into a run's artifacts as MLflow does."""
    folder = place / "artifacts" / name
    folder.mkdir()
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": flavours, **more}))
    if estimator is not None:
        (folder / "model.pkl").write_bytes(pickle.dumps(estimator))


SKLEARN = {
    "sklearn": {"pickled_model": "model.pkl", "serialization_format": "pickle", "sklearn_version": "1.9.1"}
}
COLUMNS = json.dumps([{"type": kind, "name": kind} for kind in ("long", "boolean", "string", "datetime")])


def warned(bring_in, tmp_path, **more):
    """Import the only run, and return what is said of it."""
    return [line.partition(": ")[2] for line in bring_in(tmp_path, **more).warnings]


def test_models_that_mlctl_cannot_run(tmp_path, bring_in):
    place = made.run(made.experiment(tmp_path / "mlruns"))
    saved(place, "boost", {"xgboost": {}, "python_function": {}})
    saved(place, "gone", SKLEARN)
    saved(place, "job", {"sklearn": {**SKLEARN["sklearn"], "serialization_format": "joblib"}}, ElasticNet())
    saved(place, "plain", {"python_function": {}})
    (place / "artifacts" / "torn").mkdir()
    (place / "artifacts" / "torn" / "MLmodel").write_text("")
    assert [line.replace(" is kept, and mlctl cannot run it", "") for line in warned(bring_in, tmp_path)] == [
        "the model in artifacts/torn cannot be used: MLmodel is empty",
        "the model in artifacts/boost: it is of xgboost, not of scikit-learn",
        "the model in artifacts/gone: its file is not there",
        "the model in artifacts/job: it is saved as joblib",
        "the model in artifacts/plain: it is of python_function, not of scikit-learn",
    ]


def test_only_a_torn_model(tmp_path, bring_in):
    place = made.run(made.experiment(tmp_path / "mlruns"))
    saved(place, "torn", {})
    (place / "artifacts" / "torn" / "MLmodel").write_text("")
    assert warned(bring_in, tmp_path) == ["the model in artifacts/torn cannot be used: MLmodel is empty"]


def test_the_registered_model_comes_before_the_last(tmp_path, store, bring_in):
    root = tmp_path / "mlruns"
    place = made.run(made.experiment(root))
    for name in ("a", "b"):
        saved(place, name, SKLEARN, ElasticNet(), signature={"inputs": COLUMNS})
    registered(root, "m", made.run_id(1))
    (root / "models" / "m" / "version-1" / "meta.yaml").write_text(
        f"version: 1\nrun_id: '{made.run_id(1)}'\nsource: file:///gone/artifacts/a/\n"
    )
    said = warned(bring_in, tmp_path)
    assert said == [
        "its model is artifacts/a; also kept: artifacts/b",
        "it has no input example: a bundle is proved on 64 made-up rows",
    ]
    (one,) = store.experiments().records
    assert one.artifact_file_paths["model"] == "artifacts/a/model.pkl"
    rows = json.loads((store.experiment_directory(one) / "example.json").read_text())["rows"]
    assert len(rows) == 64
    number, truth, word, day = rows[1]
    assert (type(number), type(truth), word in "abcd", day[:8]) == (float, bool, True, "2026-01-")


def test_models_without_a_signature(tmp_path, bring_in, store):
    folder = made.experiment(tmp_path / "mlruns")
    labels = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    saved(made.run(folder, 1), "fitted", SKLEARN, labels)
    saved(made.run(folder, 2), "unfitted", SKLEARN, ElasticNet())
    saved(
        made.run(folder, 3),
        "image",
        SKLEARN,
        ElasticNet(),
        signature={"inputs": json.dumps([{"type": "binary"}])},
    )
    first, second, third = warned(bring_in, tmp_path, trust=True)
    assert first == "it has no signature: its 1 columns are taken for numbers"
    assert "it takes no row of numbers (it does not say how many columns it takes)" in second
    assert "its signature has columns of type binary" in third


# Odds and ends


def test_numbers_that_are_spelled_as_python_spells_them():
    assert [number_or_text(text) for text in ("1", "1.0", "1e3", "nan", "inf", "01", "x", "")] == [
        1, 1.0, "1e3", "nan", float("inf"), "01", "x", "",
    ]  # fmt: skip


def test_times():
    assert stamp(1_795_275_891_295) == "2026-11-21T15:44:51.295000Z"
    with pytest.raises(DataError):
        stamp(10**20)


def test_the_metric_that_an_experiment_names():
    experiment = MlflowExperiment("1", "a", 7, 7, {"mlflow.experiment.primaryMetric.name": "f1_score"})
    found = came(
        Run("a", "1", "", "FINISHED", 0, None, tags={"mlflow.source.git.commit": "3f9a"}), experiment, ""
    )
    assert found.fields["metric"] == "f1_score"
    assert found.fields["created_datetime"] == "1970-01-01T00:00:00.007000Z"
    assert found.fields["git"] == {"commit": "3f9a", "branch": None}


def test_sources(tmp_path):
    made.experiment(tmp_path / "iris" / "mlruns")
    with open_source((tmp_path / "iris" / "mlruns").as_uri(), Path()) as (source, default):
        assert (source.name, default) == ("mlruns", "iris")
    with open_source("iris", tmp_path) as (source, default):
        assert default == "iris"
    with pytest.raises(UsageError), open_source("ftp://host", tmp_path):
        pass
    assert find_store.noticed(tmp_path / "iris") == "mlruns"


@pytest.mark.parametrize(
    ("url", "name"), [("http://mlflow.example.org", "mlflow.example.org"), ("http://127.0.0.1:1", "")]
)
def test_a_server(monkeypatch, tmp_path, url, name):
    from mlctl.actions import import_mlflow_source

    class Server:
        def __init__(self, where):
            self.name = where.removeprefix("http://").partition(":")[0]

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(import_mlflow_source, "client_store", Server)
    with open_source(url, tmp_path) as (_, default):
        assert default == name


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.17.2", "2.22.5"])
def test_a_store_made_by_a_real_mlflow_just_now(tmp_path, bring_in, store, version):
    python = Path(__file__).parents[2] / ".mlflow" / version / "bin" / "python"
    if not python.exists():
        pytest.skip("make mlflow makes it")
    subprocess.run(
        [python, made.STORES / "make.py", tmp_path / "mlruns"], check=True, capture_output=True, cwd=tmp_path
    )
    assert counts(bring_in(tmp_path)) == (5, 0, 0, 2)
    assert experiments(store)["parent"].tags[-1] == "champion"
