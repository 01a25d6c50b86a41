import json

import pytest

from mlctl.bundle.server.app import App
from mlctl.bundle.server.heads import Head
from mlctl.bundle.server.jobs import SLICE_ROWS
from mlctl.bundle.server.log import ServedLog
from mlctl.bundle.server.metrics import Metrics
from mlctl.bundle.server.settings import Settings
from tests.bundle.server.small import LOW, ROW, Number, Small, service


class Client:
    """Asks an application, and has its later calls made at once."""

    def __init__(self, model=None, log=None, most_waiting=3, **more):
        self.later, self.errors, self.late, self.job = [], [], None, None
        self.app = App(
            service(model, **more),
            Metrics(),
            self.later.append,
            log,
            most_waiting,
            self.errors.append,
            "mlctl 9",
        )

    def done(self, reply):
        self.late = reply

    def start(self, method, path, body=b"", media="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.app.answer(Head(method, path, media), data, self)

    def ask(self, method, path, body=b"", media="application/json"):
        reply = self.start(method, path, body, media)
        while reply is None and self.later:
            self.later.pop(0)()
            reply = self.late
        return reply

    def post(self, path, body, **more):
        reply = self.ask("POST", path, body, **more)
        return reply.status, json.loads(reply.body)

    def get(self, path):
        reply = self.ask("GET", path)
        return reply.status, json.loads(reply.body)


@pytest.fixture
def client():
    return Client()


def records(*rows):
    return {"dataframe_records": list(rows)}


def test_predictions_come_as_mlflow_gives_them(client):
    assert client.post("/invocations", records(ROW)) == (200, {"predictions": ["high"]})
    assert client.post("/invocations", records(ROW, LOW)) == (200, {"predictions": ["high", "low"]})


def test_each_answer_names_its_prediction_and_its_version(client):
    one, two = (client.ask("POST", "/invocations", records(ROW)).extra.decode() for _ in range(2))
    assert "X-Model-Version: small_abc123_1\r\n" in one
    assert (
        one.split("X-Prediction-Id: ")[1].split("\r")[0] != two.split("X-Prediction-Id: ")[1].split("\r")[0]
    )


def test_numbers():
    client = Client(Number())
    assert client.post("/invocations", records({**ROW, "x": 1.25})) == (200, {"predictions": [2.5]})
    assert client.post("/invocations", records(ROW, LOW))[1] == {"predictions": [6.0, -2.0]}
    _, told = client.post("/predict", records(ROW))
    assert told["predictions"][0]["value"] == 6.0
    assert "probabilities" not in told["predictions"][0]


def test_labels_probabilities_and_ids_together(client):
    status, told = client.post("/predict", records(ROW, LOW))
    assert (status, told["model"], told["version"]) == (200, "small", "small_abc123_1")
    first, second = told["predictions"]
    assert first["probabilities"] == {"high": 0.75, "low": 0.25}
    assert second["label"] == "low"
    assert first["prediction_id"].endswith("-1")
    assert second["prediction_id"] == first["prediction_id"][:-1] + "2"


def test_a_bad_row_is_named_with_its_column(client):
    status, told = client.post("/invocations", records({"x": 1}))
    assert status == 400
    assert told["error_code"] == "BAD_REQUEST"
    assert told["message"].startswith("column 'colour', row 1: the model needs this column")
    assert told["details"] == [
        {"row": 1, "column": "colour", "message": "the model needs this column, and it is not there"}
    ]
    status, told = client.post("/predict", records(ROW, {**ROW, "x": "abc"}, {**ROW, "x": None}))
    assert (status, told["faults"]) == (400, 2)
    assert "row 2" in told["message"]
    assert "(2 rows are refused)" in told["message"]
    assert client.app.metrics.total("bad_rows") == 3


def test_no_rows_are_refused(client):
    assert client.post("/invocations", records()) == (
        400,
        {"error_code": "BAD_REQUEST", "message": "there are no rows"},
    )


def test_an_error_of_the_model_shows_nothing_of_its_inside():
    client = Client(Small(breaks_on=13))
    status, told = client.post("/invocations", records({**ROW, "x": 13}))
    assert (status, told["error_code"]) == (500, "INTERNAL_ERROR")
    assert "inside" not in told["message"]
    assert isinstance(client.errors[0], ZeroDivisionError)


def test_slow_rows_are_predicted_together():
    client = Client()
    client.app.service.row_s = 0.001
    assert client.start("POST", "/invocations", records(ROW)) is None
    assert client.start("POST", "/invocations", records(LOW, LOW)) is None
    (together,) = client.later
    together()
    assert client.app.service.model.calls == [3]
    assert json.loads(client.late.body) == {"predictions": ["low", "low"]}


def test_slow_bad_rows_and_errors_stay_with_who_sent_them():
    client = Client(Small(breaks_on=13))
    client.app.service.row_s = 0.001
    assert client.post("/invocations", records({"x": 1}))[0] == 400
    client.app.service.row_s = 0.001
    client.late = None
    assert client.post("/invocations", records({**ROW, "x": 13}))[0] == 500


def test_too_many_that_wait_are_told_to_come_again():
    client = Client(most_waiting=1)
    client.app.service.row_s = 0.001
    assert client.start("POST", "/invocations", records(ROW)) is None
    reply = client.start("POST", "/invocations", records(ROW))
    assert reply.status == 429
    assert reply.extra == b"Retry-After: 1\r\n"
    client.later.pop()()
    assert client.start("POST", "/invocations", records(ROW)) is None


def test_many_rows_are_predicted_in_slices(client):
    rows = [ROW] * (SLICE_ROWS * 2 + 1)
    assert client.post("/invocations", records(*rows)) == (200, {"predictions": ["high"] * len(rows)})
    assert client.app.service.model.calls[0] == SLICE_ROWS
    assert client.app.metrics.total("rows") == len(rows)


def test_a_new_version_is_taken_up_and_what_waits_gets_the_old_one(client):
    client.app.service.row_s = 0.001
    assert client.start("POST", "/predict", records(ROW)) is None
    client.app.use(service(Small(), "small_abc123_2"))
    client.later.pop()()
    assert json.loads(client.late.body)["version"] == "small_abc123_1"
    assert client.post("/predict", records(ROW))[1]["version"] == "small_abc123_2"
    client.app.service.row_s = 0.001
    assert client.start("POST", "/invocations", records(ROW)) is None
    client.app.use(service(Small(), "small_abc123_3"))
    client.later.pop()()
    assert json.loads(client.late.body) == {"predictions": ["high"]}
    assert b"X-Model-Version: small_abc123_2\r\n" in client.late.extra


def test_what_a_get_answers(client):
    assert client.ask("GET", "/ping").body == client.ask("GET", "/health").body == b"\n"
    assert client.get("/version")[1] == {"model": "small", "version": "small_abc123_1", "software": "mlctl 9"}
    assert "/v2/models/small/infer" in client.get("/")[1]["addresses"]
    assert [column["name"] for column in client.get("/schema")[1]["columns"]] == ["x", "colour"]
    assert client.get("/openapi.json")[1]["openapi"] == "3.1.0"
    assert client.get("/v2")[1] == {"name": "mlctl", "version": "9", "extensions": []}
    assert client.get("/v2/health/live") == (200, {"live": True})
    for path in (
        "/v2/health/ready",
        "/v2/models/small/ready",
        "/v2/models/small/versions/small_abc123_1/ready",
    ):
        assert client.get(path) == (200, {"ready": True})
    assert client.get("/v2/models/small")[1]["versions"] == ["small_abc123_1"]
    assert client.ask("HEAD", "/ping").status == 200


def test_who_is_ending_is_not_ready(client):
    client.app.draining = True
    assert client.get("/v2/health/ready")[0] == 503
    assert client.get("/version")[0] == 200


@pytest.mark.parametrize("path", ["/invocations", "/predict", "/feedback", "/v2/models/small/infer"])
def test_what_is_posted_to_is_not_got(client, path):
    reply = client.ask("GET", path)
    assert (reply.status, reply.extra) == (405, b"Allow: POST\r\n")


def test_what_is_got_is_not_posted_to(client):
    reply = client.ask("POST", "/ping")
    assert (reply.status, reply.extra) == (405, b"Allow: GET, HEAD\r\n")


def test_nothing_there(client):
    status, told = client.get("/invocation")
    assert (status, told["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "/invocations" in told["message"]


def test_the_open_inference_protocol(client):
    inputs = [
        {"name": "x", "shape": [2, 1], "datatype": "FP64", "data": [[3.0], [-1.0]]},
        {"name": "colour", "shape": [2], "datatype": "BYTES", "data": ["red", "red"]},
    ]
    status, told = client.post("/v2/models/small/infer", {"id": "mine", "inputs": inputs})
    assert (status, told["id"], told["model_version"]) == (200, "mine", "small_abc123_1")
    assert told["parameters"]["prediction_id"] not in ("", "mine")
    assert told["outputs"] == [
        {"name": "predict", "shape": [2], "datatype": "BYTES", "data": ["high", "low"]},
        {"name": "probabilities", "shape": [2, 2], "datatype": "FP64", "data": [0.75, 0.25, 0.25, 0.75]},
    ]
    metrics = client.ask("GET", "/metrics").body.decode()
    assert 'mlctl_requests_total{path="/v2/infer",status="200"} 1' in metrics


def test_counters(client):
    client.post("/invocations", records(ROW, LOW))
    client.get("/nothing")
    text = client.ask("GET", "/metrics").body.decode()
    assert 'mlctl_model_info{model="small",version="small_abc123_1"} 1' in text
    assert 'mlctl_requests_total{path="/invocations",status="200"} 1' in text
    assert 'mlctl_requests_total{path="other",status="404"} 1' in text
    assert "mlctl_predictions_total 2" in text
    assert "mlctl_request_seconds_count 2" in text


def test_feedback_needs_a_log(client):
    status, told = client.post("/feedback", {"prediction_id": "a-1", "actual": "low"})
    assert (status, "--log-dir" in told["message"]) == (501, True)


def test_predictions_and_feedback_are_written_down(tmp_path):
    counted = Metrics()
    log = ServedLog(Settings(log_dir=str(tmp_path)), lambda: 1767927600.5, counted.add)
    client = Client(log=log)
    number = client.post("/predict", records(ROW))[1]["predictions"][0]["prediction_id"]
    assert client.post("/feedback", {"prediction_id": number, "actual": "low"}) == (200, {"accepted": 1})
    assert client.post("/feedback", [{"prediction_id": number, "actual": "new"}] * 2) == (
        200,
        {"accepted": 2},
    )
    assert client.post("/predict", records(ROW, LOW))[0] == 200
    log.end()
    (file,) = tmp_path.iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["what"] for line in lines] == [
        "log",
        "prediction",
        *["feedback"] * 3,
        "prediction",
        "prediction",
    ]
    assert lines[1]["id"] == lines[2]["id"] == number
    assert client.app.metrics.total("feedback") == 3


def test_an_application_may_have_nobody_to_tell_of_errors():
    app = App(service(Small(breaks_on=1)), Metrics(), [].append)
    reply = app.answer(
        Head("POST", "/invocations", "application/json"), b'{"instances": [[1, "x"]]}', Client()
    )
    assert reply.status == 500


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"prediction_id": "a" * 201, "actual": "low"}, "longer than 200 characters, not an id"),
        ({"prediction_id": "", "actual": "low"}, "the prediction_id is text, not an id"),
        ({"prediction_id": "a-1", "actual": float("nan")}, "the actual value is nan"),
        ({"prediction_id": "a-1", "actual": float("inf")}, "the actual value is inf"),
    ],
)
def test_feedback_with_ids_that_are_too_long_and_numbers_that_are_none(tmp_path, sent, said):
    client = Client(log=ServedLog(Settings(log_dir=str(tmp_path)), lambda: 1767927600.5, Metrics().add))
    status, told = client.post("/feedback", sent)
    assert (status, said in told["message"]) == (400, True)
