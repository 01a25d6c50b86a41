"""Real MLflows read what is exported, and are sent what is pushed: value by value.

They live in ``.mlflow/VERSION``, with no mlctl; ``make mlflow`` makes the oldest and the newest.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from mlctl.actions.as_mlflow import AsMlflow, choose
from mlctl.actions.export_mlflow import export
from mlctl.actions.push_mlflow import push
from mlctl.store.store import init
from tests.actions import mlflow_stores
from tests.actions.mlflow_stores import NOW

REPOSITORY = Path(__file__).parents[3]
OLDEST, NEWEST = "2.22.5", "3.17.2"
ROWS = {"columns": ["x", "y"], "data": [[0.0, 1.0], [3.0, 0.0], [9e9, 0.0]]}

pytestmark = pytest.mark.filterwarnings("default")  # what MLflow's own imports warn of


def binary(version: str, name: str) -> Path:
    """A program of a real MLflow's environment."""
    path = REPOSITORY / ".mlflow" / version / "bin" / name
    if not path.exists():
        pytest.skip(f"no .mlflow/{version}: make mlflow makes it")
    return path


def asked(version: str, uri: str, models: dict[str, object]):
    """What a real MLflow reads there."""
    environ = {
        **os.environ,
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    environ = {
        key: value
        for key, value in environ.items()
        if not key.startswith(("COV", "MLFLOW_TRACKING", "PYTHON"))
    }
    done = subprocess.run(
        [binary(version, "python"), Path(__file__).with_name("peer.py"), uri, json.dumps(models)],
        capture_output=True, text=True, timeout=180, check=False, env=environ, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def store(climbed, tmp_path_factory):
    """Iris with its champion; a model with a transformer of ours, a script's, failed and interrupted ones."""
    place = tmp_path_factory.mktemp("real") / "of 꽃"
    shutil.copytree(climbed, place)
    store, _ = init(place / "mlstore", NOW)
    iris = store.model("iris", "species")
    mlflow_stores.promote(store, iris, store.experiments("iris", "species").records[1])
    store.add_dataset("iris", mlflow_stores.dataset(), None)
    own, _ = store.add_model("iris", "own", "with a transformer of ours", NOW)
    mlflow_stores.promote(store, own, mlflow_stores.trained(store, own))
    mlflow_stores.script(store, own)
    store.new_experiment(own, None, NOW, rung="svc").fail("timeout", "took too long")
    store.new_experiment(own, None, NOW).interrupt("Ctrl-C")
    return store


def translated(store):
    """Every experiment as MLflow should have it, by our ids."""
    translate = AsMlflow(store, "lee")
    return {
        one.experiment_id: (
            f"{part.model.project_name}/{part.model.model_name}",
            translate.carried(part.model, one),
        )
        for part in choose(store, [])[0]
        for one in part.experiments
    }


def compare(found, store, *, logged_models: bool) -> None:
    """Hold what a real MLflow read against the store."""
    runs = {
        run["tags"]["mlctl.experiment_id"]: (name, run)
        for name, experiment in found["experiments"].items()
        for run in experiment["runs"].values()
    }
    expected = translated(store)
    assert runs.keys() == expected.keys()
    for key, (name, carried) in expected.items():
        where, run = runs[key]
        ours = carried.whole()
        assert where == name
        assert run["params"] == ours.params
        assert {
            k: v for k, v in run["tags"].items() if k not in ("mlctl.pushed", "mlflow.log-model.history")
        } == ours.tags
        assert (run["name"], run["status"], run["start"], run["end"]) == (
            ours.name, ours.status, ours.start_ms, ours.end_ms,
        )  # fmt: skip
        history: dict[str, list[list[object]]] = {}
        for point in ours.points:
            history.setdefault(point.key, []).append([point.step, point.time_ms, repr(point.value)])
        assert run["history"] == {k: sorted(points) for k, points in history.items()}
        assert [used[:2] for used in run["inputs"]] == [[used.name, used.digest] for used in ours.inputs]
        assert [used[3:6] for used in run["inputs"]] == [[u.source, u.schema, u.profile] for u in ours.inputs]
        assert len(run["outputs"]) == len(ours.model_ids) * logged_models
        assert "mlctl_record.yaml" in dict(run["artifacts"])
    best = found["experiments"]["iris/species"]["best"]
    assert len(best) >= 1  # a search with a filter and an order
    assert found["registry"]["iris.species"]["aliases"] == {"champion": 1}
    assert found["registry"]["iris.own"]["versions"]["1"][2] == "better"


def uris(store, *, with_ids: bool):
    """Where the champions can be loaded from, and the rows to ask with."""
    iris = store.experiments("iris", "species").records[1].experiment_id
    own = store.experiments("iris", "own").records[0].experiment_id
    named = {
        "models:/iris.species@champion": None,
        "models:/iris.species/1": None,
        "models:/iris.own@champion": ROWS,
    }
    by_id = {f"models:/m-{iris}": None, f"runs:/{iris}/model": None, f"runs:/{own}/model": ROWS}
    return {**named, **(by_id if with_ids else {})}


def check_answers(found) -> None:
    """Every way of loading gives the same model; ours brings its own code."""
    for uri, (answers, signature, modules) in found["answers"].items():
        if len(answers) == 3:
            assert (answers, signature) == (["0", "1", "1"], False), uri
            assert "mlctl.estimators.clipper" in modules
        else:
            assert (answers, signature) == (["0"] * 5, True), uri


@pytest.fixture(scope="module")
def exported(store, tmp_path_factory):
    """The store, exported."""
    target = tmp_path_factory.mktemp("exported") / "ml runs"
    assert export(store, choose(store, [])[0], target, user="lee").warnings == []
    return target


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(OLDEST, marks=pytest.mark.slow),
        pytest.param("3.6.0", marks=pytest.mark.slow),
        pytest.param("3.12.0", marks=pytest.mark.slow),
        NEWEST,
    ],
)
def test_an_export_is_read(store, exported, version):
    binary(version, "python")
    newer = version != OLDEST  # logged models came with 3.0
    found = asked(version, exported.as_uri(), uris(store, with_ids=newer))
    assert found["version"] == version
    compare(found, store, logged_models=newer)
    check_answers(found)


@pytest.mark.slow
def test_an_export_is_carried_whole_into_a_database(store, exported, tmp_path):
    database = f"sqlite:///{tmp_path}/mlflow.db"
    done = subprocess.run(
        [binary(NEWEST, "mlflow"), "migrate-filestore", "--source", exported, "--target", database],
        capture_output=True, text=True, timeout=180, check=False, cwd="/",
        env={key: value for key, value in os.environ.items() if not key.startswith("COV")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    rows = [line.split() for line in done.stdout.splitlines()]
    counts = {row[0]: (row[1], row[2]) for row in rows if len(row) == 3 and row[1].isdigit()}
    runs = [carried.whole() for _, carried in translated(store).values()]
    expected = {
        "experiments": 2,
        "runs": len(runs),
        "params": sum(len(run.params) for run in runs),
        "tags": sum(len(run.tags) for run in runs),
        "metrics": sum(len(run.points) for run in runs),
        "inputs": sum(len(run.inputs) for run in runs),
        "outputs": sum(len(run.model_ids) for run in runs),
        "logged_models": sum(len(run.model_ids) for run in runs),
        "registered_models": 2,
        "registered_model_aliases": 2,
        "model_versions": 2,
    }
    assert {name: counts[name] for name in expected} == {
        name: (str(n), str(n)) for name, n in expected.items()
    }
    found = asked(NEWEST, database, uris(store, with_ids=True))
    compare(found, store, logged_models=True)
    check_answers(found)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real server on a database of its own."""
    yield from serving(NEWEST, tmp_path_factory.mktemp("server"))


def serving(version, place):
    """Start a server, give its address, and end it."""
    program = binary(version, "mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "MLFLOW"))}
    # 2.22 without an upper bound on SQLAlchemy gets one that it cannot use; its file store needs none.
    backend = f"sqlite:///{place}/m.db" if version == NEWEST else str(place / "runs")
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "server", "--port", str(port), "--workers", "1", "--backend-store-uri", backend,
             "--artifacts-destination", str(place / "artifacts")],
            stdout=log, stderr=log, cwd=place, env={**environ, "MLFLOW_DISABLE_TELEMETRY": "true",
                 "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            start_new_session=True,
        )  # fmt: skip
    try:
        wait(f"http://127.0.0.1:{port}/health", process, place / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(60)


def wait(url, process, log):
    """Wait until the server answers."""
    ends = time.monotonic() + 400
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.slow
def test_a_push_arrives_and_twice_is_once(store, server):
    chosen = choose(store, [])[0]
    done = push(store, chosen, server, user="lee")
    assert done.warnings == []
    assert (len(done.new), done.versions) == (len(translated(store)), 2)
    again = push(store, chosen, server, user="lee")
    assert (again.new, again.completed, again.versions, again.moved) == ([], [], 0, [])
    assert len(again.there) == len(done.new)
    models = {"models:/iris.species@champion": None, "models:/iris.own/1": ROWS}
    found = asked(NEWEST, server, models)
    del found["experiments"]["Default"]
    compare(found, store, logged_models=True)
    check_answers(found)


@pytest.mark.slow
def test_a_push_to_a_server_of_two(store, tmp_path):
    for url in serving(OLDEST, tmp_path):
        chosen = choose(store, [])[0]
        done = push(store, chosen, url, user="lee")
        assert (len(done.new), done.versions) == (len(translated(store)), 2)
        assert not push(store, chosen, url, user="lee").changed
        found = asked(OLDEST, url, {"models:/iris.species@champion": None, "models:/iris.own/1": ROWS})
        del found["experiments"]["Default"]
        compare(found, store, logged_models=False)
        check_answers(found)
