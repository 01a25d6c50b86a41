import pytest

from mlctl.actions.served_log_table import last_version, write_inputs
from mlctl.errors import DataError
from tests.actions.logged import HEADING, prediction, write


def test_inputs_are_a_table(tmp_path):
    rows = [{"a": 1.5, "b": "x,y"}, {"b": None, "c": [1, {"d": "é"}]}, {"a": True}]
    write(
        tmp_path / "log",
        *(prediction(number, "yes", inputs=row) for number, row in enumerate(rows)),
        head={**HEADING, "redacted": ["z", "age"]},
    )
    path, redacted = write_inputs(tmp_path / "log", tmp_path)
    assert path.read_text() == 'a,b,c\n1.5,"x,y",\n,,"[1, {""d"": ""é""}]"\nTrue,,\n'
    assert redacted == ("age", "z")


def test_nothing_to_look_at(tmp_path):
    write(tmp_path)
    with pytest.raises(DataError, match="holds no prediction"):
        write_inputs(tmp_path, tmp_path)
    with pytest.raises(DataError, match="holds no prediction"):
        last_version(tmp_path)
    write(tmp_path, prediction(1, "yes", inputs={}))
    with pytest.raises(DataError, match="holds no inputs"):
        write_inputs(tmp_path, tmp_path)


def test_the_version_that_answered_last(tmp_path):
    write(tmp_path, prediction(9, "yes", version="new"), name="1")
    write(tmp_path, prediction(1, "yes", version="old"), name="2")
    assert last_version(tmp_path) == "new"
