"""MLflow's SQLite file, of an old version and of a new one, without MLflow."""

import math
import sqlite3
from contextlib import closing

import pytest

from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.interop.mlflow.entities import Run, Skipped
from mlctl.interop.mlflow.read_database import DatabaseStore
from mlctl.interop.mlflow.source import read_all

OLD = """
CREATE TABLE experiments (experiment_id INTEGER, name TEXT, artifact_location TEXT, lifecycle_stage TEXT);
CREATE TABLE runs (run_uuid TEXT, name TEXT, source_name TEXT, user_id TEXT, status TEXT, start_time BIGINT,
    end_time BIGINT, lifecycle_stage TEXT, artifact_uri TEXT, experiment_id INTEGER);
CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN);
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
INSERT INTO experiments VALUES (1, 'wine', './mlruns/1', 'active');
INSERT INTO runs VALUES ('a1', 'old name', 'train.py', 'ada', 'FINISHED', 1000, 2500, 'active',
    '/old/machine/mlruns/1/a1/artifacts', 1);
INSERT INTO runs VALUES ('b2', '', '', '', NULL, 900, NULL, 'deleted', 's3://bucket/b2', 1);
INSERT INTO metrics VALUES ('rmse', 0.5, 1100, 'a1', 0, 0), ('rmse', 0, 1200, 'a1', 1, 1);
INSERT INTO metrics VALUES ('top', 1.7976931348623157e308, 1, 'a1', 0, 0);
INSERT INTO params VALUES ('alpha', '0.5', 'a1');
INSERT INTO tags VALUES ('mlflow.user', 'kim', 'b2');
"""
NEW = """
ALTER TABLE experiments ADD COLUMN creation_time BIGINT;
CREATE TABLE experiment_tags (key TEXT, value TEXT, experiment_id INTEGER);
INSERT INTO experiment_tags VALUES ('team', 'cellar', 1);
CREATE TABLE datasets (dataset_uuid TEXT, experiment_id INTEGER, name TEXT, digest TEXT,
    dataset_source_type TEXT, dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT);
CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT,
    destination_id TEXT);
CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
INSERT INTO datasets VALUES ('d', 1, 'rows', 'abc', 'local', '{}', NULL, '{"num_rows": 3}');
INSERT INTO inputs VALUES ('i', 'DATASET', 'd', 'RUN', 'a1'),
    ('o', 'RUN_OUTPUT', 'a1', 'MODEL_OUTPUT', 'm-1');
INSERT INTO input_tags VALUES ('i', 'mlflow.data.context', 'train');
CREATE TABLE logged_models (model_id TEXT, experiment_id INTEGER, name TEXT, artifact_location TEXT,
    creation_timestamp_ms BIGINT, last_updated_timestamp_ms BIGINT, status INTEGER, lifecycle_stage TEXT,
    model_type TEXT, source_run_id TEXT);
CREATE TABLE logged_model_params (model_id TEXT, param_key TEXT, param_value TEXT);
CREATE TABLE logged_model_tags (model_id TEXT, tag_key TEXT, tag_value TEXT);
INSERT INTO logged_models VALUES ('m-1', 1, 'model', 'mlflow-artifacts:/1/models/m-1/artifacts',
    7, 8, 2, 'active', NULL, 'a1');
INSERT INTO logged_models VALUES ('m-2', 1, 'gone', '', 7, 8, 2, 'deleted', NULL, 'a1');
INSERT INTO logged_model_params VALUES ('m-1', 'C', '1');
CREATE TABLE registered_models (name TEXT, creation_time BIGINT, last_updated_time BIGINT, description TEXT);
CREATE TABLE registered_model_tags (key TEXT, value TEXT, name TEXT);
CREATE TABLE registered_model_aliases (alias TEXT, version INTEGER, name TEXT);
CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
    description TEXT, current_stage TEXT, source TEXT, run_id TEXT);
CREATE TABLE model_version_tags (key TEXT, value TEXT, name TEXT, version INTEGER);
INSERT INTO registered_models VALUES ('clf', 5, 6, NULL);
INSERT INTO registered_model_aliases VALUES ('champion', 1, 'clf');
INSERT INTO model_versions VALUES ('clf', 1, 5, 6, NULL, 'None', 'models:/m-1', 'a1');
INSERT INTO model_version_tags VALUES ('good', 'yes', 'clf', 1);
"""


def database(tmp_path, *scripts):
    """Write a database."""
    file = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(file)) as made:
        for script in scripts:
            made.executescript(script)
    return file


def everything(file):
    """Read a database."""
    with closing(DatabaseStore(file)) as store:
        return read_all(store)


def test_an_old_one(tmp_path):
    (tmp_path / "mlruns" / "1" / "a1" / "artifacts").mkdir(parents=True)
    tracking = everything(database(tmp_path, OLD))
    wine = tracking.experiments[0]
    assert (wine.name, wine.created_ms, wine.tags) == ("wine", 0, {})
    second, first = wine.runs
    assert isinstance(first, Run)
    assert (first.name, first.user, first.source_name, first.end_ms) == ("old name", "ada", "train.py", 2500)
    assert first.params == {"alpha": "0.5"}
    assert first.points[0].value == 0.5
    assert math.isnan(first.points[1].value)
    assert first.points[2].value == math.inf
    assert first.artifacts == tmp_path / "mlruns" / "1" / "a1" / "artifacts"
    assert (second.status, second.deleted, second.user, second.artifacts) == ("RUNNING", True, "kim", None)
    assert tracking.logged_models == tracking.registered_models == ()


def test_a_new_one(tmp_path):
    place = tmp_path / "mlartifacts" / "1" / "models" / "m-1" / "artifacts"
    place.mkdir(parents=True)
    (place / "MLmodel").write_text("flavors: {}")
    file = database(tmp_path, OLD, NEW)
    tracking = everything(file)
    run = next(run for run in tracking.experiments[0].runs if run.run_id == "a1")
    assert tracking.experiments[0].tags == {"team": "cellar"}
    assert [(i.name, i.context, i.schema) for i in run.inputs] == [("rows", "train", "")]
    assert run.model_ids == ("m-1",)
    (model,) = tracking.logged_models
    assert (model.status, model.params, model.created_ms, model.artifacts) == ("READY", {"C": "1"}, 7, place)
    (registered,) = tracking.registered_models
    assert registered.aliases == {"champion": 1}
    assert (registered.versions[0].model_id, registered.versions[0].tags) == ("m-1", {"good": "yes"})
    with closing(DatabaseStore(file)) as store:
        assert store.fetch(model, tmp_path / "out") == ()
        assert (tmp_path / "out" / "MLmodel").is_file()
        assert store.run(tracking.experiments[0], "zz") == Skipped("zz", "it is no longer there")
        assert store.name == "mlflow.db"
        assert store.fetch(run, tmp_path / "none") == ()


def test_what_is_no_database(tmp_path):
    with pytest.raises(NotFoundError, match="no database"):
        DatabaseStore(tmp_path / "mlflow.db")
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at " * 10)
    with pytest.raises(DamagedError, match="cannot be read"):
        DatabaseStore(tmp_path / "text.db")
    with pytest.raises(UsageError, match="no table of runs"):
        DatabaseStore(database(tmp_path, "CREATE TABLE a (b)"))
