"""What a person may name for an MLflow store, and what is said of what it is instead."""

import pytest

from mlctl.errors import DamagedError, NotFoundError, UsageError
from mlctl.interop.mlflow.find_store import find_store, is_store, noticed
from tests.interop.mlflow import made


def test_the_store_or_the_directory_around_it(tmp_path):
    made.experiment(tmp_path / "mlruns")
    assert find_store(tmp_path / "mlruns") == tmp_path / "mlruns"
    assert find_store(tmp_path) == tmp_path / "mlruns"
    (tmp_path / "link").symlink_to(tmp_path / "mlruns")
    assert find_store(tmp_path / "link") == tmp_path / "mlruns"
    assert noticed(tmp_path) == "mlruns"


def test_a_store_with_a_registry_or_a_trash_alone(tmp_path):
    (tmp_path / "models" / "m").mkdir(parents=True)
    (tmp_path / "models" / "m" / "meta.yaml").write_text("name: m\ncreation_timestamp: 1\n")
    assert is_store(tmp_path)
    made.experiment(tmp_path / "other" / ".trash")
    assert is_store(tmp_path / "other")
    assert not is_store(tmp_path / "none")


def refusal(path):
    """Return what is said of a path."""
    with pytest.raises((UsageError, NotFoundError, DamagedError)) as refused:
        find_store(path)
    return refused.value.exit_code, f"{refused.value.message} {refused.value.hint}"


def test_what_is_no_store(tmp_path):
    assert refusal(tmp_path / "nothing")[0] == 3
    (tmp_path / "empty").mkdir()
    assert "no store of MLflow" in refusal(tmp_path / "empty")[1]
    (tmp_path / "mlflow.db").touch()
    assert "sqlite:///" in refusal(tmp_path / "mlflow.db")[1]
    assert "they are in" in refusal(tmp_path / "empty")[1]
    assert noticed(tmp_path) == "sqlite:///mlflow.db"
    (tmp_path / "notes.txt").touch()
    assert "mlruns/" in refusal(tmp_path / "notes.txt")[1]


def test_a_store_of_mlctl(tmp_path):
    (tmp_path / "FORMAT").write_text("mlctl-store 1\n")
    code, said = refusal(tmp_path)
    assert code == 2
    assert "mlctl store merge" in said
    (tmp_path / "FORMAT").write_text("other\n")
    assert "no store of MLflow" in refusal(tmp_path)[1]


def test_a_store_none_of_which_can_be_read(tmp_path):
    place = made.experiment(tmp_path)
    (place / "meta.yaml").write_text("")
    code, said = refusal(tmp_path)
    assert code == 6
    assert "none of its 1 experiments can be read" in said


def test_nothing_is_noticed(tmp_path):
    assert noticed(tmp_path) == ""
