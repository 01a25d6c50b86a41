import pytest

from mlctl.actions.retrain.log import runs
from mlctl.errors import NotFoundError


def test_runs_newest_first(stage):
    target = stage.target()
    assert runs(stage.store, None, None) == ()
    first = stage.one(target)
    stage.later(days=1)
    stage.plan(train="die")
    second = stage.one(target)
    found = runs(stage.store, "p", "m")
    assert [(one.run.run, one.outcome) for one in found] == [(second.run, "crashed"), (first.run, "kept")]
    row = found[1].to_dict()
    assert (row["project"], row["model"], row["outcome"]) == ("p", "m", "kept")
    assert row["triggers"][0]["trigger"] == "request"
    assert row["log"].endswith(f"{first.run}.txt")
    assert runs(stage.store, "p", None) == found
    with pytest.raises(NotFoundError):
        runs(stage.store, "p", "other")


def test_one_that_goes_on_and_one_that_is_gone(stage):
    target = stage.target()
    held = target.journal.hold("a", stage.now)
    target.journal.append("began", "a", stage.now, triggers=[], covers={})
    assert [one.outcome for one in runs(stage.store, None, None)] == ["running"]
    held.close()
    assert [one.outcome for one in runs(stage.store, None, None)] == ["crashed"]
