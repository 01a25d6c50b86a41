import zipfile

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from mlctl.domain.ladder import KINDS
from mlctl.errors import DamagedError, MlctlError, NotFoundError, RefusedError
from mlctl.ml import model_file
from mlctl.ml.model_file import load, save
from mlctl.ml.rungs import build_pipeline
from tests.ml import foreigners, problems

EVERY = [(task, name) for name, kind in KINDS.items() for task in sorted(kind.classes)]


def fitted(task, rung):
    problem = problems.problem(task, need_probabilities=True)
    how = problem.how_to_build()
    model = build_pipeline(rung, rung.points[0], problem.columns, problem.options, task, **how)
    return model.fit(problem.frame, problem.target)


@pytest.fixture(autouse=True)
def one_thread():
    """As in a worker: on small tables, threads cost more than they save."""
    with threadpool_limits(1):
        yield


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("task", "kind"), EVERY)
def test_every_rung_is_held_by_skops_and_needs_no_trust(tmp_path, task, kind):
    quick = {"mlp": {"max_iter": 5}, "hist_gradient_boosting_tuned": {"max_iter": 5}}
    model = fitted(task, problems.rung(kind, task, **quick.get(kind, {})))
    saved = save(model, tmp_path, sample=problems.table())
    assert (saved.file, saved.format, saved.untrusted, saved.note) == ("model.skops", "skops", (), "")
    assert saved.bytes == (tmp_path / "model.skops").stat().st_size
    loaded = load(tmp_path / "model.skops")
    for verb in ("predict", "predict_proba"):
        if hasattr(model, verb):
            table = problems.table()
            assert np.array_equal(getattr(model, verb)(table), getattr(loaded, verb)(table))


@pytest.fixture
def model():
    return LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], ["a", "a", "b", "b"])


def test_joblib_on_request_and_only_with_trust(tmp_path, model):
    saved = save(model, tmp_path, prefer="joblib")
    assert (saved.file, saved.format, saved.note) == ("model.joblib", "joblib", "joblib was asked for")
    with pytest.raises(RefusedError, match="can run code") as caught:
        load(tmp_path / "model.joblib")
    assert "--trust" in caught.value.hint
    assert load(tmp_path / "model.joblib", trust=True).predict([[3.0]]) == ["b"]


def test_joblib_for_what_skops_cannot_hold(tmp_path):
    saved = save(foreigners.Unholdable().fit([[0]], [0]), tmp_path)
    assert saved.file == "model.joblib"
    assert saved.note.startswith("skops cannot hold it: ")
    assert [path.name for path in tmp_path.iterdir()] == ["model.joblib"]
    assert load(tmp_path / "model.joblib", trust=True).predict([[1], [2]]).tolist() == [0, 0]


def test_joblib_for_what_comes_back_changed(tmp_path):
    rows = [[0], [1]]
    saved = save(foreigners.Forgetful().fit(rows, [0, 1]), tmp_path, sample=rows)
    assert saved.file == "model.joblib"
    assert "predicts something else" in saved.note


def test_want_of_memory_is_no_reason_for_joblib(tmp_path, model, monkeypatch):
    def dump(*_, **__):
        raise MemoryError

    monkeypatch.setattr(model_file.skops.io, "dump", dump)
    with pytest.raises(MemoryError):
        save(model, tmp_path)


def test_foreign_types_are_named_and_need_trust(tmp_path):
    saved = save(foreigners.Majority().fit([[0]], [7]), tmp_path)
    assert saved.untrusted == ("tests.ml.foreigners.Majority",)
    with pytest.raises(RefusedError, match=r"tests\.ml\.foreigners\.Majority") as caught:
        load(tmp_path / saved.file)
    assert caught.value.details == saved.untrusted
    assert load(tmp_path / saved.file, trust=True).predict([[1]]) == [7]


def test_no_such_file(tmp_path):
    with pytest.raises(NotFoundError, match=r"model\.skops"):
        load(tmp_path / "model.skops")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 torn"])
@pytest.mark.parametrize("name", ["model.skops", "model.joblib"])
def test_any_bytes_are_a_damaged_file(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DamagedError, match=f"{name} cannot be read"):
        load(tmp_path / name, trust=True)


def test_a_zip_of_something_else_is_damaged(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(DamagedError, match="KeyError"):
        load(tmp_path / "model.skops")


def test_a_missing_package_is_named(tmp_path, model):
    save(model, tmp_path)
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = members["schema.json"].replace(
        b"sklearn.linear_model._logistic", b"lightgbm_x.linear_model._logistic"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {"schema.json": schema}).items():
            archive.writestr(name, content)
    with pytest.raises(MlctlError, match=r"needs a package that is not installed: .*lightgbm_x"):
        load(path, trust=True)


def test_a_joblib_file_is_no_way_in_without_trust(tmp_path):
    joblib.dump(DummyClassifier(), tmp_path / "model.pkl")
    with pytest.raises(RefusedError):
        load(tmp_path / "model.pkl")
