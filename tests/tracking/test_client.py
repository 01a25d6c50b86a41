import pytest
from sklearn.linear_model import LinearRegression

import mlctl.tracking as mlflow
from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.tracking import MlflowClient
from mlctl.tracking.sklearn import load_model, log_model

MODEL = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])


def registered(name):
    with mlflow.start_run() as run:
        info = log_model(MODEL, "model", input_example=[[0.0]], registered_model_name=name)
    assert info.model_uri == f"runs:/{run.info.run_id}/model"
    return run.info.run_id


def test_versions_are_registered_and_the_newest_is_found(store):
    client = MlflowClient()
    assert client.create_registered_model("taxi fares").name == "taxi fares"
    assert client.get_latest_versions("taxi fares") == []
    first, second = registered("taxi fares"), registered("taxi fares")
    (latest,) = client.get_latest_versions("taxi fares")
    assert (latest.run_id, latest.version, latest.current_stage) == (second, "2", "None")
    assert latest.source == f"runs:/{second}/model"
    assert client.get_latest_versions("taxi fares", stages=["Production"]) == []
    assert client.get_run(first).info.run_id == first
    assert load_model("models:/taxi fares/latest").predict([[3.0]])[0] == pytest.approx(6.0)
    assert load_model("models:/taxi fares/1").predict([[3.0]])[0] == pytest.approx(6.0)
    with pytest.raises(NotFoundError, match="no version 7"):
        load_model("models:/taxi fares/7")


def test_a_run_that_has_ended_can_be_registered(store):
    with mlflow.start_run() as run:
        pass
    version = MlflowClient("anything").create_model_version(
        "m", f"runs:/{run.info.run_id}/model", run.info.run_id
    )
    assert (version.version, version.run_id) == ("1", run.info.run_id)
    with pytest.raises(DamagedError, match="has no model"):
        load_model("models:/m/latest")


def test_the_champion_is_in_production(store):
    from mlctl.store.champion import Event

    run_id = registered("m")
    record = store.experiments().records[0]
    owner = store.model(record.project_name, record.model_name)
    event = Event(
        "2026-01-09T00:00:00.000000Z", "ada", "promote", None, record.model_version_id, ("because",)
    )
    store.record_event(owner, event)
    (found,) = MlflowClient().get_latest_versions("m", stages=["Production"])
    assert (found.run_id, found.current_stage) == (run_id, "Production")
    assert load_model("models:/m@champion").predict([[1.0]])[0] == pytest.approx(2.0)


def test_an_address_of_no_model(store):
    with pytest.raises(UsageError, match="names no model"):
        load_model("s3://bucket/model")


def test_the_open_run_can_be_loaded_and_registered(store):
    with mlflow.start_run() as run:
        log_model(MODEL, name="m")
        MlflowClient().create_model_version("m")
        assert MlflowClient().get_latest_versions("m")[0].run_id == run.info.run_id
        assert load_model(f"runs:/{run.info.run_id}/m").predict([[1.0]])[0] == pytest.approx(2.0)


def test_a_run_that_cannot_be_logged_has_no_version(nowhere_else):
    (nowhere_else / "mlstore").write_text("a file")
    with pytest.warns(mlflow.TrackingWarning, match="nothing is logged"):
        mlflow.start_run()
    assert log_model(MODEL).run_id == ""


def test_the_rows_of_a_signature_are_the_example(store):
    with mlflow.start_run() as run:
        signature = mlflow.models.infer_signature([[0.0]], [0.0])
        log_model(MODEL, "model", signature=signature)
    record = store.experiments().records[0]
    assert (record.experiment_id, "example" in record.artifact_file_paths) == (run.info.run_id, True)


def test_what_the_client_does_not_do_is_said():
    with pytest.raises(AttributeError, match="'create_run': it reads runs and registers versions"):
        MlflowClient().create_run("1")
