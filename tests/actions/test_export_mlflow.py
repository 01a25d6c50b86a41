"""The store as a file store of MLflow's."""

import pytest
import yaml

from mlctl import files
from mlctl.actions.as_mlflow import AsMlflow, choose
from mlctl.actions.export_mlflow import export
from mlctl.errors import DamagedError, MlctlError, RefusedError, UsageError
from mlctl.interop.mlflow.read_files import read_files
from mlctl.store.store import init
from tests.actions.mlflow_stores import NOW, make, promote, trained
from tests.actions.test_as_mlflow import imported


@pytest.fixture
def made(tmp_path):
    return make(tmp_path)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "out" / "ml runs"


def exported(store, target, *refs, **more):
    return export(store, choose(store, refs)[0], target, user="lee", **more)


def expected(store, model):
    """What has to be read from an export of everything, the kept models of MLflow's aside."""
    translate = AsMlflow(store, "lee")
    found = [translate.carried(model, one) for one in store.experiments("iris").records]
    ids = {one.run.run_id: one.model_id for one in found}
    experiment = translate.experiment(model, [one.whole() for one in found])
    registered = translate.registered(model, store.experiments("iris").records, ids)
    return experiment, tuple(one.made for one in found if one.made), (registered,)


def test_what_is_written_is_what_is_read(made, target):
    done = exported(made[0], target)
    assert (done.experiments, len(done.written), done.models, done.versions) == (1, 4, 1, 1)
    assert done.warnings == []
    found = read_files(target)
    experiment, models, registered = expected(*made)
    (read,) = found.experiments
    by_key = {run.run_id: sorted(run.points, key=lambda p: (p.key, p.step)) for run in read.runs}
    for run in experiment.runs:
        assert by_key[run.run_id] == sorted(run.points, key=lambda p: (p.key, p.step))
    assert read.tags == experiment.tags
    assert (read.name, read.experiment_id, read.updated_ms) == (
        experiment.name, experiment.experiment_id, experiment.updated_ms,
    )  # fmt: skip
    for one, other in zip(read.runs, experiment.runs, strict=True):
        assert (one.params, one.tags, one.inputs, one.model_ids) == (
            other.params, other.tags, other.inputs, other.model_ids,
        )  # fmt: skip
        assert (one.name, one.status, one.start_ms, one.end_ms, one.user) == (
            other.name, other.status, other.start_ms, other.end_ms, other.user,
        )  # fmt: skip
    assert found.logged_models == models
    assert found.registered_models == registered
    assert found.skipped == ()


def test_nothing_is_empty_that_git_would_drop(made, target):
    exported(made[0], target)
    for run in target.glob("[0-9]*/*/meta.yaml"):
        for kind in ("metrics", "params", "tags", "artifacts"):
            assert any((run.parent / kind).rglob("*")), f"{run.parent}/{kind}"
    assert sorted(p.name for p in target.iterdir() if p.is_dir() and not p.name.isdigit()) == [
        ".trash",
        "models",
    ]


def test_artifacts_are_the_files_of_the_experiment_and_the_scripts_own(made, target):
    store, _ = made
    exported(store, target)
    first, second = store.experiments("iris").records[:2]
    place = next(target.glob(f"*/{first.experiment_id}/artifacts"))
    names = sorted(p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file())
    assert names == ["environment.yaml", "log.txt", "mlctl_record.yaml", "plots/roc.png", "scores.csv"]
    assert yaml.safe_load((place / "mlctl_record.yaml").read_text())["experiment_id"] == first.experiment_id
    place = next(target.glob(f"*/{second.experiment_id}/artifacts"))
    assert (place / "notes.txt").read_text() == "of the script"
    assert (place / "log.txt").read_text() == "its own log"


def snapshot(place):
    return {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}


def test_again_changes_nothing(made, target):
    exported(made[0], target)
    before = snapshot(target)
    done = exported(made[0], target)
    assert (done.written, len(done.unchanged), done.models, done.versions) == ([], 4, 1, 1)
    assert snapshot(target) == before


def test_again_brings_what_is_new_and_leaves_what_is_not_ours(made, target):
    store, model = made
    exported(store, target, "1")
    foreign = target / "123" / ("f" * 32)
    foreign.mkdir(parents=True)
    (foreign / "meta.yaml").write_text("x: 1\n")
    second = trained(store, model, 5)
    promote(store, model, second)
    first = store.experiments("iris").records[0]
    store.tag(first, "late")
    done = exported(store, target)
    assert len(done.written) == 5
    assert done.versions == 2
    assert (target / "models" / "iris.species" / "aliases" / "champion").read_text() == "2"
    assert (next(target.glob(f"*/{first.experiment_id}")) / "tags" / "late").read_text() == ""
    assert (foreign / "meta.yaml").read_text() == "x: 1\n"
    assert not list(target.parent.glob(".tmp*"))


def test_a_run_that_was_lost_is_written_again(made, target):
    store, _ = made
    exported(store, target)
    first = store.experiments("iris").records[0]
    files.remove_folder(next(target.glob(f"*/{first.experiment_id}")))
    assert exported(store, target).written == [first.model_version_id]


def test_an_export_that_was_moved_is_written_again(made, target, tmp_path):
    exported(made[0], target)
    target.rename(tmp_path / "moved")
    assert len(exported(made[0], tmp_path / "moved").written) == 4
    metas = [p.read_text() for p in (tmp_path / "moved").rglob("meta.yaml")]
    assert metas
    assert not any("out/ml" in text for text in metas)


def test_into_an_empty_directory(made, target):
    target.mkdir(parents=True)
    assert len(exported(made[0], target).written) == 4
    assert read_files(target).skipped == ()


def test_places_that_are_refused(made, target, tmp_path):
    store, _ = made
    target.mkdir(parents=True)
    (target / "thesis.tex").write_text("mine")
    with pytest.raises(RefusedError, match=r"it holds thesis\.tex; nothing was changed"):
        exported(store, target)
    assert snapshot(target) == {"thesis.tex": b"mine"}
    with pytest.raises(UsageError, match="is a file"):
        exported(store, target / "thesis.tex")
    with pytest.raises(UsageError, match="lies inside a store"):
        exported(store, tmp_path / "mlstore" / "out")
    for damage in ("{", "[]", '{"runs": {"a": [1]}, "mlctl_export": 1, "home": ""}'):
        (target / "mlctl_export.json").write_text(damage)
        with pytest.raises(DamagedError, match=r"mlctl_export\.json is damaged"):
            exported(store, target)


@pytest.mark.parametrize("fails_at", [1, 30])
def test_a_full_disk_leaves_the_target_as_it_was(made, target, monkeypatch, fails_at):
    store, model = made
    exported(store, target)
    trained(store, model, 5)
    before, count, write = snapshot(target), [0], files.write_staged

    def full(path, data):
        count[0] += 1
        if count[0] >= fails_at:
            raise MlctlError("cannot write: no space left on device")
        write(path, data)

    monkeypatch.setattr(files, "write_staged", full, raising=False)
    with pytest.raises(MlctlError, match="no space left"):
        exported(store, target)
    assert snapshot(target) == before
    assert list(target.parent.iterdir()) == [target]


def test_a_model_that_cannot_come_along_costs_itself_alone(made, target):
    store, model = made
    opened = store.new_experiment(model, None, NOW)
    opened.write("model.joblib", b"x")
    opened.finish(artifact_file_paths={"model": "model.joblib"})
    done = exported(store, target)
    assert len(done.written) == 5
    assert done.warnings == [
        (
            "iris_nogit_5: its model stays behind: "
            "model.joblib can run code of its author's choice when it is loaded"
        )
    ]
    assert len(list(target.rglob("model.joblib"))) == 1  # the file itself comes along
    again = exported(store, target)
    assert (again.written, again.warnings) == (["iris_nogit_5"], done.warnings)


def test_what_came_from_mlflow_goes_back_as_it_was(made, target):
    store, _ = made
    first = store.experiments("iris").records[0]
    imported(store, first)
    exported(store, target)
    found = read_files(target)
    assert [model.model_id for model in found.logged_models] == ["m-old"]
    assert (found.logged_models[0].artifacts / "MLmodel").read_text() == "flavors: {}\n"
    run = next(run for run in found.experiments[0].runs if run.run_id == first.experiment_id)
    assert run.model_ids == ("m-old",)
    assert not (run.artifacts / "logged_models").exists()
    assert not (run.artifacts / "model.skops").exists()
    assert found.registered_models[0].versions[0].source == "models:/m-old"


def test_models_that_were_never_promoted_have_no_place_in_the_registry(climbed, target):
    store, _ = init(climbed / "mlstore", NOW)
    done = exported(store, target, "1", "2")
    assert (done.versions, done.models, done.experiments) == (0, 2, 1)
    assert list((target / "models").iterdir()) == []
    assert done.to_dict()["path"] == str(target)
