"""``mlctl export mlflow`` and ``mlctl push mlflow`` as they are typed."""

import shlex

import pytest

from mlctl.interop.mlflow.read_files import read_files
from tests.actions.mlflow_stores import NOW, make
from tests.interop.mlflow.peers import answering


@pytest.fixture
def store(nowhere_else):
    return make(nowhere_else)[0]


def test_export(mlctl, store, nowhere_else):
    ran = mlctl("export", "mlflow", "my runs")
    path = nowhere_else / "my runs"
    assert (ran.code, ran.out) == (0, f"{path}\n")
    quoted = shlex.quote(str(path))
    server = f"MLFLOW_ALLOW_FILE_STORE=true mlflow server --backend-store-uri {quoted}"
    assert ran.err.splitlines() == [
        "4 runs written, 0 there already; 1 experiment, 1 model, 1 registered version",
        f"next: {server}, or mlflow migrate-filestore --source {quoted} --target sqlite:///mlflow.db",
    ]
    assert len(read_files(path).experiments[0].runs) == 4


def test_export_json_with_references(mlctl, store):
    ran = mlctl("export", "mlflow", "out", "1", "champion", "--json")
    assert ran.code == 0
    assert ran.json["export"]["written"] == ["iris_3f9a1c_1"]
    assert ran.json["export"]["warnings"] == []
    assert ran.err == ""


def test_export_says_what_stays_behind(mlctl, store):
    model = store.model("iris", "species")
    opened = store.new_experiment(model, None, NOW)
    opened.write("model.joblib", b"x")
    opened.finish(artifact_file_paths={"model": "model.joblib"})
    (store.experiment_directory(store.experiments("iris").records[1]) / "meta.yaml").write_text("{")
    ran = mlctl("export", "mlflow", "out")
    assert ran.code == 0
    assert "iris_nogit_2/meta.yaml" in ran.err
    assert "warning: iris_nogit_5: its model stays behind: model.joblib can run code" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("export", "mlflow", "out", "77"), 3, "no experiment '77'"),
        (("export", "mlflow", "out", "--project", "x"), 3, "no project 'x'"),
        (("export", "mlflow", "taken"), 4, "is no export of mlctl's: it holds file"),
        (("export", "mlflow", "taken/file"), 2, "is a file"),
        (("export", "mlflow", "taken/file/out"), 2, "is a file"),
        (("export", "mlflow", "mlstore/out"), 2, "lies inside a store"),
        (("push", "mlflow", "localhost:5000"), 2, "is no address of a server"),
        (("push", "mlflow", "http://kim:pw@h"), 2, "a password in an address"),
        (("push", "mlflow", "http://h", "77"), 3, "no experiment '77'"),
    ],
)
def test_bad_input(mlctl, store, nowhere_else, words, code, said):
    (nowhere_else / "taken").mkdir()
    (nowhere_else / "taken" / "file").write_text("")
    ran = mlctl(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "pw@" not in ran.err


@pytest.mark.filterwarnings("default")
def test_push_to_what_refuses(mlctl, store, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "s3cret")
    with answering(401, b"no") as url:
        ran = mlctl("push", "mlflow", url)
    assert ran.code == 1
    assert ran.err.splitlines() == [
        f"error: {url} refuses the credentials (HTTP 401)",
        "  fix: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
    ]


@pytest.mark.filterwarnings("default")
def test_push(mlctl, store, tmp_path, monkeypatch):
    from contextlib import contextmanager

    from mlctl.actions import push_mlflow
    from tests.interop.mlflow.peers import file_api

    api = file_api(tmp_path / "server", monkeypatch)

    @contextmanager
    def connect(url):
        yield api

    monkeypatch.setitem(push_mlflow.push.__kwdefaults__, "connect", connect)
    ran = mlctl("push", "mlflow", "http://h:1")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("iris/species\thttp://h:1/#/experiments/")
    assert ran.err.splitlines()[-4:] == [
        "iris_nogit_4 sent",
        "iris.species@champion is version 1",
        "4 runs sent, 0 brought up to date, 0 there already; 1 new registered version",
        "next: after the next training or promotion, the same command sends what is new",
    ]
    store.new_experiment(store.model("iris", "species"), None, NOW).finish(parameters={"v": "x" * 6001})
    ran = mlctl("push", "mlflow", "http://h:1")
    assert "warning: v: cut after 6,000 of 6,001 characters" in ran.err
    ran = mlctl("push", "mlflow", "http://h:1")
    assert ran.err == "nothing new: 5 runs there already\n"
    ran = mlctl("push", "mlflow", "http://h:1", "--json")
    assert len(ran.json["push"]["there"]) == 5
    assert ran.err == ""
