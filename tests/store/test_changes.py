import threading

import pytest

from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.store import changes
from mlctl.store.layout import Layout
from tests.store.conftest import NOW
from tests.store.test_datasets import add


def test_descriptions_are_replaced(store, model, finished):
    made = finished()
    assert store.update(store.project("iris"), description="a").description == "a"
    assert store.update(model, description="b", task="regression", metric="r2_score").task == "regression"
    changed = store.update(made, description="c")
    assert (changed.description, changed.project_name, changed.model_name) == ("c", "iris", "species")
    assert store.project("iris").description == "a"
    assert store.model("iris", "species").metric == "r2_score"
    assert store.experiments().records == (changed,)


def test_evaluations_and_artifacts_are_merged(store, finished):
    made = finished(evaluations={"test": {"r2_score": 0.5, "max_error": 2}, "train": {"r2_score": 0.9}})
    changed = store.update(
        made,
        evaluations={"test": {"r2_score": 0.6}, "new data": {"r2_score": 0.1}},
        artifact_file_paths={"roc": "plots/roc.png"},
    )
    assert changed.evaluations == {
        "test": {"r2_score": 0.6, "max_error": 2},
        "train": {"r2_score": 0.9},
        "new data": {"r2_score": 0.1},
    }
    assert changed.artifact_file_paths == {"parameters": "params.yaml", "roc": "plots/roc.png"}
    store.verify(changed)


def test_a_score_takes_the_place_of_folds(store, finished):
    folds = {"mean": 0.5, "std": 0.1, "folds": [0.4, 0.6]}
    made = finished(evaluations={"cross_validation": {"r2_score": folds}})
    changed = store.update(made, evaluations={"cross_validation": {"r2_score": 0.7}})
    assert changed.evaluations == {"cross_validation": {"r2_score": 0.7}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "finished"}, "status cannot be set"),
        ({"experiment_id": "x"}, "experiment_id cannot be set"),
        ({"colour": "x"}, "colour cannot be set"),
        ({"description": 5}, "description: 5 is not text"),
        ({"evaluations": {"test": "x"}}, r"evaluations\.test: 'x' is no mapping"),
        ({"evaluations": 5}, "evaluations: 5 is no mapping"),
        ({"artifact_file_paths": {"x": "/etc/passwd"}}, "does not lie within"),
    ],
)
def test_what_cannot_be_set(store, finished, change, said):
    made = finished()
    with pytest.raises(UsageError, match=said):
        store.update(made, **change)
    assert store.experiments().records == (made,)


def test_notes_and_tags(store, finished):
    made = finished()
    store.note(made, "first", NOW)
    noted = store.note(made, "둘째", NOW)
    time = "2026-01-09T12:30:00.000000Z"
    assert noted.notes == [{"time": time, "text": "first"}, {"time": time, "text": "둘째"}]
    assert store.tag(made, ["good", "keep"]).tags == ["good", "keep"]
    assert store.tag(made, "good").tags == ["keep", "good"]
    assert store.tag(made, ["keep", "never there"], remove=True).tags == ["good"]
    with pytest.raises(UsageError, match="tag name"):
        store.tag(made, "a/b")
    assert store.experiments().records[0].notes == noted.notes


def test_datasets_may_be_noted_and_tagged(store, model, tmp_path):
    made = add(store, tmp_path)
    assert store.tag(store.note(made, "x", NOW), "raw").tags == ["raw"]
    assert store.dataset("iris", made.dataset).notes[0]["text"] == "x"


def test_keys_of_a_later_version_are_kept(store, model):
    path = Layout(store.root).model("iris", "species") / "meta.yaml"
    path.write_text(path.read_text() + "later_key: [1]\n")
    store.update(model, description="new")
    assert store.read_yaml(path)["later_key"] == [1]


def test_two_changes_do_not_lose_one_another(store, finished):
    made = finished()
    threads = [threading.Thread(target=store.tag, args=(made, f"tag{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.experiments().records[0].tags) == [f"tag{number}" for number in range(8)]


def test_what_was_removed_meanwhile(store, finished):
    made = finished()
    store.remove(made, NOW)
    with pytest.raises(NotFoundError, match="cannot read"):
        store.tag(made, "x")


def test_another_one_of_the_same_name(store, model):
    store.remove(model, NOW)
    store.add_model("iris", "species", "", NOW)
    with pytest.raises(
        NotFoundError, match=r"mlstore/projects/iris/models/species/meta.yaml is another one now"
    ):
        store.tag(model, "x")


def test_a_damaged_record_is_not_written_over(store, finished):
    made = finished()
    path = changes.record_path(Layout(store.root), made)
    path.write_text("[")
    with pytest.raises(DamagedError):
        store.tag(made, "x")
    assert path.read_text() == "["


def test_a_link_on_the_way_is_not_followed(store, finished, tmp_path):
    made = finished()
    directory = store.experiment_directory(made)
    directory.rename(tmp_path / "elsewhere")
    directory.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DamagedError, match="iris_3f9a1c_1 is a link"):
        store.tag(made, "x")


def test_a_read_only_store_says_so(read_only):
    with read_only as store, pytest.raises(MlctlError, match=r"cannot lock .*permission denied"):
        store.tag(store.project("iris"), "x")
