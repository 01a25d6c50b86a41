from dataclasses import replace
from typing import Any

import pytest

from mlctl import files
from mlctl.domain.records import Dataset
from mlctl.errors import DamagedError, MlctlError, NotFoundError, UsageError
from mlctl.files import atomic
from mlctl.store import Store
from mlctl.store.layout import Layout
from tests.files.faults import FaultyOs
from tests.store.conftest import NOW


def packed(
    store: Store, tmp_path, content: str = "a,b\n1,2\n", name: str = "data.tar.zst"
) -> tuple[Any, Any]:
    source = tmp_path / "source.csv"
    source.write_text(content)
    target = store.root / "tmp" / name
    compression = "gz" if name.endswith(".gz") else "zst"
    return files.pack([("source.csv", source)], target, compression=compression), target


def record(store: Store, found, name: str = "iris_3f9a1c_1", **more) -> Dataset:
    return Dataset(
        dataset=name,
        created_datetime=store.stamp(NOW),
        source={"path": "source.csv"},
        fingerprint=found.fingerprint,
        archive={"sha256": found.archive_sha256, "bytes": found.archive_bytes},
        members=[{"name": m.name, "bytes": m.bytes, "sha256": m.sha256} for m in found.members],
        rows=1,
        columns=2,
        **more,
    )


def add(store: Store, tmp_path, name: str = "iris_3f9a1c_1") -> Dataset:
    found, target = packed(store, tmp_path)
    return store.add_dataset("iris", record(store, found, name), target)


def test_a_dataset_is_kept(store, model, tmp_path):
    made = add(store, tmp_path)
    assert made.archive["file"] == "iris_3f9a1c_1.tar.zst"
    assert (made.project_name, made.rows) == ("iris", 1)
    assert store.datasets("iris").records == (made,)
    assert store.dataset("iris", "iris_3f9a1c_1") == made
    assert store.dataset_by_fingerprint("iris", made.fingerprint) == made
    assert store.dataset_by_fingerprint("iris", "0" * 64) is None
    archive = store.dataset_archive(made)
    assert files.sha256(archive) == made.archive["sha256"]
    assert archive.parent == Layout(store.root).datasets("iris")
    assert list((store.root / "tmp").iterdir()) == []


def test_equal_content_is_stored_once(store, model, tmp_path):
    one = add(store, tmp_path)
    two = add(store, tmp_path, "iris_3f9a1c_7")
    assert two.archive == one.archive
    assert store.dataset_archive(two) == store.dataset_archive(one)
    assert sorted(p.name for p in Layout(store.root).datasets("iris").iterdir()) == [
        "iris_3f9a1c_1.tar.zst",
        "iris_3f9a1c_1.yaml",
        "iris_3f9a1c_7.yaml",
    ]


def test_an_archive_that_is_gone_is_not_pointed_at(store, model, tmp_path):
    one = add(store, tmp_path)
    store.dataset_archive(one).unlink()
    with pytest.raises(
        DamagedError, match=r"the data of iris_3f9a1c_1 is gone: mlstore/projects/iris/datasets"
    ):
        store.dataset_archive(one)
    two = add(store, tmp_path, "iris_3f9a1c_7")
    assert two.archive["file"] == "iris_3f9a1c_7.tar.zst"


def test_gzip_keeps_its_suffix(store, model, tmp_path):
    found, target = packed(store, tmp_path, name="data.tar.gz")
    made = store.add_dataset("iris", record(store, found), target)
    assert made.archive["file"] == "iris_3f9a1c_1.tar.gz"


def test_a_name_is_taken_once(store, model, tmp_path):
    add(store, tmp_path)
    found, target = packed(store, tmp_path, content="other\n1\n")
    with pytest.raises(UsageError, match="the project iris has a dataset iris_3f9a1c_1"):
        store.add_dataset("iris", record(store, found), target)
    with pytest.raises(UsageError, match=r"dataset name '../x'"):
        store.add_dataset("iris", record(store, found, "../x"), target)


def test_the_project_must_be_there(store, tmp_path):
    found, target = packed(store, tmp_path)
    with pytest.raises(NotFoundError, match="the project iris is no longer there"):
        store.add_dataset("iris", record(store, found), target)


def test_what_the_record_cannot_hold_moves_nothing(store, model, tmp_path):
    found, target = packed(store, tmp_path)
    with pytest.raises(UsageError, match="rows: 'many' is not a whole number"):
        store.add_dataset("iris", replace(record(store, found), rows="many"), target)
    assert target.exists()


def test_a_crash_between_archive_and_record_can_be_gone_over(store, model, tmp_path):
    found, target = packed(store, tmp_path)
    (Layout(store.root).datasets("iris") / "iris_3f9a1c_1.tar.zst").write_text("half of an earlier try")
    made = store.add_dataset("iris", record(store, found), target)
    assert files.sha256(store.dataset_archive(made)) == found.archive_sha256


def test_a_full_disk_leaves_no_record(store, model, tmp_path, monkeypatch):
    found, target = packed(store, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(atomic, "os", FaultyOs(1, steps=("replace",)))
        with pytest.raises(MlctlError, match="no space left"):
            store.add_dataset("iris", record(store, found), target)
    assert store.datasets("iris").records == store.datasets("iris").damaged == ()


def test_an_archive_behind_a_link_is_not_read(store, model, tmp_path):
    made = add(store, tmp_path)
    archive = store.dataset_archive(made)
    archive.rename(tmp_path / "elsewhere")
    archive.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DamagedError, match="is a link"):
        store.dataset_archive(made)


def test_a_record_of_another_name_is_damaged(store, model, tmp_path):
    made = add(store, tmp_path)
    path = Layout(store.root).dataset("iris", made.dataset)
    path.rename(path.with_name("other.yaml"))
    (damaged,) = store.datasets("iris").damaged
    assert damaged.path == "mlstore/projects/iris/datasets/other.yaml"
    assert damaged.reason == "dataset is 'iris_3f9a1c_1', and its place says 'other'"
