import json
import sys

import pytest

from mlctl.data.extras import extra
from mlctl.errors import MlctlError


def test_a_library_that_is_there():
    assert extra("any", "json", "this") is json


def test_a_library_that_is_not_there_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MlctlError) as caught:
        extra("duckdb", "duckdb.sql", "data.sql")
    assert caught.value.message == "data.sql needs duckdb, which is not installed"
    assert caught.value.hint == "pip install 'mlctl[duckdb]'"
    assert caught.value.__context__ is None


def test_a_library_that_lacks_something_itself_says_so(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        extra("half", "half_there", "this")
