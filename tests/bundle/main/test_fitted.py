import json
import sys

import joblib
import pytest

from mlctl.bundle.file.assemble import to_folder
from mlctl.bundle.file.contents import to_json
from mlctl.bundle.main.bundle import GOLDEN, SCHEMA, opened
from mlctl.bundle.main.command import load_model, main
from mlctl.bundle.main.serving import _check
from mlctl.bundle.main.trouble import BundleError, DamagedError, RefusedError
from tests.bundle import made


@pytest.fixture
def folder(tmp_path):
    """A bundle of the sklearn tier; what its library would hold is installed."""
    joblib.dump(made.toy().pipeline, tmp_path / "model.joblib")
    return write(tmp_path / "b", {"model/sklearn.joblib": (tmp_path / "model.joblib").read_bytes()})


def write(target, more):
    plain = {**made.program(), SCHEMA: to_json(made.schema()), GOLDEN: to_json(made.toy().golden), **more}
    to_folder(made.with_manifest(plain, tier="sklearn"), target)
    return opened(str(target))


def test_a_model_of_scikit_learn(folder, capsys):
    with pytest.raises(RefusedError, match="runs code of the bundle's author"):
        load_model(folder)
    before = list(sys.path)
    model = load_model(folder, trust=True)
    assert sys.path == before
    value, chances = made.toy().golden["answers"][0]
    answer = model.predict_row(made.ROWS[0])
    assert (answer.value, tuple(answer.probabilities)) == (value, pytest.approx(chances))
    assert main(folder, ["selftest", "--trust", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]


def test_a_model_that_cannot_be_loaded(tmp_path):
    with pytest.raises(BundleError, match="the model cannot be loaded: DamagedError: "):
        load_model(write(tmp_path / "b", {"model/sklearn.joblib": b"no model"}), trust=True)


def test_a_package_that_is_not_installed(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlctl.actions.bundled", None)
    with pytest.raises(BundleError, match="needs what is not installed here") as told:
        load_model(folder, trust=True)
    assert told.value.hint.startswith("python3 -m pip install -r ")


def test_no_model_is_there_and_none_is_served(tmp_path):
    found = write(tmp_path / "b", {})
    with pytest.raises(DamagedError, match="has no model of scikit-learn"):
        load_model(found, trust=True)
    with pytest.raises(BundleError, match="it is not served, for the self-test failed"):
        _check(found, None)
