import sys
from pathlib import Path

import pytest
from sklearn.dummy import DummyClassifier

from mlctl.actions.build_sklearn import _wheels, pinned
from mlctl.errors import MlctlError

PACKAGES = {"scikit-learn": "1.9.1", "numpy": "2.4.6", "Joblib": "1.6.0", "unrelated": "1", "mlctl": "9"}


def test_what_is_pinned_is_what_the_model_needs():
    assert pinned(PACKAGES, DummyClassifier()) == {
        "Joblib": "1.6.0",
        "numpy": "2.4.6",
        "scikit-learn": "1.9.1",
    }


def test_the_package_of_a_foreign_class(monkeypatch):
    monkeypatch.setattr(
        "mlctl.actions.build_sklearn.metadata.packages_distributions",
        lambda: {"sklearn": ["scikit-learn", "unrelated"]},
    )
    assert "unrelated" in pinned(PACKAGES, DummyClassifier())


@pytest.fixture
def python(tmp_path, monkeypatch):
    """Stand in for the Python that runs pip."""

    def script(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return script


def test_wheels(python, tmp_path):
    python('for last; do :; done; mkdir "$last"; echo "$3" > "$last/numpy-2.4.6-py3-none-any.whl"')
    assert _wheels("numpy==2.4.6\n", tmp_path) == {"wheels/numpy-2.4.6-py3-none-any.whl": b"download\n"}
    assert Path(tmp_path / "requirements.txt").read_text() == "numpy==2.4.6\n"


def test_wheels_that_cannot_be_had(python, tmp_path):
    python("echo looking; echo 'ERROR: no network' >&2; exit 1")
    with pytest.raises(MlctlError, match="cannot be downloaded: ERROR: no network"):
        _wheels("numpy==2.4.6\n", tmp_path)
