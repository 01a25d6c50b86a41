import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mlctl.store import Store, catalogue, find
from mlctl.store.index import UNSETTLED, Index
from mlctl.store.layout import Layout
from mlctl.store.listing import DamagedRecord, Listing
from mlctl.store.site import Site
from tests.store.conftest import NOW


def warm(store: Store, settle) -> dict:
    """Have everything in the index, and return what it then holds of the experiments."""
    settle(store.root)
    store.projects(), store.models(), store.experiments()
    return Index(store.root / "index.sqlite").load("experiment")


def test_listings_by_name_and_number(store, model, finished):
    for _ in range(11):
        finished()
    store.add_project("abalone", "", NOW)
    assert [p.project_name for p in store.projects().records] == ["abalone", "iris"]
    assert [(m.project_name, m.model_name) for m in store.models().records] == [("iris", "species")]
    assert store.models("abalone").records == ()
    versions = [e.model_version_id for e in store.experiments().records]
    assert versions == [f"iris_3f9a1c_{number}" for number in range(1, 12)]
    assert store.experiments("iris", "species") == store.experiments(None, "species") == store.experiments()
    assert store.experiments("iris", "other").records == ()


def test_what_the_place_tells_is_filled_in_and_not_repeated(store, model, finished):
    made = finished()
    assert store.experiments().records == (made,)
    assert (made.project_name, made.model_name, made.model_id) == ("iris", "species", model.model_id)
    text = (store.experiment_directory(made) / "meta.yaml").read_text()
    assert "project_name" not in text
    assert "model_name" not in text


def test_a_warm_index_gives_the_same_as_the_files(store, model, finished, settle):
    finished(evaluations={"test": {"r2_score": 0.5}}, parameters={"한글": [1, None, 1e-7]})
    cold = store.projects(), store.models(), store.experiments()
    entries = warm(store, settle)
    assert len(entries) == 1
    assert (store.projects(), store.models(), store.experiments()) == cold
    # What is believed is the index: the file may say anything while its stamp is the same.
    path = store.experiment_directory(cold[2].records[0]) / "meta.yaml"
    stat = path.stat()
    path.write_bytes(b"?" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert store.experiments() == cold[2]


def test_what_was_written_just_now_is_kept_and_not_believed(store, finished, read_again):
    made = finished()
    assert store.experiments().records == (made,)
    (entry,) = Index(store.root / "index.sqlite").load("experiment").values()
    assert entry.stamp == UNSETTLED
    assert read_again() == [made.model_version_id] == read_again()


@pytest.fixture
def read_again(store, monkeypatch) -> Callable[[], list[str]]:
    """List the experiments, and name those whose files were read."""
    read: list[str] = []
    real = catalogue._read

    def counted(scan, kind, key, path, stamp):
        read.append(key.name)
        return real(scan, kind, key, path, stamp)

    monkeypatch.setattr(catalogue, "_read", counted)

    def again() -> list[str]:
        read.clear()
        store.experiments()
        return list(read)

    return again


def test_only_what_changed_is_read_again(store, finished, settle, read_again):
    one, two = finished(), finished()
    warm(store, settle)
    assert read_again() == []
    store.update(two, description="changed")
    assert [e.description for e in store.experiments().records] == ["", "changed"]
    assert read_again() == [two.model_version_id]
    assert one.model_version_id not in read_again()


def test_what_a_person_edits_in_place_shows(store, finished, settle):
    made = finished()
    warm(store, settle)
    path = store.experiment_directory(made) / "meta.yaml"
    with path.open("r+") as stream:
        text = stream.read().replace("description: ''", "description: by hand")
        stream.seek(0)
        stream.write(text)
    assert store.experiments().records[0].description == "by hand"


def test_what_comes_back_is_seen_again(store, finished, settle, read_again):
    """A walk gives the same fingerprint as before the removal: what the index forgot meanwhile is read."""
    one, _ = finished(), finished()
    warm(store, settle)
    name = store.remove(one, NOW)
    assert len(store.experiments().records) == 1
    store.restore(name)
    assert read_again() == [one.model_version_id]
    assert len(store.experiments().records) == 2


def test_models_that_are_gone_are_forgotten(store, finished, settle):
    finished()
    warm(store, settle)
    store.remove(store.project("iris"), NOW)
    assert store.experiments() == Listing(())
    assert Index(store.root / "index.sqlite").load("experiment") == {}


def test_what_is_gone_leaves_the_index(store, finished, settle):
    one, two = finished(), finished()
    assert len(warm(store, settle)) == 2
    store.remove(one, NOW)
    assert store.experiments().records == (two,)
    assert [key.name for key in Index(store.root / "index.sqlite").load("experiment")] == [
        two.model_version_id
    ]


def test_a_copied_store_reads_its_own_files(store, finished, settle, tmp_path):
    made = finished()
    warm(store, settle)
    shutil.copytree(store.root, tmp_path / "copy" / "mlstore")
    copy = find(tmp_path / "copy", explicit=None, environ={})
    copy.update(made, description="of the copy")
    assert copy.experiments().records[0].description == "of the copy"
    assert store.experiments().records[0].description == ""


def test_a_warm_listing_imports_neither_yaml_nor_anything_heavy(store, finished, settle):
    for _ in range(3):
        finished()
    store.champion(store.models().records[0])
    warm(store, settle)
    heavy = "yaml", "numpy", "pydantic", "hashlib", "zstandard", "tempfile", "logging", "tarfile"
    code = (
        "import sys; before = set(sys.modules)\n"
        "from pathlib import Path; from mlctl.store import find\n"
        f"store = find(Path({str(store.root)!r}), explicit=None, environ={{}})\n"
        "store.project('iris'), store.model('iris', 'species'), store.models(), store.datasets('iris')\n"
        f"print(len(store.experiments().records), [m for m in {heavy} if m in set(sys.modules) - before])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "3 []\n"


def test_a_damaged_record_costs_itself_alone(store, finished, settle):
    experiments = [finished() for _ in range(6)]
    files = [store.experiment_directory(e) / "meta.yaml" for e in experiments]
    files[0].write_bytes(b"\xff\xfe")
    files[1].write_text(files[2].read_text())
    files[2].unlink()
    files[3].unlink()
    os.mkfifo(files[3])
    files[4].write_text("a: [")
    for _ in range(2):
        listing = store.experiments()
        assert [e.model_version_id for e in listing.records] == ["iris_3f9a1c_6"]
        found = {d.path.split("/")[-2]: d.reason for d in listing.damaged}
        assert {d.path.split("/")[0] for d in listing.damaged} == {"mlstore"}
        assert found["iris_3f9a1c_1"] == "byte 0 is not UTF-8"
        assert found["iris_3f9a1c_2"] == (
            "model_version_id is 'iris_3f9a1c_3', and its place says 'iris_3f9a1c_2'"
        )
        assert found["iris_3f9a1c_3"] == "it is missing"
        assert found["iris_3f9a1c_4"] == "it is no regular file"
        assert "line 1" in found["iris_3f9a1c_5"]
        settle(store.root)
    assert {key.name for key, e in warm(store, settle).items() if e.tree is None} == {
        "iris_3f9a1c_1",
        "iris_3f9a1c_2",
        "iris_3f9a1c_5",
    }


def test_a_record_that_may_not_be_read_is_named_and_not_remembered(store, finished, settle, monkeypatch):
    made = finished()
    settle(store.root)
    real = os.open

    def refused(path, *args, **more):
        if str(path).endswith(f"{made.model_version_id}/meta.yaml"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        (damaged,) = store.experiments().damaged
    assert "permission denied" in damaged.reason
    assert store.experiments().records == (made,)


def test_an_experiment_of_another_project_is_out_of_place(store, model, finished):
    made = finished()
    wine, _ = store.add_project("wine", "", NOW)
    other, _ = store.add_model("wine", "kind", "", NOW)
    target = Layout(store.root).experiment("wine", "kind", made.model_version_id)
    shutil.copytree(store.experiment_directory(made), target)
    assert store.experiments("wine").damaged == (
        DamagedRecord(
            "mlstore/projects/wine/models/kind/experiments/iris_3f9a1c_1/meta.yaml",
            "it belongs to the project 'iris'",
        ),
    )
    assert (wine.project_name, other.model_name) == ("wine", "kind")


def test_a_whole_that_is_removed_while_this_looks_is_no_damage(store, finished, monkeypatch):
    made = finished()
    directory = store.experiment_directory(made)
    real = catalogue._read

    def removed(*args):
        shutil.rmtree(directory)
        return real(*args)

    monkeypatch.setattr(catalogue, "_read", removed)
    listing = catalogue.experiments(Site(Layout(store.root)))
    assert (listing.records, listing.damaged) == ((), ())


def test_a_dataset_whose_record_goes_while_this_looks_is_named(store, model):
    site = Site(Layout(store.root))
    path = site.layout.dataset("iris", "iris_nogit_1")
    path.mkdir(parents=True)
    (damaged,) = catalogue.datasets(site, "iris").damaged
    assert damaged.reason == "it is no regular file"


def test_a_read_only_store_lists_and_keeps_quiet_about_its_index(read_only):
    with read_only as store:
        assert [m.model_name for m in store.models().records] == ["species"]
        assert not (store.root / "index.sqlite").exists()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=300),
    which=st.sampled_from(["number", "champion", "events.jsonl", "index.sqlite"]),
)
@example(data=b"\xb2\n", which="number")
def test_any_bytes_in_the_other_files_are_no_traceback(store, model, data, which):
    (path,) = (
        p
        for p in (
            Layout(store.root).number("iris"),
            Layout(store.root).champion("iris", "species"),
            Layout(store.root).events("iris", "species"),
            store.root / "index.sqlite",
        )
        if p.name == which
    )
    path.write_bytes(data)
    with store.new_experiment(model, None, NOW) as opened:
        opened.finish()
        assert store.experiments().records[-1] == opened.experiment
    assert store.experiments().damaged == ()
    assert store.champion(model) is None
    assert store.events(model) == ()


@pytest.mark.parametrize("name", ["lock", "number"])
def test_reading_needs_neither_lock_nor_number(store, finished, name):
    made = finished()
    for path in store.root.rglob(name):
        path.unlink()
    assert store.experiments().records == (made,)


def test_a_damaged_model_costs_itself_alone(store, model):
    store.add_project("wine", "", NOW)
    for name in ("torn", "gone"):
        store.add_model("wine", name, "", NOW)
    layout = Layout(store.root)
    (layout.model("wine", "torn") / "meta.yaml").write_text("a: [")
    (layout.model("wine", "gone") / "meta.yaml").unlink()
    listing = store.models()
    assert listing.records == (model,)
    assert [d.path.split("/")[-2] for d in listing.damaged] == ["gone", "torn"]
