import pytest

import mlctl.store.store as module
from mlctl.errors import DamagedError
from mlctl.store import Store, find, readable
from tests.store.conftest import NOW


def test_everything_it_promises_is_there():
    assert all(getattr(module, name).__doc__ for name in module.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = module.nothing


def test_paths_people_are_told(store, tmp_path):
    assert store.relative(store.root / "lock") == "mlstore/lock"
    assert store.relative(tmp_path / "raw" / "a.csv") == "raw/a.csv"


def test_yaml_of_an_experiment(store, finished):
    directory = store.experiment_directory(finished())
    assert store.read_yaml(directory / "params.yaml") == {"project": "iris"}
    (directory / "params.yaml").write_text("- a")
    with pytest.raises(DamagedError, match=r"params.yaml holds no mapping"):
        store.read_yaml(directory / "params.yaml")


def test_the_command_is_what_the_lock_says(store: Store, monkeypatch):
    said = []
    opened = find(store.root, explicit=None, environ={}, command="mlctl project add")
    real = readable.lookup.project

    def looked(site, name):
        said.append(site.command)
        return real(site, name)

    monkeypatch.setattr(readable.lookup, "project", looked)
    opened.add_project("iris", "", NOW)
    assert opened.project("iris").project_name == "iris"
    assert set(said) == {"mlctl project add"}


def test_scratch_is_the_stores_own(store):
    with store.scratch() as folder:
        (folder / "a").write_text("x")
        assert folder.parent == store.root / "tmp"
    assert list((store.root / "tmp").iterdir()) == []
