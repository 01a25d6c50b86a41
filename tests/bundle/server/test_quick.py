import json

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from mlctl.bundle.portable.write import portable
from mlctl.bundle.runtime import InputError, load
from mlctl.bundle.server.app import App
from mlctl.bundle.server.heads import Head
from mlctl.bundle.server.metrics import Metrics
from mlctl.bundle.server.quick import MOST_KNOWN, Quick
from mlctl.domain.columns import Column
from tests.bundle.server.small import COLUMNS, Number, Small, service

HEAD = Head("POST", "/invocations", "application/json")


class Valued(Small):
    """Also takes rows as values, in its own order."""

    def predict_values(self, values, *, number=1):
        self.calls.append("values")
        return self._answer(dict(zip(("x", "colour"), values, strict=True)), number)


class Lone(Number):
    columns = COLUMNS[:1]

    def predict_values(self, values, *, number=1):
        return self._told({"x": values[0]})


def split(row, columns=("x", "colour"), **more):
    return {"dataframe_split": {"columns": list(columns), **more, "data": [row]}}


def quick(model=None):
    return Quick(service(model or Valued()))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(split([3, "red"])),
        json.dumps(split([3, "red"]), separators=(",", ":")),
        json.dumps(split([3, "red"])) + " \n",
        json.dumps(split(["red", 3], ["colour", "x"])),
        json.dumps(split([0, "red", 3], ["more", "colour", "x"])),
        json.dumps(split([3, "red"], index=[0])),
        json.dumps({"dataframe_split": {"index": [7], **split([3, "red"])["dataframe_split"]}}),
        json.dumps(split([3, '"data":[[1]]}}'])),
    ],
)
def test_a_usual_request_is_answered_at_once(text):
    made = quick()
    assert made.answer(text.encode()).value == "high"
    assert made.answer(text.replace("3", "-3").encode()).value == "low"


def test_one_column():
    assert quick(Lone()).answer(b'{"dataframe_split":{"columns":["x"],"data":[[1.5]]}}').value == 3.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "\xff",
        json.dumps({"dataframe_records": [{"x": 1, "colour": "red"}]}),
        '{"dataframe_split": {"data": [[3, "red"]], "columns": ["x", "colour"]}}',
        '{"dataframe_split": {"columns": ["x", "colour"], "data":',
        '{"dataframe_split": {"columns": ["x", "colour"], "data": [[3, "red"]], "index": [0]}}',
        '{"dataframe_split": {"columns": ["x", "colour"], "data": [[3, "red"]]}, "params": {}}',
        '{"params": {}, "dataframe_split": {"columns": ["x", "colour"], "data": [[3, "red"]]}}',
        '{"dataframe_split": {"columns": ["x", "colour"], "x": {"data": [[3, "red"]]}}',
        '{"dataframe_split": {"columns": ["x\\"data": 1, "data": [[3, "red"]]}}',
        '{"columns": ["x", "colour"], "data": [[3, "red"]]}',
        '[{"dataframe_split": {"columns": ["x", "colour"], "data": [[3, "red"]]}}',
        json.dumps(split([3, "red"], "xc")),
        json.dumps(split([3, "red", 3], ["x", "colour", "x"])),
        json.dumps(split([3, "red", 3], ["x", "colour", 3])),
        json.dumps({"dataframe_split": {"columns": "x", "data": [[3]]}}),
        json.dumps({"dataframe_split": 3, "data": [[3]]}),
        json.dumps(split([3])),
        json.dumps(split("ab")),
        json.dumps({"dataframe_split": {"columns": ["x", "colour"], "data": [[3, "red"]] * 2}}),
        json.dumps({"dataframe_split": {"columns": ["x", "colour"], "data": 3}}),
        json.dumps(split(["abc", "red"])),
        json.dumps(split([3, "red"]))[:-1],
        json.dumps(split([3, "red"])) + "}",
        json.dumps(split([3, "red"])).replace("3", "[" * 100_000),
        json.dumps(split([3, "red"])).replace("3", "1" * 5000),
    ],
)
def test_all_else_goes_the_long_way(text):
    made = quick()
    assert made.answer(text.encode("latin-1")) is None
    assert made.answer(text.encode("latin-1")) is None


def test_a_model_without_columns_or_that_takes_no_values_is_asked_the_long_way():
    class Bare(Valued):
        columns = ()

    body = json.dumps(split([3, "red"])).encode()
    assert quick(Bare()).answer(body) is None
    assert quick(Small()).answer(body) is None


def test_what_is_known_has_an_end():
    made = quick()
    for number in range(MOST_KNOWN + 5):
        made.answer(json.dumps(split([3, "red", 1], ["x", "colour", f"more {number}"])).encode())
    assert len(made._known) == 5


def test_both_ways_answer_the_same():
    model = Valued()
    app = App(service(model), Metrics(), [].append)
    body = json.dumps(split([3, "red"])).encode()
    one = app.answer(HEAD, body, None)
    assert model.calls == ["values"]
    app.service.row_s = 50e-6
    long = app.answer(Head("POST", "/invocations", "application/json; charset=utf-8"), body, None)
    assert model.calls == ["values", 1]
    assert one.body == long.body
    assert [reply.extra.count(b"X-Prediction-Id: ") for reply in (one, long)] == [1, 1]
    assert app.metrics.total("rows") == 2
    bad = app.answer(HEAD, json.dumps(split(["abc", "red"])).encode(), None)
    assert (bad.status, b"is not a number" in bad.body) == (400, True)


def test_a_portable_model_takes_values():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})
    fitted = LogisticRegression().fit(frame, [0, 0, 1, 1])
    model = load(portable(fitted, columns=[Column(name, "number", 4, 0) for name in frame]).to_bytes())
    assert model.predict_values((3, 1.0)) == model.predict_row({"b": 1.0, "a": 3})
    with pytest.raises(InputError, match="row 7"):
        model.predict_values((None, 1.0), number=7)
    with pytest.raises(InputError, match="column 'b'"):
        model.predict_values((1.0, "x"))
