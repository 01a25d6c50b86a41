from pathlib import Path

import pytest

from mlctl.errors import DamagedError
from mlctl.store.layout import Layout
from mlctl.store.pages import README

LAYOUT = Layout(Path("/data/work/mlstore"))


def test_the_paths_are_those_of_the_format():
    root = "/data/work/mlstore/"
    assert [str(path).removeprefix(root) for path in (LAYOUT.format, LAYOUT.readme, LAYOUT.gitignore)] == [
        "FORMAT",
        "README",
        ".gitignore",
    ]
    assert [path.name for path in (LAYOUT.lock, LAYOUT.index, LAYOUT.tmp, LAYOUT.trash, LAYOUT.damaged)] == [
        "lock",
        "index.sqlite",
        "tmp",
        "trash",
        "damaged",
    ]
    assert str(LAYOUT.number("iris")) == f"{root}projects/iris/number"
    assert str(LAYOUT.dataset("iris", "iris_3f9a1c_1")) == f"{root}projects/iris/datasets/iris_3f9a1c_1.yaml"
    assert str(LAYOUT.champion("iris", "species")) == f"{root}projects/iris/models/species/champion"
    assert str(LAYOUT.events("iris", "species")) == f"{root}projects/iris/models/species/events.jsonl"
    assert (
        str(LAYOUT.experiment("iris", "species", "iris_3f9a1c_1"))
        == f"{root}projects/iris/models/species/experiments/iris_3f9a1c_1"
    )


def test_paths_are_shown_relative_to_what_holds_the_store():
    assert LAYOUT.shown(LAYOUT.lock) == "mlstore/lock"
    assert LAYOUT.shown(Path("/data/work/raw/a.csv")) == "raw/a.csv"
    assert LAYOUT.shown(Path("/data/raw/a.csv")) == "../raw/a.csv"


def test_links_inside_are_refused_and_the_store_itself_may_be_behind_one(tmp_path):
    (tmp_path / "real" / "projects").mkdir(parents=True)
    (tmp_path / "mlstore").symlink_to(tmp_path / "real")
    layout = Layout(tmp_path / "mlstore")
    assert layout.unlinked(layout.project("iris")) == layout.project("iris")
    (tmp_path / "real" / "projects" / "iris").symlink_to(tmp_path)
    with pytest.raises(DamagedError, match="mlstore/projects/iris is a link"):
        layout.unlinked(layout.model("iris", "species"))


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 12
