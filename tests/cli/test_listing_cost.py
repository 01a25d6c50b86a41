"""What a listing costs, counted and not timed: one look at each record, and only what changed is opened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.store_fill import fill

COUNT = 300
COUNTING = """
import json, os, sys
opened, seen = [], [0]
def hook(event, given):
    if event == "open" and str(given[0]).endswith("meta.yaml"):
        opened.append(str(given[0]))
real = os.stat
def stat(path, *more, **named):
    seen[0] += str(path).endswith("meta.yaml")
    return real(path, *more, **named)
os.stat = stat
sys.addaudithook(hook)
from mlctl.cli.main import main
code = main(sys.argv[1:])
heavy = [name for name in ("yaml", "numpy", "pandas", "sklearn", "tarfile") if name in sys.modules]
sys.stdout.flush()
sys.stderr.write("\\n" + json.dumps([code, len(opened), seen[0], heavy]))
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    place = tmp_path_factory.mktemp("many")
    fill(place / "mlstore", COUNT)
    for path in (place / "mlstore").rglob("meta.yaml"):
        os.utime(path, ns=(1, 1))  # what was written a moment ago is read again
    listed(place, "compare", "--top", "1")
    return place


def listed(place: Path, *words: str) -> tuple[str, list]:
    """Run a command in a process of its own; give its output, and exit code, opens, looks, heavy modules."""
    command = [sys.executable, "-c", COUNTING, *words]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(command, cwd=place, env=environ, capture_output=True, text=True, check=True)
    return ran.stdout, json.loads(ran.stderr.splitlines()[-1])


@pytest.mark.parametrize("words", [["experiment", "list", "--top", "3"], ["compare", "--top", "3"]])
def test_a_warm_listing_opens_no_record(many, words):
    out, (code, opened, seen, heavy) = listed(many, *words)
    assert (code, opened, heavy) == (0, 0, [])
    assert len(out.splitlines()) == 4
    assert COUNT <= seen <= COUNT + 5


def test_only_what_changed_is_opened(many):
    path = many / "mlstore/projects/iris/models/species/experiments/iris_3f9a1c_7/meta.yaml"
    path.write_text(path.read_text().replace("description: ''", "description: by hand"))
    os.utime(path, ns=(2, 2))
    out, (code, opened, *_) = listed(many, "experiment", "list")
    assert (code, opened) == (0, 1)
    assert "by hand" in out
    assert len(out.splitlines()) == COUNT + 1
    assert listed(many, "experiment", "list")[1][1] == 0


def test_the_newest_and_how_many_more(many, mlctl):
    store = many / "mlstore"
    ran = mlctl("experiment", "list", "--top", "2", "--store", store)
    assert [line.split()[0] for line in ran.out.splitlines()] == [
        "name",
        "iris_3f9a1c_300",
        "iris_3f9a1c_299",
    ]
    assert "298 older experiments left out by --top" in ran.err
    document = mlctl("experiment", "list", "--limit", "1", "--json", "--store", store).json
    assert document["rows_left_out"] == 299
    assert document["experiments"][0]["model_version_id"] == "iris_3f9a1c_300"


def test_a_terminal_shows_the_newest_fifty(many, mlctl, monkeypatch):
    monkeypatch.setattr("mlctl.cli.out.is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "120")
    store = many / "mlstore"
    ran = mlctl("experiment", "list", "--store", store)
    assert ran.out.count("iris_3f9a1c_") == 50
    assert "250 older experiments left out; --top 300, or a pipe, shows all" in ran.err
    ran = mlctl("compare", "--store", store)
    assert "250 rows left out; --top N, or a pipe, shows them" in ran.err
    assert "250 rows left out by --top" in mlctl("compare", "--top", "50", "--store", store).err


def test_both_ways_to_compare_show_the_same(many, mlctl):
    store = many / "mlstore"
    for words in (
        ["--format", "csv"],
        ["--all-columns", "--format", "csv"],
        ["--metric", "f1", "--format", "csv"],
    ):
        few = mlctl("compare", "--top", "5", *words, "--store", store).out.splitlines()
        ranked = mlctl("compare", "--top", "5", "--sort", "-accuracy_score", *words, "--store", store)
        if "--metric" not in words:
            assert few == ranked.out.splitlines()
        assert len(few) == 6
