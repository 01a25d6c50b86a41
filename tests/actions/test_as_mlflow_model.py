"""Models as folders that MLflow loads."""

import json
import pickle
import subprocess
import sys
import types

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from mlctl.actions import as_mlflow_model
from mlctl.actions.as_mlflow_model import Models
from mlctl.actions.as_mlflow_pickle import pickled
from mlctl.cli.main import main
from mlctl.errors import DamagedError, MlctlError, RefusedError
from mlctl.interop.mlflow.entities import LoggedModel
from mlctl.store.store import init
from tests.actions.mlflow_stores import NOW, fitted, make, renamed

LOGGED = LoggedModel("m-1", "model", "7", "run", 1_767_960_000_000, 1_767_960_000_000)

CHECK = """
import pickle, sys
sys.path.insert(0, "code")
import pandas as pd
model = pickle.load(open("model.pkl", "rb"))
import mlctl.errors
print(mlctl.__file__, model.predict(pd.DataFrame({"x": [0.0, 3.0], "y": [1.0, 0.0]})).tolist())
"""


def test_a_model_of_plain_classes_carries_no_code(tmp_path):
    made = pickled(LogisticRegression().fit([[0], [1]], [0, 1]))
    assert made.sources == {}
    assert "scikit-learn" in made.distributions


def test_our_transformers_come_along_and_are_taken(tmp_path):
    store, _ = make(tmp_path)
    experiment = store.experiments("iris").records[0]
    folder = tmp_path / "model"
    folder.mkdir()
    Models(store).make(experiment).write(LOGGED, folder)
    assert "mlctl/estimators/clipper.py" in pickled(fitted()).sources
    meta = yaml.safe_load((folder / "MLmodel").read_text())
    assert meta["flavors"]["python_function"]["code"] == "code"
    assert (meta["model_id"], meta["run_id"]) == ("m-1", "run")
    assert meta["utc_time_created"] == "2026-01-09 12:00:00"
    assert "signature" not in meta  # its data is not in the store
    assert (folder / "requirements.txt").read_text() == "mlflow\nnumpy==2.4.6\nscikit-learn==1.9.1\n"
    found = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=folder, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.endswith("code/mlctl/__init__.py [0, 1]\n")


def test_signature_and_example_come_from_the_data(climbed, tmp_path):
    store, _ = init(climbed / "mlstore", NOW)
    models = Models(store)
    for number, experiment in enumerate(store.experiments("iris").records[:2]):
        folder = tmp_path / str(number)
        folder.mkdir()
        models.make(experiment).write(LOGGED, folder)
    meta = yaml.safe_load((folder / "MLmodel").read_text())
    inputs = json.loads(meta["signature"]["inputs"])
    assert inputs[0] == {"type": "double", "name": "sepal length (cm)", "required": True}
    assert json.loads(meta["signature"]["outputs"]) == [{"type": "long", "required": True}]
    example = json.loads((folder / "input_example.json").read_text())
    assert example["data"][0] == [5.1, 3.5, 1.4, 0.2]
    assert len(example["data"]) == 5
    assert len(models._inputs) == 1  # the data was read once


@pytest.fixture
def store(climbed, tmp_path):
    import shutil

    shutil.copytree(climbed / "mlstore", tmp_path / "mlstore")
    return init(tmp_path / "mlstore", NOW)[0]


def test_data_that_is_gone_costs_the_example_alone(store):
    experiment = store.experiments("iris").records[0]
    dataset = store.dataset("iris", experiment.training_dataset["dataset"])
    store.dataset_archive(dataset).unlink()
    assert Models(store).make(experiment).facts.inputs == ()


def test_data_that_would_have_to_be_fetched_gives_no_example(tmp_path):
    store, _ = make(tmp_path)
    experiment = store.experiments("iris").records[0]
    (store.experiment_directory(experiment) / "params.yaml").write_text("project: iris\n")
    assert Models(store)._inputs_of(experiment) is None


def test_a_model_file_that_was_changed_is_refused(store):
    experiment = store.experiments("iris").records[0]
    (store.experiment_directory(experiment) / "model.skops").write_bytes(b"x")
    with pytest.raises(DamagedError, match="is not as it was"):
        Models(store).make(experiment)


def test_a_joblib_file_needs_trust(tmp_path):
    import joblib

    store, model = make(tmp_path)
    opened = store.new_experiment(model, None, NOW)
    joblib.dump(fitted(), opened.path("model.joblib"))
    experiment = opened.finish(artifact_file_paths={"model": "model.joblib"})
    with pytest.raises(RefusedError, match="can run code"):
        Models(store).make(experiment)
    made = Models(store, trust=True).make(experiment)
    assert isinstance(pickle.loads(made.pickled.data), type(fitted()))
    assert made.facts.packages == {}  # its environment was not recorded


class Local(DummyClassifier):
    """A class whose instances cannot be pickled."""

    def __init__(self):
        self.hold = lambda: 1


def test_what_cannot_be_pickled():
    with pytest.raises(MlctlError, match="the model cannot be pickled"):
        pickled(Local())


def test_a_class_of_the_script_itself_is_found_nowhere_else(monkeypatch):
    monkeypatch.setattr(Local, "__module__", "__main__")
    monkeypatch.setattr(sys.modules["__main__"], "Local", Local, raising=False)
    with pytest.raises(MlctlError, match="a class of the script itself"):
        pickled(Local)


def test_modules_of_the_persons_own_come_along(tmp_path, monkeypatch):
    (tmp_path / "shop" / "inner").mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text("class Top: pass\n")
    (tmp_path / "shop" / "inner" / "__init__.py").write_text("")
    (tmp_path / "shop" / "inner" / "rules.py").write_text("class Rule: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    from shop import Top
    from shop.inner.rules import Rule

    assert pickled([Rule()]).sources == {
        "shop/__init__.py": "", "shop/inner/__init__.py": "", "shop/inner/rules.py": "class Rule: pass\n",
    }  # fmt: skip
    assert pickled(Top()).sources == {"shop/__init__.py": "class Top: pass\n"}
    compiled = types.ModuleType("made_at_run_time")
    compiled.Made = type("Made", (), {"__module__": "made_at_run_time"})
    monkeypatch.setitem(sys.modules, "made_at_run_time", compiled)
    assert pickled(compiled.Made()).sources == {}


class Drifting(DummyClassifier):
    """Answers differently each time, or not at all."""

    def predict(self, X):
        if self.strategy == "refuse":
            raise ValueError("no")
        return np.random.default_rng().normal(size=len(X))


def test_a_pickle_that_answers_differently_is_not_handed_on():
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    data = pickle.dumps(Drifting())
    with pytest.raises(DamagedError, match="answers differently"):
        as_mlflow_model._checked(Drifting(), data, frame)
    with pytest.raises(MlctlError, match="does not answer its own rows: no"):
        as_mlflow_model._checked(Drifting(strategy="refuse"), data, frame)


def test_a_record_without_parameters_has_no_example(store):
    experiment = store.experiments("iris").records[0]
    assert Models(store)._inputs_of(renamed(experiment, training_dataset={})) is None
    assert main(["status", "--store", str(store.root)]) == 0
