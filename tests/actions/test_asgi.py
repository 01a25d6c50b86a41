import asyncio
import json

import pytest

from mlctl.actions.asgi import app, service
from mlctl.errors import MlctlError, UsageError
from tests.bundle.server.test_asgi import ask


def test_an_experiment(iris, monkeypatch):
    made = service({"MLCTL_SERVE": "iris/species:best"}, iris)
    assert made.name == "species"
    assert (
        service({"MLCTL_SERVE": "best", "MLCTL_STORE": str(iris / "mlstore")}, iris.parent).version
        == made.version
    )
    monkeypatch.setenv("MLCTL_SERVE", "best")
    status, _, body = asyncio.run(ask(app, "GET", "/version"))
    assert (status, json.loads(body)["version"]) == (200, made.version)


def test_a_bundle(iris, mlctl):
    assert mlctl("build", "best", "-o", "b.pyz").code == 0
    made = service({"MLCTL_SERVE": "b.pyz"}, iris)
    assert (made.name, len(made.columns)) == ("species", 4)


def test_what_is_wrong(tmp_path):
    with pytest.raises(UsageError, match="MLCTL_SERVE is not set"):
        service({}, tmp_path)
    (tmp_path / "bad.pyz").write_bytes(b"no bundle")
    with pytest.raises(MlctlError):
        service({"MLCTL_SERVE": str(tmp_path / "bad.pyz")}, tmp_path)
