"""A server, as MLflow's client shows it: all pages, and what it refuses."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from mlctl.errors import MlctlError, UsageError
from mlctl.interop.mlflow import client_read
from mlctl.interop.mlflow.client_open import Api
from mlctl.interop.mlflow.client_read import ClientStore, client_store
from mlctl.interop.mlflow.source import read_all


class MlflowException(Exception):  # noqa: N818 - MLflow's own name
    """As MLflow raises it."""

    __module__ = "mlflow.exceptions"
    json = ""  # MLflow has it on every one that a server sent

    def get_http_status_code(self):
        """Return the status."""
        return self.args[1]


class Page(list):
    """A list with a token."""

    token = None


def point(value, step=0):
    return SimpleNamespace(key="loss", value=value, timestamp=5, step=step)


def info(run_id, start, stage="active"):
    return SimpleNamespace(
        run_id=run_id, run_name=f"run {run_id}", status="FINISHED", start_time=start, end_time=9,
        user_id="ada", lifecycle_stage=stage,
    )  # fmt: skip


def run(run_id, start, stage="active", **more):
    data = SimpleNamespace(metrics={"loss": 0.5}, params={"a": "1"}, tags={"t": "x"})
    return SimpleNamespace(info=info(run_id, start, stage), data=data, **more)


DATASET = SimpleNamespace(
    tags=[SimpleNamespace(key="other", value="x"), SimpleNamespace(key="mlflow.data.context", value="train")],
    dataset=SimpleNamespace(
        name="rows", digest="d", source_type="local", source="{}", schema=None, profile=None
    ),
)


class Client:
    """The methods of MlflowClient that are asked; two pages of everything."""

    models_known = True

    def search_experiments(self, page_token=None, **_):
        page = Page([self.experiment("1" if page_token is None else "2")])
        page.token = "more" if page_token is None else None
        return page

    def experiment(self, own):
        return SimpleNamespace(
            experiment_id=own, name=f"e{own}", creation_time=None, last_update_time=3, tags={"k": "v"},
            lifecycle_stage="active" if own == "1" else "deleted",
        )  # fmt: skip

    def search_runs(self, experiment_ids, page_token=None, **_):
        if experiment_ids == ["2"]:
            return Page([run("c", 1)])
        more = {
            "inputs": SimpleNamespace(dataset_inputs=[DATASET]),
            "outputs": SimpleNamespace(model_outputs=[SimpleNamespace(model_id="m-1")]),
        }
        page = Page([run("b", 20, "deleted")] if page_token else [run("a", 10, **more)])
        page.token = None if page_token else "more"
        return page

    def get_run(self, run_id):
        return run(run_id, 10)

    def get_metric_history(self, run_id, key):
        return [point(0.75), point(1.7976931348623157e308, 1)]

    def search_logged_models(self, **_):
        if not self.models_known:
            raise MlflowException("no such endpoint", 404)
        return Page([
            SimpleNamespace(
                model_id="m-1", name="model", experiment_id="1", source_run_id="a", creation_timestamp=1,
                last_updated_timestamp=2, status=SimpleNamespace(value="READY"), model_type=None,
                params={"C": "1"}, tags={}, metrics=[point(0.5)],
            )
        ])  # fmt: skip

    def search_registered_models(self, **_):
        return Page([SimpleNamespace(name="it's")])

    def get_registered_model(self, name):
        return SimpleNamespace(
            creation_timestamp=1,
            last_updated_timestamp=2,
            description=None,
            tags={},
            aliases={"champion": "2"},
        )

    def search_model_versions(self, filter_string, **_):
        assert filter_string == "name='it\\'s'"
        return Page([
            SimpleNamespace(
                version=number, run_id="a", model_id=None, creation_timestamp=1, last_updated_timestamp=2,
                current_stage=None, description=None, tags={}, source=None,
            )
            for number in ("2", "1")
        ])  # fmt: skip

    def list_artifacts(self, run_id):
        return ["x"] if run_id == "a" else []

    def download_artifacts(self, run_id, path, folder):
        Path(folder, "x").write_text(run_id)


@pytest.fixture
def store():
    return ClientStore(Api(Client(), None, "http://host:5000"))


def test_all_pages(store):
    tracking = read_all(store)
    assert store.name == "host"
    assert [(one.name, one.deleted) for one in tracking.experiments] == [("e1", False), ("e2", True)]
    first, second = tracking.experiments[0].runs
    assert (first.run_id, first.inputs[0].context, first.model_ids) == ("a", "train", ("m-1",))
    assert [p.value for p in first.points] == [0.75, float("inf")]
    assert second.deleted
    assert tracking.experiments[1].runs[0].deleted
    assert [one.status for one in tracking.logged_models] == ["READY"]
    assert tracking.registered_models[0].aliases == {"champion": 2}
    assert [one.version for one in tracking.registered_models[0].versions] == [1, 2]


def test_a_run_that_was_not_listed(store):
    experiment = next(store.experiments())
    assert store.run(experiment, "z").run_id == "z"


def test_a_server_before_3(store):
    experiment = next(store.experiments())
    Client.models_known = False
    try:
        assert list(store.logged_models(experiment)) == []
    finally:
        Client.models_known = True


def test_a_server_that_fails_half_way(store, monkeypatch):
    experiment = next(store.experiments())

    def fail(*_, **__):
        raise MlflowException("it is down", 503)

    monkeypatch.setattr(Client, "get_metric_history", fail)
    monkeypatch.setattr(Client, "search_logged_models", fail)
    with pytest.raises(MlctlError, match="failed on its side"):
        store.run(experiment, "a")
    with pytest.raises(MlctlError, match="failed on its side"):
        list(store.logged_models(experiment))


def test_artifacts_are_downloaded(store, tmp_path, monkeypatch):
    def download(uri, dst_path, tracking_uri):
        assert (uri, tracking_uri) == ("models:/m-1", "http://host:5000")
        for name in ("MLmodel", "registered_model_meta"):
            Path(dst_path, name).write_text(name)

    module = ModuleType("mlflow.artifacts")
    module.download_artifacts = download
    monkeypatch.setitem(sys.modules, "mlflow.artifacts", module)
    tracking = read_all(store)
    first, second = tracking.experiments[0].runs
    assert store.fetch(first, tmp_path / "run") == ()
    assert (tmp_path / "run" / "x").read_text() == "a"
    store.fetch(second, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    store.fetch(tracking.logged_models[0], tmp_path / "model")
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["MLmodel"]


def test_the_environment_is_given_back(monkeypatch):
    seen = {}

    class Opened:
        def __init__(self, url, environ):
            seen.update(environ)
            self.api = Api(Client(), None, url)

        def __enter__(self):
            return self.api

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(client_read, "opened", Opened)
    environ = {"MLFLOW_TRACKING_URI": "before"}
    with client_store("http://host:5000/", environ) as store:
        assert store.name == "host"
    assert seen["MLFLOW_TRACKING_URI"] == "http://host:5000"
    assert environ == {"MLFLOW_TRACKING_URI": "before"}
    with pytest.raises(UsageError), client_store("ftp://host", environ):
        pass


def test_a_server_has_a_run_whole_or_not_at_all(store):
    assert store.content(None, "r1") == ""
