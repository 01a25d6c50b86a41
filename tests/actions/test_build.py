from types import SimpleNamespace

import pytest

from mlctl.actions import build as module
from mlctl.actions.build import Order, _answered, _proved, _sklearn
from mlctl.bundle.file.prove import Proof
from mlctl.bundle.portable import NotPortable
from mlctl.errors import MlctlError

LIMITS = SimpleNamespace(limits=SimpleNamespace(latency_ms=10.0))


def source(answers=(None,)):
    rows = {"columns": ["a"], "rows": [[1]], "answers": list(answers)}
    return SimpleNamespace(record=SimpleNamespace(parameters=LIMITS), golden=rows, held=rows, fitted=None)


def proofs(monkeypatch, **row_us):
    """Let the self-test find this."""

    def prove(draft, told, scratch, how):
        assert told["rows"] == [[1], [1]]
        slow = row_us[how.replace(" ", "_").replace("-", "_")]
        return Proof(how, 2, int(slow < 0), 0, 0.0, slow, "row 1: is 2, not 1" if slow < 0 else "")

    monkeypatch.setattr(module, "prove", prove)


def test_numpy_where_python_alone_is_too_slow(monkeypatch, tmp_path):
    proofs(monkeypatch, Python_alone=20_000.0, NumPy=500.0)
    tier, reason, found = _proved(source(), tmp_path, tmp_path)
    assert tier == "portable with numpy"
    assert reason == "one row takes 20 ms without NumPy, and the limit is 10 ms"
    assert [proof.how for proof in found] == ["Python alone", "NumPy"]


def test_the_lowest_tier_where_numpy_does_not_help_either(monkeypatch, tmp_path):
    proofs(monkeypatch, Python_alone=20_000.0, NumPy=15_000.0)
    assert _proved(source(), tmp_path, tmp_path)[0] == "portable"


def test_what_does_not_agree_is_not_portable(monkeypatch, tmp_path):
    proofs(monkeypatch, Python_alone=-1.0, NumPy=1.0)
    with pytest.raises(NotPortable, match="1 of the portable model's answers are not scikit-learn's: row 1"):
        _proved(source(), tmp_path, tmp_path)


def test_a_model_that_answers_nothing():
    with pytest.raises(NotPortable, match="answers none of its held-out rows"):
        _answered(source())


def test_a_model_that_answers_differently_each_time(monkeypatch, tmp_path):
    proofs(monkeypatch, scikit_learn=-1.0)
    for name in ("sklearn_entries", "_requested", "_manifest"):
        given = {"sklearn_entries": ({}, {}), "_requested": {}, "_manifest": b"{}"}[name]
        monkeypatch.setattr(module, name, lambda *_, given=given, **__: given)
    with pytest.raises(MlctlError, match="1 answers of the bundle are not those of the stored model"):
        _sklearn(source(), {}, Order(), "a reason", tmp_path)
