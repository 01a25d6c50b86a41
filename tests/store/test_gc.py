import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mlctl.store import Store
from mlctl.store.champion import Event
from mlctl.store.check import check
from mlctl.store.gc import Wish, plan
from mlctl.store.gc_keep import kept
from mlctl.store.gc_sweep import sweep
from tests.store.whole import NOW, dataset, experiment, model_of, promote, site_of, snapshot

LATER = NOW + timedelta(days=100)
PROJECT = "projects/iris"
TRIES = f"{PROJECT}/models/species/experiments"
NOTHING = Wish()
MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def swept_once(tmp_path_factory, whole_once) -> Path:
    """Three experiments as in ``whole``, then one try without data, and the last climb."""
    root = tmp_path_factory.mktemp("gc") / "mlstore"
    shutil.copytree(whole_once, root)
    store = Store(site_of(root))
    model = store.model("iris", "species")
    experiment(store, model, "alone")
    dataset(store, "iris_3f9a1c_5", "c\n3\n")
    experiment(store, model, "dummy", dataset="iris_3f9a1c_5", ladder_id="two", comparison_key="c")
    aged(root)
    return root


@pytest.fixture
def filled(store, swept_once) -> Path:
    shutil.copytree(swept_once, store.root, dirs_exist_ok=True)
    return store.root


def aged(root: Path) -> None:
    """Make every file some months old for the machine's clock as well."""
    for path in root.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)


def names(root: Path, wish: Wish = NOTHING, now: datetime = LATER) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in plan(site_of(root), wish, now).doomed]


def test_nothing_is_deleted_that_nobody_asked_for(filled):
    assert names(filled) == []


def test_old_experiments_go_but_those_that_something_rests_on(filled):
    found = plan(site_of(filled), Wish(keep_last=0), LATER)
    assert [one.name for one in found.doomed] == ["iris_3f9a1c_4"]
    assert dict(found.kept) == {
        "iris_3f9a1c_1": "the baseline of iris_3f9a1c_3",
        "iris_3f9a1c_2": "was the champion",
        "iris_3f9a1c_3": "the champion",
        "iris_3f9a1c_5": "of the last climb",
    }
    assert found.bytes == found.doomed[0].bytes > 0


def test_how_many_and_how_old(filled, store):
    model = store.model("iris", "species")
    for day in (98, 99):
        experiment(store, model, "young", at=NOW + timedelta(days=day))
    assert names(filled, Wish(keep_last=3)) == [("experiment", "iris_3f9a1c_4")]
    assert names(filled, Wish(keep_last=4)) == []
    assert names(filled, Wish(older_than=MONTH)) == [("experiment", "iris_3f9a1c_4")]
    assert names(filled, Wish(keep_last=0, older_than=MONTH)) == [("experiment", "iris_3f9a1c_4")]
    assert len(names(filled, Wish(keep_last=0))) == 3


def test_what_is_tagged_built_or_running_stays(store):
    model = model_of(store)
    experiment(store, model)
    made = [experiment(store, model, "tree") for _ in range(3)]
    store.tag(made[0], "shown")
    store.add_report(made[1], "build", "build.json", "{}")
    with store.new_experiment(model, None, NOW):
        reasons = dict(plan(site_of(store.root), Wish(keep_last=0), LATER).kept)
    assert reasons == {
        "iris_3f9a1c_2": "tagged shown",
        "iris_3f9a1c_3": "a bundle was made of it",
        "iris_nogit_5": "running",
    }


def test_champions_of_a_merged_store_stay_too(store):
    one, two = (experiment(store, model_of(store)) for _ in range(2))
    event = Event("", "", "merged", None, two.model_version_id, [], {"was": "promote"})
    look = Event("", "", "look", one.model_version_id, one.model_version_id)
    assert kept([one, two], [event, look], None) == {two.model_version_id: "was the champion"}


def test_data_goes_with_the_last_experiment_that_was_trained_on_it(store, whole_once):
    shutil.copytree(whole_once, store.root, dirs_exist_ok=True)
    model = store.model("iris", "species")
    dataset(store, "iris_3f9a1c_4", "c\n3\n")
    experiment(store, model, dataset="iris_3f9a1c_4")
    aged(store.root)
    site = site_of(store.root)
    found = plan(site, Wish(keep_last=0), LATER)
    assert [(one.kind, one.name) for one in found.doomed] == [
        ("experiment", "iris_3f9a1c_4"),
        ("dataset", "iris_3f9a1c_4"),
    ]
    done = sweep(site, found)
    assert (done.doomed, done.left) == (found.doomed, ())
    assert done.bytes == found.bytes
    assert not (store.root / TRIES / "iris_3f9a1c_4").exists()
    datasets = sorted(path.name for path in (store.root / PROJECT / "datasets").iterdir())
    assert datasets == ["iris_3f9a1c_1.tar.zst", "iris_3f9a1c_1.yaml"]
    assert list(check(site)) == []
    assert list((store.root / "tmp").iterdir()) == []
    assert experiment(store, model).model_version_id == "iris_3f9a1c_5"


def test_numbers_are_remembered_before_what_bears_them_goes(filled, store):
    (filled / PROJECT / "number").write_text("1\n")
    sweep(site_of(filled), plan(site_of(filled), Wish(keep_last=0), LATER))
    assert (filled / PROJECT / "number").read_text() == "5\n"


def test_a_dataset_by_hand_goes_by_age_alone_and_a_tagged_one_never(filled, store):
    dataset(store, "by_hand", "d\n4\n")
    store.tag(dataset(store, "tagged", "e\n5\n"), "wanted")
    dataset(store, "young", "f\n6\n", at=LATER)
    aged(filled)
    assert names(filled) == []
    assert names(filled, Wish(keep_last=100, older_than=MONTH)) == [("dataset", "by_hand")]


def test_a_shared_archive_stays_with_the_last_that_names_it(filled, store):
    dataset(store, "iris_3f9a1c_8", "g\n7\n")
    dataset(store, "iris_3f9a1c_9", "g\n7\n")
    aged(filled)
    found = plan(site_of(filled), Wish(), LATER)
    assert [(one.name, len(one.paths)) for one in found.doomed] == [
        ("iris_3f9a1c_8", 2),
        ("iris_3f9a1c_9", 1),
    ]
    model = store.model("iris", "species")
    experiment(store, model, dataset="iris_3f9a1c_9")
    assert [(one.name, len(one.paths)) for one in plan(site_of(filled), Wish(), LATER).doomed] == [
        ("iris_3f9a1c_8", 1)
    ]


def test_archives_that_no_record_names(filled):
    datasets = filled / PROJECT / "datasets"
    shutil.copy(datasets / "iris_3f9a1c_1.tar.zst", datasets / "lost.tar.zst")
    assert names(filled) == []
    os.utime(datasets / "lost.tar.zst", (1, 1))
    assert names(filled) == [("archive", "lost.tar.zst")]


def test_the_trash(filled, store):
    store.remove(store.experiments().records[3], NOW)
    store.remove(store.experiments().records[3], LATER - timedelta(days=1))
    (filled / "trash" / "rubbish").mkdir()
    assert [name for _, name in names(filled)] == [
        "20260109T123000.000000Z_iris_3f9a1c_4",
        "20260418T123000.000000Z_iris_3f9a1c_5",
        "rubbish",
        "iris_3f9a1c_5",
    ]
    found = plan(site_of(filled), Wish(keep_last=100, older_than=MONTH), LATER)
    assert [one.name for one in found.doomed] == ["20260109T123000.000000Z_iris_3f9a1c_4", "rubbish"]
    assert found.doomed[1].why == "cannot be restored"
    assert found.said == ("the datasets of iris stay: something of the project is still in the trash",)
    sweep(site_of(filled), found)
    assert [path.name for path in (filled / "trash").iterdir()] == ["20260418T123000.000000Z_iris_3f9a1c_5"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("record", "a record in the project cannot be read"),
        ("running", "an experiment is running"),
        ("retraining", "a retraining is running"),
        ("damaged", "something of the project is set aside in damaged/"),
        ("rubbish", "something of the project is set aside in damaged/"),
    ],
)
def test_data_stays_where_it_cannot_be_told_who_needs_it(filled, store, spoil, why):
    dataset(store, "iris_3f9a1c_8", "g\n7\n")
    held = None
    if spoil == "record":
        (filled / TRIES / "iris_3f9a1c_1" / "meta.yaml").write_text("x: [")
    elif spoil == "running":
        held = store.new_experiment(store.model("iris", "species"), None, NOW)
    elif spoil == "retraining":
        held = store.retraining.journal("iris", "species").hold("run2", NOW)
    else:
        place = filled / "damaged" / "one"
        place.mkdir()
        page = f"path: {TRIES}/iris_3f9a1c_7\n" if spoil == "damaged" else "x: ["
        (place / "from.yaml").write_text(page)
    aged(filled)
    found = plan(site_of(filled), Wish(), LATER)
    assert (found.doomed, found.said) == ((), (f"the datasets of iris stay: {why}",))
    if held:
        held.close()


def test_what_is_half_made_and_logs(filled, store):
    half = filled / "tmp" / ".tmp-1"
    half.mkdir()
    (half / "data").write_text("x" * 10)
    journal = store.retraining.journal("iris", "species")
    for number in range(12):
        journal.log(f"run{number:02}").write_text("log")
    aged(filled)
    found = plan(site_of(filled), Wish(), LATER)
    assert [(one.kind, one.name) for one in found.doomed] == [
        ("log", "run00.txt"),
        ("log", "run01.txt"),
        ("leftover", ".tmp-1"),
    ]
    assert found.doomed[-1].bytes == 10
    journal.log("run99").write_text("log")
    kinds = [one.kind for one in plan(site_of(filled), Wish(keep_last=9, older_than=MONTH), LATER).doomed]
    assert kinds.count("log") >= 12
    sweep(site_of(filled), found)
    assert len(list((filled / PROJECT / "models/species/retrain/logs").iterdir())) == 11
    assert not half.exists()


def test_what_came_into_use_meanwhile_stays(filled, store):
    dataset(store, "iris_aaaaaa_5", "g\n7\n")
    found = plan(site_of(filled), Wish(keep_last=0), LATER)
    assert [one.name for one in found.doomed] == ["iris_3f9a1c_4", "iris_aaaaaa_5"]
    model = store.model("iris", "species")
    promote(store, model, "iris_3f9a1c_4")
    experiment(store, model, dataset="iris_aaaaaa_5")
    done = sweep(site_of(filled), found)
    assert (done.doomed, done.left) == (
        (),
        (
            ("iris_3f9a1c_4", "the champion"),
            ("iris_aaaaaa_5", "an experiment was begun meanwhile"),
        ),
    )


def test_what_is_gone_already_is_no_trouble(filled):
    found = plan(site_of(filled), Wish(keep_last=0), LATER)
    shutil.rmtree(filled / TRIES / "iris_3f9a1c_4")
    assert sweep(site_of(filled), found).left == ()


def test_a_plan_changes_nothing(filled):
    before = snapshot(filled)
    plan(site_of(filled), Wish(keep_last=0, older_than=MONTH), LATER)
    assert snapshot(filled) == before


def test_a_time_that_is_none_is_never_old(filled):
    record = filled / "trash" / "odd" / "from.yaml"
    (record.parent / "item").mkdir(parents=True)
    record.write_text("kind: experiment\n")
    torn = filled / "trash" / "torn"
    (torn / "item").mkdir(parents=True)
    (torn / "from.yaml").write_text("x: [")
    assert ("trash", "odd") in names(filled)
    assert ("trash", "torn") not in names(filled, Wish(older_than=MONTH))
    assert ("trash", "odd") not in names(filled, Wish(older_than=MONTH))
