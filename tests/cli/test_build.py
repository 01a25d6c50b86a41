"""``mlctl build``, and what it builds, as a person runs them."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlctl.bundle.main.bundle import opened
from mlctl.bundle.main.serving import _check
from mlctl.cli.main import main
from mlctl.store.store import find

RULE = """\
project: iris
model: species
data: {source: "sklearn:iris", target: target}
split: {method: random, train_size: 0.8, random_state: 2023}
ladder: [{rule: "rule.py:petal"}]
"""
SOURCE = """\
def petal(row):
    return 0 if row["petal width (cm)"] < 0.8 else 1 if row["petal width (cm)"] < 1.7 else 2
"""
ROWS = "petal width (cm),sepal length (cm),sepal width (cm),petal length (cm)\n0.2,5.1,3.5,1.4\n"


def run(path, *words, given=b"", flags=("-I",)):
    return subprocess.run(
        [sys.executable, *flags, str(path), *words], input=given, capture_output=True, check=False
    )


def test_build_says_what_it_made_and_proves_it(iris, mlctl):
    ran = mlctl("build", "recommended", "--now", "2026-01-09T12:00:00Z")
    assert (ran.code, ran.out) == (0, "iris_nogit_2.pyz\n")
    lines = ran.err.splitlines()
    path = Path("iris_nogit_2.pyz")
    assert lines[0].endswith(f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    assert lines[1] == "tier portable: every part of it is written as plain data; Python alone runs it"
    assert lines[2].startswith(
        "checked in a fresh process with Python alone: 30 held-out and 75 golden rows, every label as"
    )
    assert lines[3].startswith("checked in a fresh process with NumPy: 30 held-out and 75 golden rows")
    assert lines[4].startswith("next: python3 iris_nogit_2.pyz predict < rows.csv")
    assert path.stat().st_size < 200_000
    done = run(path, "predict", given=ROWS.encode(), flags=("-I", "-S"))
    assert done.stdout.splitlines()[1].startswith(b"0.2,5.1,3.5,1.4,0,0.99")
    recorded(path)


def recorded(path):
    store = find(Path.cwd(), explicit=None, environ={})
    (experiment,) = [e for e in store.experiments().records if e.model_version_id == path.stem]
    kept = store.experiment_directory(experiment) / experiment.artifact_file_paths["build"]
    told = json.loads(kept.read_text())
    assert kept.parent.name == "reports"
    assert told["build_datetime"] == "2026-01-09T12:00:00.000000Z"
    assert (told["path"], told["tier"], told["size"]) == (path.name, "portable", path.stat().st_size)
    assert [proof["differing"] for proof in told["proofs"]] == [0, 0]


def test_the_same_model_gives_the_same_bytes(iris, mlctl):
    one = mlctl("build", "2", "-o", "one.pyz", "--json").json["bundle"]
    two = mlctl("build", "2", "-o", "two.pyz", "--json").json["bundle"]
    assert one["sha256"] == two["sha256"]
    assert Path("one.pyz").read_bytes() == Path("two.pyz").read_bytes()
    assert (one["path"], one["version"], one["signed"], one["golden"]) == (
        "one.pyz",
        "iris_nogit_2",
        False,
        75,
    )


def test_a_folder_with_what_was_asked_for(iris, mlctl):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"], check=True)
    Path("signers").write_text(f"me@here {Path('key.pub').read_text()}")
    store = find(Path.cwd(), explicit=None, environ={})
    (experiment,) = [e for e in store.experiments().records if e.model_version_id == "iris_nogit_3"]
    store.add_report(experiment, "model_card", "model_card.md", "# Card\n")
    words = ("--format", "dir", "-o", "b", "--dockerfile", "--systemd", "--sign", "key")
    ran = mlctl("build", "3", *words)
    assert (ran.code, ran.out) == (0, "b\n")
    assert ", signed\n" in ran.err
    assert Path("b/MODEL_CARD.md").read_text() == "# Card\n"
    assert "COPY b /b\n" in Path("b/Dockerfile").read_text()
    assert "serve --host" in Path("b/model.service").read_text()
    done = run("b", "verify", "--allowed-signers", "signers", flags=("-I", "-B"))
    assert done.stdout.endswith(b"; signed by me@here\n")
    assert run("b", "info", "Dockerfile").stdout == Path("b/Dockerfile").read_bytes()
    again = mlctl("build", "3", "--format", "dir", "-o", "b")
    assert (again.code, "file exists" in again.err) == (1, True)


def test_what_cannot_be_built(iris, mlctl):
    assert mlctl("build", "2", "--format", "exe").code == 2
    ran = mlctl("build", "2", "-o", "none/b.pyz")
    assert (ran.code, "no such file or directory" in ran.err) == (3, True)
    assert mlctl("build", "9").code == 3
    ran = mlctl("build", "2", "-o", "b.pyz", "--sign", "no_key")
    assert (ran.code, "there is no key" in ran.err, Path("b.pyz").exists()) == (3, True, False)


@pytest.fixture(scope="module")
def ruled_once(tmp_path_factory):
    place = tmp_path_factory.mktemp("ruled")
    (place / "p.yaml").write_text(RULE)
    (place / "rule.py").write_text(SOURCE)
    assert main(["init", str(place / "mlstore")]) == 0
    assert main(["train", "--params", str(place / "p.yaml")]) == 0
    return place


@pytest.fixture
def ruled(ruled_once, tmp_path, monkeypatch):
    """A store with a rule, which no portable model can hold."""
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)  # the mlctl in the bundle is a copy, and not to be measured
    shutil.copytree(ruled_once, tmp_path / "ruled")
    monkeypatch.chdir(tmp_path / "ruled")


def test_what_is_not_portable_is_refused_as_a_file(ruled, mlctl):
    ran = mlctl("build", "2", "--trust")
    assert ran.code == 4
    assert "iris_nogit_2 cannot be a bundle of one file: RuleClassifier" in ran.err
    assert "--format dir" in ran.err
    assert mlctl("build", "2", "--format", "dir").code == 4  # loading it needs trust here as well


def test_and_carried_with_scikit_learn_as_a_folder(ruled, mlctl):
    ran = mlctl("build", "2", "--trust", "--format", "dir", "--dockerfile")
    assert (ran.code, ran.out) == (0, "iris_nogit_2\n")
    assert "\ntier sklearn: RuleClassifier" in ran.err
    assert "a fresh process with scikit-learn: 30 held-out and 55 golden rows" in ran.err
    assert "next: python3 iris_nogit_2 predict --trust < rows.csv" in ran.err
    pinned = Path("iris_nogit_2/requirements.txt").read_text().split()
    assert {line.partition("==")[0] for line in pinned} >= {"numpy", "scikit-learn", "skops", "pydantic_core"}
    refused = run("iris_nogit_2", "predict", given=ROWS.encode())
    assert (refused.returncode, b"runs code of the bundle's author" in refused.stderr) == (4, True)
    done = run("iris_nogit_2", "predict", "--trust", given=ROWS.encode())
    assert done.stdout.endswith(b",0,iris_nogit_2\n")
    bare = run("iris_nogit_2", "predict", "--trust", given=ROWS.encode(), flags=("-I", "-S"))
    assert (bare.returncode, b"needs what is not installed here" in bare.stderr) == (1, True)
    by_mlctl(mlctl)
    _check(opened("iris_nogit_2"), None)
    model = Path("iris_nogit_2/model/sklearn.skops")
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    assert run("iris_nogit_2", "predict", "--trust", given=ROWS.encode()).returncode == 6


def by_mlctl(mlctl):
    Path("rows.csv").write_text(ROWS)
    assert mlctl("predict", "iris_nogit_2", "rows.csv").code == 4
    ran = mlctl("predict", "iris_nogit_2", "rows.csv", "--trust")
    assert ran.out.endswith(",0,iris_nogit_2\n")
    ran = mlctl("predict", "2", "rows.csv", "--trust")
    assert ran.out.endswith(",0,iris_nogit_2\n")
    assert "warning: iris_nogit_2 is computed by scikit-learn: RuleClassifier" in ran.err


def test_any_zip_program_finds_the_parts(iris, mlctl):
    mlctl("build", "4", "-o", "b.pyz")
    with zipfile.ZipFile("b.pyz") as found:
        names = set(found.namelist())
    assert {"__main__.py", "manifest.json", "schema.json", "golden.json", "model/portable.bin"} <= names
    assert {"LICENSES/NOTICE.txt", "mlctl_bundle/server/run.py", "mlctl_bundle/runtime/model.pyc"} <= names
