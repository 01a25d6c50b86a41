"""``mlctl build --export onnx`` and ``--with-python``, as a person runs them."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from mlctl.actions import build, export_onnx
from mlctl.bundle.file.carried import Carried
from mlctl.bundle.file.prove import Proof
from mlctl.bundle.onnx.agreement import Agreement, Difference
from mlctl.store.store import find


def test_a_model_is_written_checked_and_recorded(iris, mlctl):
    ran = mlctl("build", "2", "--export", "onnx", "--now", "2026-01-09T12:00:00Z")
    assert (ran.code, ran.out) == (0, "iris_nogit_2.onnx\n")
    lines = ran.err.splitlines()
    assert ": 30 held-out and 75 golden rows, every label as scikit-learn's, largest difference " in lines[1]
    assert lines[2] == (
        "takes sepal length (cm), sepal width (cm), petal length (cm), petal width (cm): "
        "64-bit floats, NaN for a gap; shape (rows, 1)"
    )
    assert "ORT_DISABLE_TELEMETRY=1" in lines[3]
    session = onnxruntime.InferenceSession("iris_nogit_2.onnx", providers=["CPUExecutionProvider"])
    cells = dict(zip((each.name for each in session.get_inputs()), (5.1, 3.5, 1.4, 0.2), strict=True))
    label, chances = session.run(None, {name: np.array([[cell]]) for name, cell in cells.items()})
    assert (label.tolist(), chances.shape, chances[0][0] > 0.99) == ([0], (1, 3), True)
    store = find(Path.cwd(), explicit=None, environ={})
    (experiment,) = [e for e in store.experiments().records if e.model_version_id == "iris_nogit_2"]
    kept = store.experiment_directory(experiment) / experiment.artifact_file_paths["export_onnx"]
    told = json.loads(kept.read_text())
    assert (told["path"], told["rows"], told["differing"]) == ("iris_nogit_2.onnx", 105, 0)
    assert (told["export_datetime"], told["tolerance"]) == ("2026-01-09T12:00:00.000000Z", 1e-5)


def test_as_json_to_a_file_of_ones_own(iris, mlctl):
    told = mlctl("build", "3", "--export", "onnx", "-o", "t.onnx", "--json").json["export"]
    assert (told["path"], told["version"], told["differing"]) == ("t.onnx", "iris_nogit_3", 0)
    assert told["size"] == Path("t.onnx").stat().st_size


def test_what_differs_is_refused_unless_the_person_says_so(iris, mlctl, monkeypatch):
    found = Agreement(105, 2, 1, 0.5, [Difference(3, "the label is 1, not 0", close=True)])
    monkeypatch.setattr(export_onnx, "agreement", lambda *_: found)
    ran = mlctl("build", "2", "--export", "onnx")
    assert (ran.code, Path("iris_nogit_2.onnx").exists()) == (4, False)
    assert (
        "1 of 105 rows have other answers in ONNX than in scikit-learn: held-out row 4: the label" in ran.err
    )
    assert "--allow-difference 1" in ran.err
    ran = mlctl("build", "2", "--export", "onnx", "--allow-difference", "1")
    assert (ran.code, Path("iris_nogit_2.onnx").exists()) == (0, True)
    assert "all but 1 rows as scikit-learn's" in ran.err
    assert "; 2 golden rows that scikit-learn refuses are answered" in ran.err
    assert "1 rows differ, as allowed: held-out row 4" in ran.err


def test_a_model_that_cannot_be_written(iris, mlctl):
    ran = mlctl("build", "1", "--export", "onnx")
    assert (ran.code, "ColumnTransformer" in ran.err) == (4, True)


def test_without_the_libraries(iris, mlctl, monkeypatch):
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    ran = mlctl("build", "2", "--export", "onnx")
    assert (ran.code, "pip install 'mlctl[onnx]'" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--export", "pmml"], "--export: 'pmml' is not known"),
        (["--allow-difference", "2"], "a bundle answers exactly"),
        (["--export", "onnx", "--allow-difference", "-1"], "--allow-difference"),
        (["--export", "onnx", "--dockerfile"], "--dockerfile is for a bundle"),
        (["--export", "onnx", "--format", "dir"], "--format dir is for a bundle"),
        (["--export", "onnx", "--format", "dir", "--with-python"], "--format dir is for a bundle"),
        (["--with-python"], "an interpreter does not run out of one file"),
        (["--format", "exe"], "no form of a bundle"),
    ],
)
def test_what_does_not_go_together(small_store, mlctl, words, said):
    ran = mlctl("build", "2", *words)
    assert (ran.code, said in ran.err) == (2, True)


def test_a_bundle_with_an_interpreter(iris, mlctl, monkeypatch):
    given = {}

    def write(target, entries, beside, told, *, key, scratch):
        given.update(entries=entries, beside=beside, rows=len(told["rows"]))
        proof = Proof("the Python that it carries", 105, 0, 0, 0.0, 1.0)
        return build_with.Written(
            Carried("3.11.7", "x86_64", "2.34", ("libz.so.1",), 30), proof, 31, "ab" * 32
        )

    build_with = sys.modules["mlctl.actions.with_python"]
    monkeypatch.setattr(build, "write_with_python", write)
    ran = mlctl("build", "2", "--format", "dir", "--with-python", "--dockerfile", "--systemd")
    assert (ran.code, ran.out) == (0, "iris_nogit_2\n")
    assert "carries Python 3.11.7 for x86_64 with glibc 2.34 or newer" in ran.err
    assert "a fresh process with the Python that it carries: 30 held-out and 75 golden rows" in ran.err
    assert (
        "next: ./iris_nogit_2/run predict < rows.csv, or ./iris_nogit_2/run serve, or mlctl bench" in ran.err
    )
    assert (sorted(given["beside"]), given["rows"]) == (["Dockerfile", "model.service"], 105)
    assert b'ENTRYPOINT ["/opt/iris_nogit_2/run"]' in given["beside"]["Dockerfile"]
    told = mlctl("build", "2", "--format", "dir", "--with-python", "-o", Path.cwd() / "x", "--json").json
    assert told["bundle"]["carried"]["libraries"] == ["libz.so.1"]
    assert (
        mlctl("build", "2", "--format", "dir", "--with-python", "-o", Path.cwd() / "x").err.count("/x/run ")
        == 2
    )
