import errno
from pathlib import Path

import pytest

from mlctl.bundle.main.trouble import UsageError
from mlctl.bundle.main.written import CsvForm, JsonForm, Output, added_columns, check_names
from mlctl.bundle.runtime import Prediction

ADDED = ["predicted", "probability_no", "probability_1", "model_version_id"]


def test_names_of_what_is_added():
    assert added_columns(("no", 1), True) == ADDED
    assert added_columns((), False) == ["predicted", "model_version_id"]
    check_names(["a"], ADDED)
    with pytest.raises(UsageError, match="a column 'predicted' already"):
        check_names(["predicted"], ADDED)


def test_csv():
    form = CsvForm(["a"], ADDED, "v", ";")
    assert form.begin() == "a;predicted;probability_no;probability_1;model_version_id\n"
    rows = [{"a": "x;y", "b": "1"}, {"a": "z", "b": "2"}]
    answers = [Prediction("no", (0.75, 0.25)), Prediction(1, (0.1, 0.9))]
    assert form.lines(rows, iter(answers)) == '"x;y";no;0.75;0.25;v\nz;1;0.1;0.9;v\n'


def test_json_lines():
    form = JsonForm(("no", 1), "v")
    assert form.begin() == ""
    line = form.lines([{"a": "ä"}], iter([Prediction("no", (0.75, 0.25))]))
    assert line == (
        '{"a": "ä", "predicted": "no", "probabilities": {"no": 0.75, "1": 0.25}, "model_version_id": "v"}\n'
    )
    only = JsonForm((), "v", only=True)
    assert only.lines([{"row": 7}], iter([Prediction(1.5, None)])) == (
        '{"row": 7, "predicted": 1.5, "model_version_id": "v"}\n'
    )


def test_a_file_is_there_whole(tmp_path):
    path = tmp_path / "out.csv"
    with Output(str(path)) as output:
        output.write("ä\n")
        assert not path.exists()
    assert path.read_text() == "ä\n"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_or_not_at_all(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(ValueError, match="broken"):
        half(str(path), ValueError("broken"))
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def half(path, error):
    with Output(path) as output:
        output.write("half")
        raise error


def test_a_disk_that_is_full_at_the_end(tmp_path):
    with pytest.raises(OSError, match="No space left") as told:
        onto_a_full_disk(str(tmp_path / "out.csv"))
    assert told.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def onto_a_full_disk(path):
    with Output(path) as output:
        output._stream.close()
        output._stream = Path("/dev/full").open("wb")  # noqa: SIM115 - the output closes it
        output.write("x")
