from datetime import timedelta

import pytest

from mlctl.actions import datasets
from mlctl.errors import NotFoundError, RefusedError, UsageError
from mlctl.store import init
from tests.actions.stored import NOW, loaded, trained
from tests.actions.tables import rows, write_csv


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", NOW)[0]


@pytest.fixture
def twice(store, tmp_path):
    """Two experiments on equal content, of which the second learns another column."""
    write_csv(tmp_path / "rows.csv")
    one, dataset = trained(store, loaded(path="rows.csv"), tmp_path)
    two, _ = trained(store, loaded(path="rows.csv", target="x", drop=["k"], time="y"), tmp_path)
    return one, two, dataset


def roles(dataset):
    return [column["role"] for column in dataset.schema]


def test_an_experiment_means_its_data_in_its_roles(store, twice):
    one, two, dataset = twice
    assert datasets.find(store, one.model_version_id) == dataset
    assert roles(datasets.find(store, "1")) == ["feature", "feature", "target"]
    assert roles(datasets.find(store, "2")) == ["target", "time", "dropped"]
    assert datasets.find(store, f"shop:{dataset.dataset}") == dataset
    assert roles(datasets.find(store, "shop/kind:2")) == ["target", "time", "dropped"]
    assert two.training_dataset["dataset"] == dataset.dataset


def test_both_use_it(store, twice):
    one, two, dataset = twice
    users = (one.model_version_id, two.model_version_id)
    assert datasets.listing(store) == datasets.listing(store, "shop") == (datasets.Listed(dataset, users),)
    with pytest.raises(RefusedError, match="is used by 2 experiments"):
        datasets.remove(store, dataset, NOW)
    store.remove(one, NOW)
    with pytest.raises(RefusedError, match="is used by 1 experiments"):
        datasets.remove(store, dataset, NOW)
    store.remove(two, NOW)
    place = datasets.remove(store, dataset, NOW + timedelta(seconds=1))
    datasets.restore(store, place)
    assert store.dataset("shop", dataset.dataset) == dataset


def test_the_same_name_in_another_project_is_another_user(store, twice, tmp_path):
    _, _, dataset = twice
    write_csv(tmp_path / "other.csv", lines=rows(40))
    params = datasets.loaded_for("other.csv", "other", None)
    other, new = datasets.add(store, params, tmp_path, dataset.dataset, NOW)
    assert new
    assert [len(listed.used_by) for listed in datasets.listing(store)] == [0, 2]
    with pytest.raises(NotFoundError, match="is ambiguous: other:"):
        datasets.find(store, other.dataset)
    assert datasets.find(store, other.dataset, "other") == other


def test_what_is_not_found_says_why(store, twice):
    store.add_model("shop", "more", "", NOW)
    with pytest.raises(NotFoundError, match="no dataset 'latest'; which model\\? there are 2") as caught:
        datasets.find(store, "latest")
    assert "PROJECT/MODEL" in caught.value.hint
    with pytest.raises(NotFoundError, match="no dataset 'nothing'; no experiment 'nothing'"):
        datasets.find(store, "nothing")


def test_export_takes_no_folder_that_is_there(store, twice, tmp_path):
    _, _, dataset = twice
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        datasets.export(store, dataset, tmp_path / "out")
    (written,) = datasets.export(store, dataset, tmp_path / "other")
    assert written == tmp_path / "other" / "rows.csv"
    assert written.read_bytes() == (tmp_path / "rows.csv").read_bytes()


@pytest.mark.parametrize(
    ("member", "name"), [("a/rows.csv.gz", "rows"), ("12.csv", "data_12"), (".x", "data_")]
)
def test_a_name_from_a_file(member, name):
    assert datasets._name(member) == name
