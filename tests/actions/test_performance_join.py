import pytest

from mlctl.actions.performance_join import (
    Known,
    Pair,
    key_text,
    of_files,
    of_log,
    of_log_and_file,
)
from mlctl.actions.served_log import Log, Prediction
from mlctl.errors import DataError
from tests.actions.logged import HEADING, feedback, moment, prediction, write


def pairs(joined, version="shop_nogit_3"):
    return [(pair.output, pair.actual) for pair in joined.pairs[version]]


def test_feedback_of_any_file_the_last_counts(tmp_path):
    write(tmp_path, feedback(1, "late", day=20), feedback(2, "b", day=5), name="1")
    write(tmp_path, prediction(2, "y"), prediction(1, "x"), prediction(3, "z"), name="2")
    write(tmp_path, feedback(1, "early", day=3), feedback(9, "lost"), feedback(2, "c", day=5), name="3")
    joined = of_log(Log(tmp_path))
    assert pairs(joined) == [("x", "late"), ("y", "c")]  # at the same moment the one that is read later
    assert (joined.predictions, joined.matched) == ({"shop_nogit_3": 3}, 2)
    assert (joined.unknown, joined.replaced, joined.notes) == (1, 2, ())
    assert joined.models == {"shop_nogit_3": "buys"}
    assert joined.last == {"shop_nogit_3": moment(3)}


def test_versions_apart(tmp_path):
    write(tmp_path, prediction(1, "x"), prediction(2, "y", version="v2"), feedback(1, "x"), feedback(2, "y"))
    joined = of_log(Log(tmp_path))
    assert pairs(joined) == [("x", "x")]
    assert joined.pairs["v2"] == [Pair(moment(2), "y", None, "y")]


def test_what_a_person_should_know(tmp_path):
    write(tmp_path, prediction(1, "x"), feedback(1, "x"), "torn", head={**HEADING, "sample": 0.25})
    assert of_log(Log(tmp_path)).notes == (
        "1 line of the log could not be read, as where the disk was full",
        "a share of 0.25 of the predictions was logged: actual values of others match none",
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "holds no prediction"),
        ((prediction(1, "x"),), "no actual value came back to the served log"),
        ((feedback(1, "x"),), "holds no prediction"),
        ((prediction(1, "x"), feedback(2, "x")), "the predictions have 'p-1', the actual values 'p-2'"),
    ],
)
def test_nothing_to_join(tmp_path, lines, why):
    write(tmp_path, *lines)
    with pytest.raises(DataError, match=why):
        of_log(Log(tmp_path))


def test_a_file_joined_by_an_input(tmp_path):
    write(
        tmp_path,
        prediction(1, "x", day=2),
        prediction(2, "old", inputs={"customer": 7.0}),
        prediction(3, "new", inputs={"customer": 7}),
        prediction(4, "before", inputs={"customer": 7}, day=1, time=moment(0)),
        prediction(5, "none", inputs={}),
    )
    joined = of_log_and_file(Log(tmp_path), {"1": Known("a"), "7": Known("b"), "8": Known("c")}, "customer")
    assert pairs(joined) == [("new", "b"), ("x", "a")]
    assert (joined.predictions["shop_nogit_3"], joined.unknown, joined.strict) == (5, 1, True)
    assert joined.notes == (
        "2 predictions are of a key that was predicted again: the last one of each key counts",
    )


def test_a_file_joined_by_prediction_id(tmp_path):
    write(tmp_path, prediction(1, "x"))
    assert pairs(of_log_and_file(Log(tmp_path), {"p-1": Known("a")}, "prediction_id")) == [("x", "a")]


def test_a_key_that_is_not_logged(tmp_path):
    write(tmp_path, prediction(1, "x"), head={**HEADING, "redacted": ["name"]})
    with pytest.raises(DataError, match="has no values of 'name': it was told to redact them"):
        of_log_and_file(Log(tmp_path), {"1": Known("a")}, "name")
    with pytest.raises(DataError, match="has no values of 'nome': no request has such an input"):
        of_log_and_file(Log(tmp_path), {"1": Known("a")}, "nome")


def one(output="x", time="", version="v1"):
    return Prediction("", time, "", version, {}, output)


def test_predictions_of_a_file():
    known = {"1": Known("a", moment(5)), "2": Known("b")}
    joined = of_files("f.csv", [("1", one()), ("2", one("y")), ("1", one(version="v2")), ("3", one())], known)
    assert joined.pairs["v1"] == [Pair("", "y", None, "b"), Pair(moment(5), "x", None, "a")]
    assert joined.predictions == {"v1": 3, "v2": 1}
    assert joined.last == {"v1": "", "v2": ""}


def test_a_file_with_a_key_twice():
    with pytest.raises(DataError, match="the key '1' is there more than once for v1"):
        of_files("f.csv", [("1", one()), ("1", one())], {"1": Known("a")})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        ("007", "007"),
        (True, "True"),
        ("", None),
        (None, None),
        ([7], None),
    ],
)
def test_a_key_as_text(value, text):
    assert key_text(value) == text
