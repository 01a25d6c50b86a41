from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlctl.actions.locate import Place
from mlctl.actions.logging_place import Named, model_of, named, open_or_make, program_of, usable
from mlctl.errors import UsageError

NOW = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("iris/species", "iris/species"),
        ("species", "work/species"),
        (None, "work/train_knn"),
        ("", "work/train_knn"),
    ],
)
def test_what_a_script_means(text, found):
    assert str(named(text, Path("/home/work"), "src/train_knn.py")) == found


@pytest.mark.parametrize(("place", "program"), [("/", "script"), ("/2026", "2026.py"), ("/..", "-.py")])
def test_places_and_programs_without_a_name(place, program):
    found = named(None, Path(place), program)
    assert found.project in ("scripts", "scripts_2026")
    assert found.model in ("script", "script_2026")


@pytest.mark.parametrize("text", ["a/", "/b", "a/b/c", "a:b"])
def test_names_that_break_a_rule(text):
    with pytest.raises(UsageError):
        named(text, Path("/w"), "x.py")


def test_a_name_that_every_rule_allows():
    assert usable("x" * 80, "model") == "x" * 64
    assert usable("a..b", "model") == "a_b"
    assert usable("\u200d" * 60, "model") == "model" or usable("한글", "model") == "한글"


def test_the_store_is_found_or_made(tmp_path):
    store, made = open_or_make(Place(None, tmp_path, {}), NOW)
    assert (store.root, made) == (tmp_path / "mlstore", True)
    assert not open_or_make(Place(None, tmp_path, {}), NOW)[1]
    other, _ = open_or_make(Place(None, tmp_path, {"MLCTL_STORE": str(tmp_path / "other")}), NOW)
    assert other.root == tmp_path / "other"
    third, _ = open_or_make(Place(tmp_path / "third", tmp_path, {}), NOW)
    assert third.root == tmp_path / "third"


def test_the_model_is_added_when_missing(tmp_path):
    store, _ = open_or_make(Place(None, tmp_path, {}), NOW)
    first = model_of(store, Named("p", "m"), NOW)
    assert model_of(store, Named("p", "m"), NOW) == first
    with pytest.raises(UsageError, match="a model of a project"):
        model_of(store, Named("p", ""), NOW)


def test_the_program_is_the_first_python_file_else_the_first_word():
    assert program_of(["python", "-u", "a/b.py", "c.py"]) == "a/b.py"
    assert program_of(["make", "all"]) == "make"
