import os
import subprocess
import sys

import pytest

from mlctl.errors import DamagedError
from mlctl.store import numbers
from mlctl.store.layout import Layout
from tests.store.conftest import NOW

SIXTEEN_AT_ONCE = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from mlctl.store import find
store = find(Path(sys.argv[1]), explicit=None, environ={})
model = store.model("iris", "species")
waiting, go = os.pipe()
children = []
for _ in range(16):
    children.append(os.fork())
    if not children[-1]:
        os.close(go)
        os.read(waiting, 1)
        for _ in range(2):
            store.new_experiment(model, "3f9a1c", datetime.now(UTC)).finish()
        os._exit(0)
os.close(go)
print([os.waitpid(child, 0)[1] for child in children])
"""


def test_numbers_count_up_within_a_project(store, model, finished):
    other, _ = store.add_model("iris", "other", "", NOW)
    wine, _ = store.add_project("wine", "", NOW)
    kind, _ = store.add_model("wine", "kind", "", NOW)
    drawn = []
    for owner in (model, other, kind, model):
        with store.new_experiment(owner, None, NOW) as opened:
            drawn.append(opened.experiment.model_version_id)
    assert drawn == ["iris_nogit_1", "iris_nogit_2", "wine_nogit_1", "iris_nogit_3"]
    assert (store.root / "projects/iris/number").read_text() == "3\n"
    assert wine.project_name == "wine"


def test_a_number_is_never_used_again(store, model, finished):
    store.remove(finished(), NOW)
    assert finished().model_version_id == "iris_3f9a1c_2"


@pytest.mark.parametrize("content", [None, b"", b"x", b"-5", b"\xff", b"3.5", b"2\n2\n"])
def test_a_number_that_is_behind_is_raised_to_the_highest_directory(store, model, finished, content):
    finished()
    Layout(store.root).experiment("iris", "species", "iris_nogit_40").mkdir()
    path = store.root / "projects/iris/number"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert finished().model_version_id == "iris_3f9a1c_41"


def test_directories_are_only_looked_at_when_somebody_else_was_there(store, model, finished, monkeypatch):
    looked = []
    real = numbers._highest
    monkeypatch.setattr(numbers, "_highest", lambda *args: looked.append(1) or real(*args))
    finished()
    finished()
    finished()
    assert len(looked) == 1  # the first of all: nobody knows yet
    made = Layout(store.root).experiment("iris", "species", "iris_000000_9")
    made.mkdir()
    os.utime(made.parent, (1, 1))
    assert finished().model_version_id == "iris_3f9a1c_10"
    assert len(looked) == 2


def test_a_link_in_its_place_is_not_followed(store, model, tmp_path):
    (tmp_path / "outside").write_text("5\n")
    (store.root / "projects/iris/number").symlink_to(tmp_path / "outside")
    with pytest.raises(DamagedError):
        store.new_experiment(model, None, NOW)
    assert (tmp_path / "outside").read_text() == "5\n"


def test_sixteen_processes_at_once_draw_different_numbers(store, model):
    code = [sys.executable, "-c", SIXTEEN_AT_ONCE, str(store.root)]
    assert subprocess.check_output(code, text=True) == f"{[0] * 16}\n"
    listing = store.experiments()
    assert [e.model_version_id for e in listing.records] == [f"iris_3f9a1c_{n}" for n in range(1, 33)]
    assert {e.status for e in listing.records} == {"finished"}
    assert listing.damaged == ()
    assert (store.root / "projects/iris/number").read_text() == "32\n"
    assert list((store.root / "tmp").iterdir()) == []
