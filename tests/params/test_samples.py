"""The sample files load, name what they should, and the demo runs what it says."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlctl.params.load import load
from mlctl.params.rung import Rung

SAMPLES = Path(__file__).parents[2] / "sample_configs"
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".yaml", ".json"})
ENVIRON = {"DATA_DIR": "data"}


def sample(name):
    return load(SAMPLES / name, (), ENVIRON).parameters


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_sample_is_right_and_its_files_are_there(path):
    parameters = load(path, (), ENVIRON).parameters
    data = parameters.data
    patterns = (data.path,) if isinstance(data.path, str) else (data.path or ())
    assert all(list(SAMPLES.glob(pattern)) for pattern in patterns)
    rungs = () if parameters.ladder == "auto" else parameters.ladder
    assert all((SAMPLES / rung.rule.partition(":")[0]).is_file() for rung in rungs if rung.rule)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix == ".yaml"], ids=lambda path: path.name
)
def test_a_sample_tells_the_editor_its_schema_and_says_what_it_shows(path):
    first, second, *_ = path.read_text().splitlines()
    assert first == "# yaml-language-server: $schema=../docs/params.schema.json"
    assert second.startswith("# ")


def test_the_facts_to_reproduce():
    iris, svc, knn = sample("iris.yaml"), sample("iris_svc.yaml"), sample("iris_knn.yaml")
    assert iris.ladder == "auto"
    assert (iris.split.method, iris.split.train_size, iris.split.random_state) == ("random", 0.8, 2023)
    assert (iris.preprocess.scale, iris.preprocess.clip) == ("standard", False)
    assert svc.ladder == (Rung(kind="svc"),)
    assert (knn.split.test_size, knn.split.random_state) == (0.2, 2022)
    assert [rung.fixed for rung in knn.ladder] == [{"n_neighbors": k} for k in (2, 3, 4)]
    assert knn.preprocess.scale == "none"
    net = sample("diabetes_elastic_net.yaml")
    assert (net.split.test_size, net.split.random_state) == (0.25, 40)
    pairs = [(rung.fixed["alpha"], rung.fixed["l1_ratio"]) for rung in net.ladder]
    assert pairs == [(0.05, 0.05), (0.01, 0.01), (0.01, 0.75), (0.01, 1.0), (0.05, 1.0)]
    assert all(rung.fixed["random_state"] == 42 for rung in net.ladder)


def test_there_is_one_for_each_split_and_file_form():
    found = [load(path, (), ENVIRON).parameters for path in FILES]
    assert {p.split.method for p in found} >= {"random", "stratified", "time", "group", "hash"}
    paths = {Path(str(p.data.path)).suffix for p in found if p.data.path}
    assert paths == {".csv", ".gz", ".parquet", ".jsonl"}
    assert any(p.all_rungs for p in found)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return a checkout whose mlctl says what it was asked, and leaves what the demo looks at."""
    shutil.copytree(SAMPLES, tmp_path / "sample_configs")
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "mlctl"
    fake.write_text(
        "#!/bin/sh\n"
        'echo "ran $* in ${MLCTL_STORE-no} store"\n'
        "tried=mlstore/projects/iris/models/species/experiments/iris_nogit_2\n"
        '[ "$1" = train ] || exit 0\n'
        "mkdir -p $tried; echo a: 1 > $tried/params.yaml; echo 1 > $tried/scores.csv\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("MLCTL_STORE", "elsewhere")
    return tmp_path


def demo(checkout):
    script = checkout / "sample_configs" / "demo.sh"
    return subprocess.run(["sh", str(script)], capture_output=True, text=True, check=False)


def test_the_demo_shows_each_command_before_it_runs(checkout):
    ran = demo(checkout)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    typed = [line for line in lines if line.startswith("$ mlctl")]
    assert typed == [
        "$ mlctl init",
        "$ mlctl train --params iris.yaml",
        "$ mlctl compare",
        "$ mlctl show recommended",
        "$ mlctl evaluate recommended",
    ]
    for line in typed:
        assert lines[lines.index(line) + 1] == f"ran {line.removeprefix('$ mlctl ')} in no store"
    assert any(line.startswith("$ cat mlstore/") for line in lines)
    assert "a: 1" in lines


def test_the_demo_replaces_only_what_it_made(checkout):
    demo(checkout)
    (checkout / "demo" / "old").touch()
    assert demo(checkout).returncode == 0
    assert not (checkout / "demo" / "old").exists()
    shutil.rmtree(checkout / "demo")
    (checkout / "demo").mkdir()
    (checkout / "demo" / "mine").touch()
    ran = demo(checkout)
    assert ran.returncode == 1
    assert "none of mine" in ran.stderr
    assert (checkout / "demo" / "mine").exists()
