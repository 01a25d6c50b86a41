from pathlib import Path

import pytest

from mlctl.errors import BusyError, DamagedError, MlctlError, NotFoundError, RefusedError, UsageError
from mlctl.files import atomic
from mlctl.store.champion import Event
from mlctl.store.layout import Layout
from tests.files.faults import FaultyOs
from tests.store.conftest import NOW

TIME = "20260109T123000.000000Z"


def promote(store, model, experiment) -> None:
    store.record_event(model, Event(store.stamp(NOW), "me", "promote", None, experiment.model_version_id))


def test_an_experiment_goes_and_comes_back(store, finished):
    one, two = finished(), finished()
    name = store.remove(one, NOW)
    assert name == f"{TIME}_iris_3f9a1c_1"
    assert store.experiments().records == (two,)
    (trashed,) = store.trash_listing()
    assert (trashed.name, trashed.kind, trashed.own_name) == (name, "experiment", "iris_3f9a1c_1")
    assert (trashed.project, trashed.model, trashed.removed_datetime) == ("iris", "species", store.stamp(NOW))
    assert store.restore("iris_3f9a1c_1") == Path(
        "mlstore/projects/iris/models/species/experiments/iris_3f9a1c_1"
    )
    assert store.experiments().records == (one, two)
    store.verify(one)
    assert store.trash_listing() == ()
    assert list((store.root / "trash").iterdir()) == []


def test_a_model_goes_with_its_experiments(store, model, finished):
    made = finished()
    name = store.remove(model, NOW)
    assert store.models().records == store.experiments().records == ()
    assert store.restore(name) == Path("mlstore/projects/iris/models/species")
    assert store.models().records == (model,)
    assert store.experiments().records == (made,)


def test_a_project_leaves_its_number_behind(store, model, finished):
    finished()
    project = store.project("iris")
    store.remove(project, NOW)
    assert store.projects().records == store.projects().damaged == ()
    assert [p.name for p in Layout(store.root).project("iris").iterdir()] == ["number"]
    again, created = store.add_project("iris", "another", NOW)
    assert created
    assert again.project_id != project.project_id
    other, _ = store.add_model("iris", "species", "", NOW)
    with store.new_experiment(other, None, NOW) as opened:
        assert opened.finish().model_version_id == "iris_nogit_2"


def test_a_project_comes_back_to_where_only_its_number_is(store, model, finished):
    made = finished()
    store.remove(store.project("iris"), NOW)
    (Layout(store.root).number("iris")).write_text("17\n")
    assert store.restore("iris") == Path("mlstore/projects/iris")
    assert store.experiments().records == (made,)
    assert finished().model_version_id == "iris_3f9a1c_18"


def test_a_project_without_experiments_leaves_nothing(store):
    project, _ = store.add_project("iris", "", NOW)
    store.remove(project, NOW)
    assert not Layout(store.root).project("iris").exists()
    store.restore("iris")
    assert store.projects().records == (project,)


def test_a_taken_place_is_refused(store, model):
    store.remove(model, NOW)
    store.add_model("iris", "species", "", NOW)
    with pytest.raises(RefusedError, match="there is a model species again"):
        store.restore("species")
    project = store.project("iris")
    store.remove(project, NOW)
    store.add_project("IRIS", "", NOW)
    with pytest.raises(UsageError, match="'iris' differs from 'IRIS' in case alone"):
        store.restore("iris")


def test_what_it_belongs_to_must_be_there(store, model, finished):
    made = finished()
    store.remove(made, NOW)
    store.remove(model, NOW)
    with pytest.raises(RefusedError, match="the model of iris_3f9a1c_1 is gone") as caught:
        store.restore(made.model_version_id)
    assert caught.value.hint == "restore species first"
    store.restore("species")
    store.restore(made.model_version_id)
    assert store.experiments().records == (made,)


def test_a_name_that_was_removed_twice_is_ambiguous(store, model):
    first = store.remove(model, NOW)
    again, _ = store.add_model("iris", "species", "again", NOW)
    second = store.remove(again, NOW)
    assert second == f"{first}_2"
    with pytest.raises(NotFoundError, match=f"'species' was removed 2 times: {first}, {second}"):
        store.restore("species")
    store.restore(second)
    assert store.models().records == (again,)


def test_what_is_not_in_the_trash(store, model):
    store.remove(model, NOW)
    with pytest.raises(NotFoundError, match="no 'specie' in the trash") as caught:
        store.restore("specie")
    assert caught.value.hint == "did you mean species?"
    with pytest.raises(NotFoundError) as caught:
        store.restore("zzz")
    assert "trash/" in caught.value.hint


def test_the_champion_is_not_removed(store, model, finished):
    made = finished()
    promote(store, model, made)
    with pytest.raises(RefusedError, match="iris_3f9a1c_1 is the champion of iris/species"):
        store.remove(made, NOW)
    store.remove(model, NOW)


def test_what_runs_is_not_removed(store, model):
    with store.new_experiment(model, None, NOW) as opened:
        for record in (opened.experiment, model, store.project("iris")):
            with pytest.raises(BusyError, match="iris_nogit_1 is still running"):
                store.remove(record, NOW)
    store.remove(store.project("iris"), NOW)


def test_what_is_gone_cannot_be_removed(store, model):
    store.remove(model, NOW)
    with pytest.raises(NotFoundError):
        store.remove(model, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "kind: file\nproject: iris\n",
        "kind: model\nproject: iris\nmodel: ../../etc\n",
        "kind: project\nproject: iris\nmodel: species\n",
        "kind: experiment\nproject: iris\nmodel: species\n",
        "kind: [project]\nproject: iris\n",
    ],
)
def test_what_does_not_say_where_it_came_from_is_not_listed(store, model, text):
    name = store.remove(model, NOW)
    (store.root / "trash" / name / "from.yaml").write_text(text)
    (store.root / "trash" / "README").write_text("foreign")
    assert store.trash_listing() == ()


def test_an_empty_place_in_the_trash_is_what_a_crash_left(store, model, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("mlctl.files.move", lambda *args: (_ for _ in ()).throw(MlctlError("killed")))
        with pytest.raises(MlctlError, match="killed"):
            store.remove(model, NOW)
    assert store.models().records == (model,)
    assert store.trash_listing() == ()
    assert store.remove(model, NOW).endswith("_2")


def test_a_trash_that_git_did_not_keep(store, model):
    (store.root / "trash").rmdir()
    assert store.trash_listing() == ()
    store.remove(model, NOW)
    assert len(store.trash_listing()) == 1


def test_a_trash_behind_a_link_is_not_followed(store, model, tmp_path):
    (store.root / "trash").rmdir()
    (store.root / "trash").symlink_to(tmp_path)
    for attempt in (store.trash_listing, lambda: store.restore("x"), lambda: store.remove(model, NOW)):
        with pytest.raises(DamagedError, match="mlstore/trash is a link"):
            attempt()


def test_a_full_disk_at_any_step_loses_nothing(store, model, finished, monkeypatch):
    made = finished()
    steps = 0
    for step in range(1, 80):
        faulty = FaultyOs(step)
        with monkeypatch.context() as patch:
            patch.setattr(atomic, "os", faulty)
            try:
                store.remove(model, NOW)
            except MlctlError:
                steps += 1
        if not store.models().records:
            store.restore(store.trash_listing()[-1].name)
        assert store.experiments().records == (made,)
        assert store.experiments().damaged == store.models().damaged == ()
        if faulty.failed is None:
            break
    assert steps > 10
