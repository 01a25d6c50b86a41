"""Names that MLflow takes."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlctl.interop.mlflow import write_names

LEGAL = re.compile(r"[/\w.\- :]+")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("max_depth", "max_depth"),
        ("model__C", "model__C"),
        ("a/b c.d-e:f", "a/b c.d-e:f"),
        ("수량", "수량"),
        ("50 % quantile", "50 _ quantile"),
        ("a\nb", "a_b"),
        ("../../etc/passwd", "etc/passwd"),
        ("/abs", "abs"),
        ("a//b/./c/", "a/b/c"),
        ("..", "_"),
        ("", "_"),
    ],
)
def test_keys(name, key):
    assert write_names.legal_key(name) == key


@given(st.text(max_size=400) | st.text(alphabet="ab/.", max_size=30))
def test_every_key_is_legal_and_stays(name):
    key = write_names.legal_key(name)
    assert LEGAL.fullmatch(key)
    assert len(key) <= 250
    assert all(part not in ("", ".", "..") and len(part.encode()) <= 255 for part in key.split("/"))
    assert write_names.legal_key(key) == key


@given(st.lists(st.text(alphabet="aA/?" + string.digits[:2], min_size=1, max_size=5), max_size=12))
def test_keys_are_distinct_and_none_is_a_folder_of_another(names):
    found = write_names.legal_keys(names)
    assert list(found) == list(dict.fromkeys(names))
    keys = [key.casefold() for key in found.values()]
    assert len(set(keys)) == len(keys)
    assert not any(other.startswith(f"{key}/") for key in keys for other in keys)


def test_a_legal_name_keeps_its_key_beside_one_that_is_mapped_to_it():
    assert write_names.legal_keys(["a?", "a_"]) == {"a?": "a__2", "a_": "a_"}


def test_long_names_stay_apart():
    one, other = write_names.legal_keys(["x" * 300, "x" * 299 + "y"]).values()
    assert one != other
    assert len(one) <= 250


def test_ids_are_digits_and_always_the_same():
    found = {write_names.experiment_id(f"{number:032x}") for number in range(300)}
    assert len(found) == 300
    assert all(len(one) == 18 and one.isascii() and one.isdecimal() and one[0] != "0" for one in found)
    assert write_names.experiment_id("03ad9d2dbcdb27bcc20bc0ee4c4077b1") == "471639589456381176"
    assert write_names.logged_model_id("ab") == "m-ab"


def test_registered_names():
    assert write_names.registered_name("iris", "species") == "iris.species"
    assert write_names.registered_name("a'b", "50 % off?") == "a_b.50 _ off_"
