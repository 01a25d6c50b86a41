import pytest

from mlctl.actions.plots import Figures
from mlctl.actions.report import gather
from mlctl.store.store import init
from tests.actions import held, stored


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", held.NOW)[0]


def gathered(store, made):
    return gather(store, Figures(made, ()), store.experiments("shop", "kind").records, None)


def test_everything_is_gathered(store, tmp_path):
    (tmp_path / "rows.csv").write_text("x,k\n1,2\n3,4\n")
    made, dataset = stored.trained(store, stored.loaded(path="rows.csv"), tmp_path)
    named = store.update(made, artifact_file_paths={"packages": "environment.yaml"})
    found = gathered(store, named)
    assert found.dataset == dataset
    assert found.packages == {"numpy": "1"}
    assert found.directory.endswith(made.model_version_id)
    assert found.shown.experiment == named


@pytest.mark.parametrize("text", ["a: [", "packages: 3", None])
def test_what_is_missing_or_damaged_is_left_out(store, text):
    made = held.experiment(store)
    made = store.update(
        made, artifact_file_paths={"packages": "environment.yaml"}, training_dataset={"dataset": "gone"}
    )
    if text:
        (store.experiment_directory(made) / "environment.yaml").write_text(text)
    found = gathered(store, made)
    assert found.dataset is None
    assert found.packages == {}


def test_what_names_neither_has_neither(store):
    found = gathered(store, held.experiment(store))
    assert (found.dataset, found.packages) == (None, {})
