"""What both kinds of store come to, and what is kept of a run."""

from dataclasses import replace

import pytest

from mlctl.errors import DamagedError
from mlctl.interop.mlflow.entities import MlflowExperiment, Skipped
from mlctl.interop.mlflow.kept import kept_text, read_kept
from mlctl.interop.mlflow.read_files import FileStore, find_store
from mlctl.interop.mlflow.source import read_all
from tests.interop.mlflow.made import V1, V2, V3


class Torn:
    """A store of which nothing can be read."""

    name = "torn"

    def experiments(self):
        """Yield one that cannot be read."""
        yield Skipped("1", "it is torn")

    def registered_models(self):
        """Yield one that cannot be read."""
        yield Skipped("models/a", "it is torn")


def test_what_cannot_be_read_is_named():
    assert [one.path for one in read_all(Torn()).skipped] == ["1", "models/a"]


@pytest.mark.parametrize("place", [V1, V2, V3])
def test_a_run_is_kept_and_given_back(place, tmp_path):
    store = FileStore(find_store(place))
    (tmp_path / "artifacts").mkdir()
    for experiment in store.experiments():
        models = [replace(one, points=()) for one in store.logged_models(experiment)]
        for run_id in store.run_ids(experiment):
            run = store.run(experiment, run_id)
            own = tuple(one for one in models if one.run_id == run_id)
            kept = read_kept(kept_text(experiment, run, own), tmp_path)
            assert (kept.experiment, kept.run, kept.models) == (experiment, replace(run, points=()), own)
            assert kept.run.artifacts == tmp_path / "artifacts"


def test_what_was_kept_and_is_damaged(tmp_path):
    for text in ("a: 1", "run: 3\ntags: {}", "- 1"):
        with pytest.raises(DamagedError, match=r"mlflow\.yaml is not as the import wrote it"):
            read_kept(text, tmp_path)


def test_an_experiment_is_a_value():
    assert MlflowExperiment("1", "a", 1, 2) == MlflowExperiment("1", "a", 1, 2)
