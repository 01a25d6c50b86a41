from datetime import UTC, datetime, timedelta

import pytest

from mlctl.store import ticks
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def store(nowhere_else):
    made, _ = init(nowhere_else / "mlstore", NOW)
    for project, model in (("b", "one"), ("a", "two"), ("a", "one")):
        made.add_project(project, "", NOW)
        record, _ = made.add_model(project, model, "", NOW)
        if model == "one":
            made.keep_parameters(record, "x: 1\n", nowhere_else / "p.yaml", NOW)
    return made


def test_models_that_keep_a_parameters_file(store):
    (store.root / "projects" / ".hidden").mkdir()
    (store.root / "projects" / "empty").mkdir()
    assert [journal.label for journal in store.retraining.journals()] == ["a/one", "b/one"]


def test_quiet_until_something_changes(store):
    journal = store.retraining.journal("a", "one")
    entry = ticks.tick(journal, NOW, NOW + timedelta(hours=1), "https://hc")
    store.retraining.keep_ticks({"a/one": entry})
    known = store.retraining.known_ticks()
    assert known == {"a/one": entry}
    assert known["a/one"].ping == "https://hc"
    assert ticks.is_quiet(journal, known, NOW)
    assert ticks.is_quiet(journal, known, NOW + timedelta(minutes=59))
    assert not ticks.is_quiet(journal, known, NOW + timedelta(hours=1))
    assert not ticks.is_quiet(journal, known, NOW - timedelta(minutes=1))  # a clock that was set back
    assert not ticks.is_quiet(journal, {}, NOW)
    journal.append("began", "a", NOW)
    assert not ticks.is_quiet(journal, known, NOW)
    for_ever = {"a/one": ticks.tick(journal, NOW, None)}
    assert ticks.is_quiet(journal, for_ever, NOW + timedelta(days=9999))
    journal.parameters.write_text("x: 2\n")
    assert not ticks.is_quiet(journal, for_ever, NOW)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": "0"}', '{"models": 1}', '{"version": "%s", "models": {"a": [1]}}']
)
def test_a_cache_of_no_use(store, text):
    from mlctl import __version__

    (store.root / "ticks.json").write_text(text.replace("%s", __version__))
    assert store.retraining.known_ticks() == {}


def test_a_store_that_cannot_be_written_does_without(store):
    (store.root / "ticks.json").mkdir()
    store.retraining.keep_ticks({})
    assert store.retraining.known_ticks() == {}
