"""What a server before 3.0 lacks; pushes as a whole are in tests/actions/test_push_mlflow.py."""

from types import SimpleNamespace

import pytest

from mlctl.interop.mlflow.client_open import Api
from mlctl.interop.mlflow.client_write import RunWriter


class MlflowException(Exception):  # noqa: N818 - MLflow's own name
    """As MLflow's client raises it."""

    def __init__(self, status):
        super().__init__(f"refused with {status}")
        self.response = SimpleNamespace(status_code=status)


MlflowException.__module__ = "mlflow.exceptions"


def known(error):
    """Ask a server that answers with an error which artifacts of a run it has."""

    def refuses(run_id, path):
        raise error

    return RunWriter(Api(SimpleNamespace(list_artifacts=refuses), None, "http://host"), None)._known(
        "r", None
    )


def test_a_server_that_lists_no_artifacts_of_models_has_none():
    assert known(MlflowException(404)) == {}


@pytest.mark.parametrize("error", [MlflowException(500), ValueError("a bug")])
def test_other_errors_are_told(error):
    with pytest.raises(type(error)):
        known(error)


def test_sizes_are_those_of_folders_too():
    there = {
        None: [SimpleNamespace(path="a", is_dir=True), SimpleNamespace(path="b", is_dir=False, file_size=3)],
        "a": [SimpleNamespace(path="a/c", is_dir=False, file_size=5)],
    }
    api = Api(SimpleNamespace(list_artifacts=lambda run_id, path: there[path]), None, "http://host")
    assert RunWriter(api, None)._known("r", None) == {"a/c": 5, "b": 3}
