from contextlib import suppress

import pytest

from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.store import lookup
from mlctl.store.layout import Layout
from tests.files.faults import FaultyOs
from tests.store.conftest import NOW


def test_a_project_and_a_model(store):
    project, created = store.add_project("iris", "flowers", NOW)
    assert created
    assert (project.project_name, project.description) == ("iris", "flowers")
    assert project.created_datetime == "2026-01-09T12:30:00.000000Z"
    assert len(project.project_id) == 32
    model, created = store.add_model("iris", "species", "which one", NOW)
    assert created
    assert (model.project_id, model.project_name, model.model_name) == (project.project_id, "iris", "species")
    assert store.project("iris") == project
    assert store.model("iris", "species") == model
    folder = Layout(store.root).project("iris")
    assert sorted(p.name for p in folder.iterdir()) == ["datasets", "meta.yaml", "models"]
    assert list((store.root / "tmp").iterdir()) == []


def test_what_is_there_is_returned_as_it_is(store, model):
    assert store.add_project("iris", "other words", NOW) == (store.project("iris"), False)
    assert store.project("iris").description == "flowers"
    assert store.add_model("iris", "species", "other words", NOW) == (model, False)


@pytest.mark.parametrize("name", ["", "..", "12", "a/b", "-x", ".x", "a\x07", "x" * 65, "a:b"])
def test_names_that_break_a_rule(store, name):
    with pytest.raises(UsageError, match="project name"):
        store.add_project(name, "", NOW)
    store.add_project("iris", "", NOW)
    with pytest.raises(UsageError, match="model name"):
        store.add_model("iris", name, "", NOW)


@pytest.mark.parametrize("name", ["고객 이탈", "日本語", "école", "it's", "a.b_c-d", "x" * 64])
def test_names_in_any_script(store, name):
    store.add_project(name, "", NOW)
    made, _ = store.add_model(name, name, "", NOW)
    assert store.models(name).records == (made,)


def test_names_that_differ_in_case_alone(store, model):
    with pytest.raises(UsageError, match="'Iris' differs from 'iris' in case alone"):
        store.add_project("Iris", "", NOW)
    with pytest.raises(UsageError, match="'SPECIES' differs from 'species' in case alone"):
        store.add_model("iris", "SPECIES", "", NOW)


def test_a_model_needs_its_project(store):
    with pytest.raises(NotFoundError, match="no project 'iris'"):
        store.add_model("iris", "species", "", NOW)


def test_a_damaged_one_is_not_made_again(store, model):
    (Layout(store.root).project("iris") / "meta.yaml").write_text("[")
    with pytest.raises(DamagedError):
        store.add_project("iris", "", NOW)


@pytest.mark.parametrize("kind", ["project", "model"])
def test_two_that_add_the_same_get_the_same(store, model, monkeypatch, kind):
    real = getattr(lookup, kind)

    def not_yet(*args):
        monkeypatch.setattr(lookup, kind, real)
        raise NotFoundError("not yet: somebody else makes it between the look and the lock")

    monkeypatch.setattr(lookup, kind, not_yet)
    if kind == "project":
        assert store.add_project("iris", "", NOW) == (store.project("iris"), False)
    else:
        assert store.add_model("iris", "species", "", NOW) == (model, False)


def test_a_full_disk_leaves_no_project(store, monkeypatch):
    failed = set()
    for step in range(1, 60):
        faulty = FaultyOs(step)
        with monkeypatch.context() as patch:
            patch.setattr("mlctl.files.atomic.os", faulty)
            with suppress(MlctlError):
                store.add_project("iris", "", NOW)
        if faulty.failed is None:
            break
        failed.add(faulty.failed)
        listing = store.projects()
        assert listing.damaged == ()
        assert list((store.root / "tmp").iterdir()) == []
        for project in listing.records:
            # What failed was the lock's text, or the last sync: the project is there, and whole.
            store.remove(project, NOW)
    assert failed >= {"mkdir", "open", "write", "fsync", "replace", "rename"}


def test_a_read_only_store_says_so(read_only):
    with read_only as store, pytest.raises(MlctlError, match=r"cannot lock .*permission denied") as caught:
        store.add_project("other", "", NOW)
    assert caught.value.exit_code == 1
    assert "can still be read" in caught.value.hint
