import json

import pytest

from mlctl.actions import own_trust
from mlctl.errors import RefusedError


@pytest.fixture
def kept(tmp_path):
    directory = tmp_path / "flowers_nogit_2"
    for name in ("code/src/wine.py", "rules/r.py", "code/a.py", "code/b.py"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("x = 1\n")
    (directory / "params.yaml").write_text("ladder: [a.b: {k: 1}]\n")
    return directory


@pytest.fixture
def state(tmp_path):
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def test_code_of_others_is_named_and_refused(kept, state):
    with pytest.raises(RefusedError, match="flowers_nogit_2 keeps code that you have not trained") as caught:
        own_trust.check(kept, state)
    assert "code/a.py, code/b.py, code/src/wine.py and 1 more" in caught.value.message
    assert caught.value.details == ("rules/r.py",)
    assert "--trust" in caught.value.hint


@pytest.mark.parametrize("changed", ["code/src/wine.py", "rules/r.py", "params.yaml", "code/new.py"])
def test_code_trained_with_here_is_known_until_a_byte_differs(kept, state, changed):
    own_trust.note(kept, state)
    own_trust.check(kept, state)
    kept = kept.rename(kept.with_name("renumbered_9"))
    own_trust.check(kept, state)
    (kept / changed).write_text("x = 2\n")
    with pytest.raises(RefusedError):
        own_trust.check(kept, state)


def test_without_code_nothing_is_noted(tmp_path, state):
    own_trust.note(tmp_path, state)
    assert not (tmp_path / "state").exists()


def test_where_nothing_can_be_noted_training_goes_on(kept, tmp_path):
    (tmp_path / "file").write_text("")
    own_trust.note(kept, {"XDG_STATE_HOME": str(tmp_path / "file")})
    with pytest.raises(RefusedError):
        own_trust.check(kept, {"XDG_STATE_HOME": str(tmp_path / "file")})


def test_a_user_without_a_home_is_asked(kept, monkeypatch):
    def homeless():
        raise RuntimeError

    monkeypatch.setattr(own_trust.Path, "home", homeless)
    own_trust.note(kept, {"XDG_STATE_HOME": "relative"})
    with pytest.raises(RefusedError):
        own_trust.check(kept, {})


def test_the_home_is_where_marks_are_kept(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(own_trust.Path, "home", lambda: tmp_path)
    own_trust.note(kept, {})
    place = tmp_path / ".local" / "state" / "mlctl" / "own_code"
    assert [one.name for one in place.iterdir()] == [own_trust.mark(kept)]


def test_every_command_asks_before_it_runs_the_code_of_others(mlctl, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text("def same(frame):\n    return frame\n")
    params = {
        "project": "p",
        "model": "m",
        "data": {"source": "sklearn:iris", "target": "target"},
        "steps": {"preprocess": "own.py:same"},
        "ladder": ["dummy", {"tree": {"max_depth": 2}}],
        "cross_validation": {"folds": 2, "repeats": 1},
    }
    (tmp_path / "p.json").write_text(json.dumps(params))
    assert mlctl("init").code == 0
    assert mlctl("train", "--params", "p.json").code == 0
    assert mlctl("evaluate", "2").code == 0
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    (tmp_path / "own.py").write_text("raise SystemExit('it was run')\n")
    for words in (
        ("evaluate", "2"),
        ("reproduce", "2"),
        ("promote", "2"),
        ("build", "2", "--format", "dir"),
        ("predict", "2", "p.json"),
    ):
        refused = mlctl(*words)
        assert (refused.code, "code/own.py" in refused.err) == (4, True), (words, refused.err)
