from pathlib import Path

import pytest

from mlctl.actions.retrain.target import lift, of_file, of_record
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.load import from_dict

TREE = {"project": "p", "model": "m", "data": {"path": "data.csv", "target": "y"}}


def test_the_file_is_kept_with_the_model(stage):
    path = Path("sub/p.yaml")
    path.parent.mkdir()
    by_file = of_file(stage.store, from_dict(TREE, {}), path, stage.now)
    assert (by_file.label, by_file.base, by_file.has_triggers) == ("p/m", path.parent.resolve(), False)
    by_record = of_record(stage.store, by_file.model)
    assert by_record.base == by_file.base
    assert by_record.digest == by_file.digest
    assert by_record.loaded.parameters == by_file.loaded.parameters
    assert lift(by_file) == "lift it: mlctl retrain --project p --model m --force"


def test_triggers(stage):
    tree = {**TREE, "retrain": {"drift": None}}
    assert of_file(stage.store, from_dict(tree, {}), Path("p.yaml"), stage.now).has_triggers


def test_no_file_is_kept(stage):
    stage.store.add_project("p", "", stage.now)
    model, _ = stage.store.add_model("p", "m", "", stage.now)
    with pytest.raises(NotFoundError, match="p/m keeps no parameters file"):
        of_record(stage.store, model)
    target = of_file(stage.store, from_dict(TREE, {}), Path("p.yaml"), stage.now)
    target.journal.parameters.write_text("project: 1\n")
    with pytest.raises(UsageError):
        of_record(stage.store, model)
