"""What the index answers, held against the records themselves."""

import os
import sqlite3
from datetime import timedelta

import pytest

from mlctl.domain.refs import latest_first
from mlctl.store import catalogue, index_fresh, index_names, index_tables
from mlctl.store.index import FlippedError, Index
from mlctl.store.index_places import Among, Near
from mlctl.store.index_shelf import Shelf
from tests.store.conftest import NOW


def scored(mean: float | None, *folds: float, metric: str = "accuracy_score") -> dict:
    return {"cross_validation": {metric: {"mean": mean, "std": 0.0, "folds": list(folds)}}}


@pytest.fixture
def filled(finished, store):
    """Six experiments: two ladders, two keys, one not allowed, one without a score."""
    common = {"metric": "accuracy_score", "comparison_key": "new"}
    return [
        finished(
            "dummy", **common | {"comparison_key": "old"}, ladder_id="a", evaluations=scored(0.3, 0.3, 0.3)
        ),
        finished("dummy", **common, ladder_id="b", evaluations=scored(0.4, 0.4, 0.4), parameters={"C": 1}),
        finished(
            "svc", **common, ladder_id="b", evaluations=scored(0.9, 0.9, 0.9), parameters={"C": {"d": 2}}
        ),
        finished("knn", **common, ladder_id="b", evaluations=scored(0.9, 0.8, 1.0)),
        finished(
            "mlp", **common, eligible={"ok": False, "reasons": ["slow"]}, evaluations=scored(0.99, 0.99, 0.99)
        ),
        finished("tree", **common),
    ]


def names(found) -> list[str]:
    return [e.rung for e in found]


def test_orders_and_counts(store, filled):
    def question(view, damaged):
        assert damaged == ()
        assert view.count() == view.count() == 6
        assert list(view.all()) == filled
        assert list(view.newest()) == latest_first(filled)
        assert names(view.newest(2)) == ["tree", "mlp"]
        assert names(view.named([filled[1].model_version_id, "none"])) == ["dummy"]
        assert view.statuses() == {"finished": 6}
        assert names(view.newest_with_metric()) == names(view.newest_finished()) == ["tree"]
        assert names(view.newest_allowed()) == ["tree"]
        assert names(view.latest_ladder()) == ["dummy", "svc", "knn"]
        assert [e.model_version_id for e in view.dummy("new")] == [filled[1].model_version_id]
        assert names(view.related("old", "b")) == ["dummy", "dummy", "svc", "knn"]
        assert len(view.shapes()) == 4
        return True

    assert store.ask(question)
    assert store.ask(question, "iris", "species")


def test_rankings(store, filled):
    def question(view, _):
        rows = view.ranked("accuracy_score", 9, descending=True)
        assert names(view.read(rows)) == ["mlp", "svc", "knn", "dummy", "dummy", "tree"]
        assert names(view.read(view.ranked("accuracy_score", 2, descending=False))) == ["dummy", "dummy"]
        assert names(view.best("accuracy_score", descending=True)) == ["svc"]
        assert names(view.best("accuracy_score", descending=False)) == ["dummy"]
        assert names(view.first_scored_dummy("accuracy_score", "new")) == ["dummy"]
        assert names(view.newest_scored("accuracy_score", "new")) == ["knn"]
        assert names(view.newest_scored("accuracy_score", "old")) == ["dummy"]
        among = Among("accuracy_score", "accuracy_score", "new", True, True)
        assert names(view.rivals(among)) == ["svc", "knn", "dummy"]
        assert names(view.rivals(among, Near(2, 0.9, 0.1, 1.0, 1))) == ["svc", "knn"]
        old = among._replace(comparison="old")
        assert names(view.rivals(old)) == ["dummy"]
        return view.has_odd_scores()

    assert store.ask(question, "iris", "species") is False


def test_a_score_that_is_no_number_is_said(store, finished):
    odd = {"mean": float("nan"), "folds": [1.0, float("inf")]}
    finished(evaluations={"cross_validation": {"r2_score": odd}})
    assert store.ask(lambda view, _: view.has_odd_scores())
    finished(evaluations={"cross_validation": {"r2_score": {"mean": 1e308, "folds": [1e308, -1e308]}}})
    assert store.ask(lambda view, _: view.count()) == 2


def test_numbers_that_no_float_holds():
    assert index_tables.number_of(10**400) is None
    assert index_tables.number_of(None) is None
    assert index_tables.number_of(3) == 3.0
    scores = {"a": {"mean": 10**400, "folds": [10**400, 1]}, "b": {"mean": 1, "folds": [10**400, 1]}}
    assert list(index_tables.scores_of({"evaluations": {"cross_validation": scores}})) == [
        ("b", 1.0, 2, None, None)
    ]


def test_what_answers_a_reference(store, filled):
    def question(view, _):
        first = filled[0].model_version_id
        assert [e.model_version_id for e in view.answering(first)] == [first]
        assert [e.model_version_id for e in view.answering("1")] == [first]
        assert view.answering("iris_3f9a1c_") == filled
        assert (
            view.answering("9" * 30)
            == view.answering("x")
            == view.answering("")
            == view.answering("\udc80")
            == []
        )
        return True

    assert store.ask(question)


def test_a_running_one_whose_process_died_counts_as_interrupted(store, model):
    opened = store.new_experiment(model, None, NOW)
    assert store.ask(lambda view, _: view.statuses()) == {"running": 1}
    opened.close()
    assert store.ask(lambda view, _: view.statuses()) == {"interrupted": 1}


def test_the_newest_of_several_models(store, finished):
    one = finished()
    store.add_project("wine", "", NOW)
    store.add_model("wine", "empty", "", NOW)
    other, _ = store.add_model("wine", "kind", "", NOW)
    for _ in range(2):
        store.new_experiment(other, None, NOW).finish()
    found = store.ask(lambda view, _: [e.model_version_id for e in view.newest()])
    assert found == ["wine_nogit_2", one.model_version_id, "wine_nogit_1"]
    assert store.ask(lambda view, _: [e.model_version_id for e in view.newest(1)]) == ["wine_nogit_2"]


def index_of(store) -> Index:
    return Index(store.root / "index.sqlite")


def test_a_ruined_index_is_answered_from_memory_and_made_anew(store, filled, settle):
    settle(store.root)
    assert len(store.experiments().records) == 6
    with sqlite3.connect(index_of(store)._path) as connection:
        connection.execute("UPDATE trees SET tree = replace(tree, 'svc', 'SVC')")
    connection.close()
    assert names(store.experiments().records)[2] == "svc"
    assert not index_of(store)._path.exists()
    assert len(store.experiments().records) == 6
    assert len(index_of(store).load("experiment")) == 6


@pytest.mark.parametrize("length", [0, 100, 5000, 40_000])
def test_a_torn_index_is_made_anew(store, filled, settle, length):
    settle(store.root)
    before = store.experiments()
    path = index_of(store)._path
    path.write_bytes(path.read_bytes()[:length])
    for _ in range(3):
        assert store.experiments() == before
    assert len(index_of(store).load("experiment")) == 6


def test_another_version_is_made_anew(store, filled):
    with sqlite3.connect(index_of(store)._path) as connection:
        connection.execute('CREATE TABLE "a ""table""" (x)')
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert index_names.projects(store.site, "") == []
    assert len(store.experiments().records) == 6


def test_something_else_in_its_place_is_left_alone(store, filled):
    before = store.experiments()
    path = index_of(store)._path
    path.unlink()
    path.mkdir()
    assert store.experiments() == before
    assert path.is_dir()


def test_a_busy_index_is_copied_into_memory(store, filled, settle, monkeypatch):
    monkeypatch.setattr("mlctl.store.index._BUSY_SECONDS", 0.01)
    settle(store.root)
    store.experiments()
    changed = store.update(filled[0], description="changed")
    read = []
    real = catalogue._read
    monkeypatch.setattr(catalogue, "_read", lambda *given: read.append(given[2].name) or real(*given))
    with sqlite3.connect(index_of(store)._path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert store.experiments().records[0] == changed
        assert set(read) == {changed.model_version_id}
    connection.close()


def test_memory_without_what_cannot_be_copied(store, filled, monkeypatch):
    monkeypatch.setattr("mlctl.store.index._BUSY_SECONDS", 0.01)
    store.experiments()
    with sqlite3.connect(index_of(store)._path) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert len(store.experiments().records) == 6
    connection.close()


def test_a_question_that_no_index_answers_fails(store, filled):
    def question(view, _):
        raise FlippedError("always")

    with pytest.raises(AssertionError, match="in memory"):
        store.ask(question)


def test_a_read_only_store_is_asked_as_it_is(store, filled, settle, read_only):
    settle(store.root)
    with read_only as copy:
        found = copy.experiments()
        assert names(found.records) == names(filled)


def test_a_read_only_store_with_an_index_of_a_copy(store, filled, settle, tmp_path):
    """The copy's inodes are others: every file is read again, and nothing is written."""
    settle(store.root)
    store.experiments()
    place = index_of(store)._path
    place.chmod(0o444)
    before = place.read_bytes()
    if os.geteuid():
        store.update(filled[0], description="new")
        assert store.experiments().records[0].description == "new"
        assert place.read_bytes() == before
    assert store.ask(lambda view, _: view.count()) == 6


def test_a_fingerprint_is_not_put_down_where_somebody_else_wrote(store, filled, settle):
    settle(store.root)
    store.experiments()
    with index_of(store).connected("rwc") as connection:
        shelf = Shelf(connection)
        owner, fingerprint = shelf.owner("iris", "species")
        assert fingerprint
        since = shelf.changes()
        shelf.put(owner, {}, ["none"])
        assert shelf.owner("iris", "species") == (owner, "")
        shelf.settle(owner, fingerprint, since)
        assert shelf.owner("iris", "species") == (owner, "")
        shelf.settle(owner, fingerprint, shelf.changes())
        assert shelf.owner("iris", "species") == (owner, fingerprint)
        with pytest.raises(sqlite3.IntegrityError):
            shelf.settle(owner, None, shelf.changes())  # type: ignore[arg-type]  # refused by the table
        assert not connection.in_transaction


def test_many_are_put_down_a_few_at_a_time(store, filled, monkeypatch):
    monkeypatch.setattr(index_fresh, "_AT_ONCE", 4)
    index_of(store)._path.unlink(missing_ok=True)
    assert len(store.experiments().records) == 6
    assert len(index_of(store).load("experiment")) == 6


def test_names_for_tab(store, filled, model):
    site = store.site
    assert index_names.experiments(site, "") == []
    store.experiments(), store.models(), store.projects()
    assert index_names.experiments(site, "iris")[:2] == ["iris_3f9a1c_6", "iris_3f9a1c_5"]
    assert index_names.experiments(site, "2", "iris", "species") == ["2"]
    assert index_names.experiments(site, "", "wine") == []
    assert index_names.projects(site, "i") == ["iris"]
    assert index_names.projects(site, "x") == []
    for path in store.root.rglob("meta.yaml"):
        os.utime(path, ns=(0, 0))
    store.models()
    assert index_names.models(site, "s") == index_names.models(site, "", "iris") == ["species"]
    assert index_names.labels(site, "iris/") == ["iris/species"]
    index_of(store)._path.write_bytes(b"no database at all")
    assert index_names.labels(site, "") == []


def test_created_later_is_not_newer(store, model):
    for hours in (2, 1):
        store.new_experiment(model, None, NOW + timedelta(hours=hours)).finish()
    assert store.ask(lambda view, _: [e.model_version_id for e in view.newest(1)]) == ["iris_nogit_2"]
