from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mlctl import files
from mlctl.errors import DamagedError, NotFoundError, RefusedError
from mlctl.store.layout import Layout
from tests.store.conftest import NOW
from tests.store.test_datasets import add, packed, record

TIME = "20260109T123000.000000Z"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_dataset_goes_with_its_archive_and_comes_back(store, model, tmp_path):
    made = add(store, tmp_path)
    folder = Layout(store.root).datasets("iris")
    place = store.remove_dataset(made, tuple, NOW)
    assert place == f"{TIME}_iris_3f9a1c_1"
    assert names(folder) == []
    assert store.datasets("iris").records == store.datasets("iris").damaged == ()
    assert store.dataset_by_fingerprint("iris", made.fingerprint) is None
    assert store.restore_dataset(made.dataset) == Path("mlstore/projects/iris/datasets/iris_3f9a1c_1.yaml")
    assert store.datasets("iris").records == (made,)
    assert files.sha256(store.dataset_archive(made)) == made.archive["sha256"]
    assert names(store.root / "trash") == []


def test_one_in_use_stays(store, model, tmp_path):
    made = add(store, tmp_path)
    with pytest.raises(RefusedError, match=r"iris_3f9a1c_1 is used by 6 experiments: e0, e1, e2, e3, e4$"):
        store.remove_dataset(made, lambda: tuple(f"e{i}" for i in range(6)), NOW)
    assert store.dataset("iris", made.dataset) == made
    assert not (store.root / "trash").exists() or names(store.root / "trash") == []


def test_an_archive_that_another_record_names_stays(store, model, tmp_path):
    one = add(store, tmp_path)
    two = add(store, tmp_path, "iris_3f9a1c_7")
    store.remove_dataset(one, tuple, NOW)
    assert files.sha256(store.dataset_archive(two)) == two.archive["sha256"]
    store.restore_dataset(one.dataset)
    assert store.datasets("iris").records == (one, two)


def test_an_archive_is_never_written_over(store, model, tmp_path):
    """Two records share the first one's archive; its name is given away and wanted again."""
    one = add(store, tmp_path)
    two = add(store, tmp_path, "iris_3f9a1c_7")
    store.remove_dataset(one, tuple, NOW)
    found, target = packed(store, tmp_path, content="other\n1\n")
    other = store.add_dataset("iris", record(store, found, one.dataset), target)
    assert other.archive["file"] == "iris_3f9a1c_1_2.tar.zst"
    for made in (two, other):
        assert files.sha256(store.dataset_archive(made)) == made.archive["sha256"]
    store.remove_dataset(other, tuple, NOW)
    place = store.remove_dataset(two, tuple, NOW)
    found, target = packed(store, tmp_path, content="third\n1\n")
    third = store.add_dataset("iris", record(store, found, one.dataset), target)
    with pytest.raises(RefusedError, match=r"iris_3f9a1c_1\.tar\.zst is the file of another dataset now"):
        store.restore_dataset(place)
    assert files.sha256(store.dataset_archive(third)) == third.archive["sha256"]
    store.remove_dataset(third, tuple, NOW)
    store.restore_dataset(place)
    assert files.sha256(store.dataset_archive(two)) == two.archive["sha256"]


def test_a_dataset_whose_archive_is_gone_can_be_removed(store, model, tmp_path):
    made = add(store, tmp_path)
    store.dataset_archive(made).unlink()
    place = store.remove_dataset(made, tuple, NOW)
    assert names(store.root / "trash" / place / "item") == ["iris_3f9a1c_1.yaml"]


def test_what_was_removed_meanwhile_is_not_found(store, model, tmp_path):
    made = add(store, tmp_path)
    store.remove_dataset(made, tuple, NOW)
    with pytest.raises(NotFoundError):
        store.remove_dataset(made, tuple, NOW)


def test_a_name_that_was_removed_twice_wants_its_place(store, model, tmp_path):
    made = add(store, tmp_path)
    store.remove_dataset(made, tuple, NOW)
    again = add(store, tmp_path)
    second = store.remove_dataset(again, tuple, NOW + timedelta(seconds=1))
    with pytest.raises(NotFoundError, match="'iris_3f9a1c_1' was removed 2 times: 20260109T123000"):
        store.restore_dataset("iris_3f9a1c_1")
    store.restore_dataset(second)
    with pytest.raises(RefusedError, match="there is a dataset iris_3f9a1c_1 again"):
        store.restore_dataset("iris_3f9a1c_1")


def test_what_is_not_in_the_trash_is_not_found(store, finished):
    store.remove(finished(), NOW)  # an experiment is no dataset
    (store.root / "trash" / "torn").mkdir()
    with pytest.raises(NotFoundError, match="no dataset 'iris_3f9a1c_1' in the trash"):
        store.restore_dataset("iris_3f9a1c_1")


def test_nothing_was_ever_removed(store):
    with pytest.raises(NotFoundError, match="no dataset 'x' in the trash"):
        store.restore_dataset("x")


@pytest.mark.parametrize("key", ["project", "dataset"])
def test_a_place_in_the_trash_that_leads_elsewhere_is_passed_over(store, model, tmp_path, key):
    place = store.root / "trash" / store.remove_dataset(add(store, tmp_path), tuple, NOW)
    (origin,) = [path for path in place.iterdir() if path.is_file()]
    lines = origin.read_text().splitlines()
    origin.write_text("\n".join(f"{key}: ../../x" if line.startswith(f"{key}:") else line for line in lines))
    with pytest.raises(NotFoundError):
        store.restore_dataset(place.name)


def test_a_dataset_does_not_come_back_without_its_project(store, model, tmp_path):
    made = add(store, tmp_path)
    store.remove_dataset(made, tuple, NOW)
    store.remove(store.project("iris"), NOW)
    with pytest.raises(RefusedError, match="the project of iris_3f9a1c_1 is gone") as caught:
        store.restore_dataset(made.dataset)
    assert caught.value.hint == "restore iris first"


def described(store, tmp_path, name="iris_3f9a1c_1"):
    found, target = packed(store, tmp_path)
    target.unlink()
    return store.add_dataset("iris", replace(record(store, found, name), archive={}), None)


def test_only_the_way_to_fetch_it_again_is_kept(store, model, tmp_path):
    made = described(store, tmp_path)
    assert made.archive == {}
    assert names(Layout(store.root).datasets("iris")) == ["iris_3f9a1c_1.yaml"]
    assert store.dataset_by_fingerprint("iris", made.fingerprint) is None
    assert store.dataset_by_fingerprint("iris", made.fingerprint, described=True) == made
    with pytest.raises(NotFoundError, match="the data of iris_3f9a1c_1 was not kept"):
        store.dataset_archive(made)
    place = store.remove_dataset(made, tuple, NOW)
    assert names(store.root / "trash" / place / "item") == ["iris_3f9a1c_1.yaml"]


def test_rows_that_are_kept_come_before_those_that_are_described(store, model, tmp_path):
    described(store, tmp_path)
    kept = add(store, tmp_path, "iris_3f9a1c_7")
    assert store.dataset_by_fingerprint("iris", kept.fingerprint, described=True) == kept


@pytest.mark.parametrize("file", ["../../../FORMAT", "/etc/passwd", "..", "", None])
def test_a_record_cannot_name_a_file_elsewhere(store, model, tmp_path, file):
    made = add(store, tmp_path)
    path = Layout(store.root).dataset("iris", made.dataset)
    text = path.read_text()
    assert "file: iris_3f9a1c_1.tar.zst" in text
    wrong = "null" if file is None else f"'{file}'"
    path.write_text(text.replace("file: iris_3f9a1c_1.tar.zst", f"file: {wrong}"))
    (damaged,) = store.datasets("iris").damaged
    assert "archive.file" in damaged.reason
    with pytest.raises(DamagedError):
        store.dataset("iris", made.dataset)


def test_one_whose_note_is_torn_does_not_hide_the_others(store, model, tmp_path):
    made = add(store, tmp_path)
    store.remove_dataset(made, tuple, NOW)
    torn = store.root / "trash" / "20260101T000000.000000Z_torn"
    (torn / "item").mkdir(parents=True)
    (torn / "from.yaml").write_text("- no mapping")
    assert store.restore_dataset(made.dataset).name == f"{made.dataset}.yaml"
