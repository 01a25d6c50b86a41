"""Experiments of another place come in whole, and replace what they were before."""

from datetime import UTC, datetime

import pytest

from mlctl import files
from mlctl.errors import NotFoundError, UsageError
from mlctl.store import bring
from mlctl.store.layout import Layout
from mlctl.store.site import Site
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
TREE = {"experiment_id": "a" * 32, "created_datetime": "2020-01-01T00:00:00.000000Z"}


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", NOW)[0]


@pytest.fixture
def model(store):
    store.add_project("iris", "", NOW)
    return store.add_model("iris", "species", "", NOW)[0]


@pytest.fixture
def site(store):
    return Site(Layout(store.root))


def fill(folder):
    """Write an artifact."""
    files.write_staged(folder / "a.txt", "a")
    return {"artifact_file_paths": {"a": "a.txt"}}


def test_one_comes_in(store, site, model):
    made = bring.bring(site, model, TREE, fill, "3f9a1c" + "0" * 34, status="finished", now=NOW)
    assert made.model_version_id == "iris_3f9a1c_1"
    assert list(store.experiments().records) == [made]
    store.verify(made)
    other = bring.bring(
        site, model, {**TREE, "experiment_id": "b" * 32}, fill, "no commit", status="failed", now=NOW
    )
    assert other.model_version_id == "iris_nogit_2"
    assert not (store.experiment_directory(other) / "SHA256SUMS").exists()
    assert store.new_experiment(model, None, NOW).experiment.model_version_id == "iris_nogit_3"
    assert not list(site.tmp.iterdir())


def test_one_takes_the_place_of_another(store, site, model):
    first = bring.bring(site, model, TREE, fill, None, status="interrupted", now=NOW)
    first = store.note(store.tag(first, ["good"]), "mine", NOW)
    again = bring.bring(
        site, model, {**TREE, "tags": ["good", "new"]}, fill, None, status="finished", now=NOW, instead=first
    )
    assert again.model_version_id == first.model_version_id
    assert again.tags == ["good", "new"]
    assert [note["text"] for note in again.notes] == ["mine"]
    assert [one.own_name for one in store.trash_listing()] == [first.model_version_id]
    assert len(store.experiments().records) == 1


def test_many_come_in_at_once(store, site, model):
    with store.scratch() as place:
        drafts = [
            bring.stage(place, model, {**TREE, "experiment_id": f"{n:032x}"}, fill, None, status="finished")
            for n in range(12)
        ]
        assert drafts[0].bytes > 0
        made = store.put_drafts(model, drafts, NOW)
    assert [one.model_version_id for one in made] == [f"iris_nogit_{n}" for n in range(1, 13)]
    known = store.known_experiments()
    assert set(known.here) == {f"{n:032x}" for n in range(12)}


def test_a_directory_of_anothers_is_counted(store, site, model):
    with store.scratch() as place:
        draft = bring.stage(place, model, TREE, fill, None, status="finished")

        def meanwhile(_):
            (site.layout.experiments("iris", "species") / "iris_nogit_9").mkdir()

        original, bring._sync = bring._sync, meanwhile
        try:
            store.put_drafts(model, [draft], NOW)
        finally:
            bring._sync = original
    assert store.new_experiment(model, None, NOW).experiment.model_version_id == "iris_nogit_10"


def test_nothing_is_left_of_one_that_cannot_come_in(store, site, model):
    with pytest.raises(UsageError):
        bring.bring(site, model, {**TREE, "description": 3}, fill, None, status="finished", now=NOW)

    def torn(folder):
        fill(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring.bring(site, model, TREE, torn, None, status="finished", now=NOW)
    store.remove(model, NOW)
    with pytest.raises(NotFoundError):
        bring.bring(site, model, TREE, fill, None, status="finished", now=NOW)
    assert not list(site.tmp.iterdir())
    assert not store.experiments().records


def test_the_trash_is_known(store, site, model):
    one = bring.bring(site, model, TREE, fill, None, status="finished", now=NOW)
    store.remove(one, NOW)
    bring.bring(site, model, {**TREE, "experiment_id": "b" * 32}, fill, None, status="finished", now=NOW)
    store.remove(model, NOW)
    (site.layout.trash / "odd" / "item").mkdir(parents=True)
    (site.layout.trash / "odd" / "item" / "meta.yaml").write_text("a: 1\n")
    (site.layout.trash / "bare" / "item").mkdir(parents=True)
    assert store.known_experiments().trashed == {"a" * 32, "b" * 32}
