import json

import pytest

from mlctl.actions.served_log import Feedback, Log, Prediction, is_log
from mlctl.errors import DataError, MlctlError, NotFoundError
from tests.actions.logged import HEADING, feedback, moment, prediction, write


def test_what_a_log_says(tmp_path):
    write(tmp_path, prediction(1, "yes", probabilities={"no": 0.1, "yes": 0.9}), feedback(1, "no"))
    log = Log(tmp_path)
    chances = {"no": 0.1, "yes": 0.9}
    assert list(log.predictions()) == [
        Prediction("p-1", moment(1), "buys", "shop_nogit_3", {"customer": 1}, "yes", chances)
    ]
    assert list(log.feedback()) == [Feedback("p-1", moment(1, 9), "no")]
    assert (log.torn, log.redacted, log.sample) == (0, set(), 1.0)


def test_files_of_several_workers_and_versions(tmp_path):
    other = {**HEADING, "version": "shop_nogit_4", "sample": 0.5, "redacted": ["age"]}
    write(
        tmp_path, prediction(1, 1.5), json.dumps(other), prediction(2, 2.5, version="shop_nogit_4"), name="2"
    )
    write(tmp_path, prediction(3, 3.5), name="1", head={**HEADING, "model": "spends"})
    log = Log(tmp_path)
    found = [(p.number, p.model, p.version) for p in log.predictions()]
    assert found == [
        ("p-3", "spends", "shop_nogit_3"),
        ("p-1", "buys", "shop_nogit_3"),
        ("p-2", "buys", "shop_nogit_4"),
    ]
    assert (log.redacted, log.sample) == ({"age"}, 0.5)


def test_broken_lines_cost_themselves_alone(tmp_path):
    good = [prediction(1, "yes"), feedback(1, "no")]
    strange = [
        '{"what":"prediction","id":"p-2","ti',
        '{"what":"feedback","id":"p-1","actu',
        "[1]",
        "{}",
        "[" * 100_000,
        '{"what":"feedback","id":3,"time":"t","actual":1}',
        '{"what":"feedback","id":"p-1","time":"t"}',
        json.dumps(prediction(3, 1) | {"inputs": [1]}),
        json.dumps(prediction(3, 1) | {"probabilities": [1]}),
        json.dumps(prediction(3, 1) | {"time": 3}),
        json.dumps({key: value for key, value in prediction(3, 1).items() if key != "output"}),
        json.dumps({"what": "else"}),
    ]
    write(tmp_path, *good, *strange)
    with (tmp_path / "served-1.jsonl").open("a") as stream:
        stream.write('{"what":"pred')  # being written at this moment
    log = Log(tmp_path)
    assert (len(list(log.predictions())), len(list(log.feedback()))) == (1, 1)
    assert log.torn == len(strange) + 1


def test_a_heading_that_says_less(tmp_path):
    write(tmp_path, prediction(1, "yes"), head={"what": "log", "format": 1, "sample": "all"})
    log = Log(tmp_path)
    assert [p.model for p in log.predictions()] == [""]
    assert (log.redacted, log.sample) == (set(), 1.0)


@pytest.mark.parametrize("form", [2, "1", None])
def test_a_newer_format_is_refused(tmp_path, form):
    write(tmp_path, head={**HEADING, "format": form})
    with pytest.raises(DataError, match="is a served log of format"):
        list(Log(tmp_path).predictions())


def test_where_there_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    for place, why in ((tmp_path, r"has no file served-\*"), (tmp_path / "file", "no directory")):
        assert not is_log(place)
        with pytest.raises(NotFoundError, match=why):
            Log(place)
    assert not is_log(tmp_path / ("x" * 5000))


def test_a_file_that_was_removed_meanwhile(tmp_path):
    write(tmp_path, prediction(1, "yes"))
    write(tmp_path, prediction(2, "yes"), name="2")
    found = Log(tmp_path).predictions()
    assert next(found).number == "p-1"
    (tmp_path / "served-2.jsonl").unlink()
    assert list(found) == []


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "served-1.jsonl").mkdir()
    with pytest.raises(MlctlError, match="cannot read"):
        list(Log(tmp_path).feedback())
