"""The smaller parts of the server, each by itself."""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mlctl.bundle.runtime import Prediction
from mlctl.bundle.server import add_options, inference, metrics, openapi, settings_of, sockets
from mlctl.bundle.server.answers import Answers, cell
from mlctl.bundle.server.faults import MOST_DETAILS, Refusal
from mlctl.bundle.server.feedback import actuals_in
from mlctl.bundle.server.heads import Head
from mlctl.bundle.server.jobs import LEAST_SLICE, MOST_SLICE, SLICE_ROWS, TURN_S, Job, Jobs
from mlctl.bundle.server.log import ServedLog, stamp
from mlctl.bundle.server.metrics import Metrics
from mlctl.bundle.server.process import in_thread
from mlctl.bundle.server.replies import Encoder, Reply, refused
from mlctl.bundle.server.service import SLOW_S
from mlctl.bundle.server.settings import Settings
from tests.bundle.server.small import LOW, ROW, Column, Number, Small, service


class TestService:
    def test_it_warms_up_with_a_row(self):
        warmed = service(sample=ROW)
        warmed.warm_up()
        assert warmed.model.calls == [1, 1, 1]
        assert warmed.row_s > 0
        cold = service()
        cold.warm_up()
        assert cold.model.calls == []

    def test_bad_rows_have_no_answer(self):
        answers, bad = service().predict([ROW, {}, LOW], first=5)
        assert [answer and answer.value for answer in answers] == ["high", None, "low"]
        assert [fault.row for fault in bad] == [6]

    def test_it_is_slow_or_not(self):
        known = service()
        known.took(0.01)
        assert known.row_s > SLOW_S
        known.took(1000.0)
        assert known.row_s < 0.01
        for _ in range(100):
            known.took(0.0)
        assert known.row_s < SLOW_S


class TestAnswers:
    def test_numbers_that_json_has_no_word_for_are_null(self):
        assert [cell(value) for value in (1.5, float("nan"), float("inf"), 3, True)] == [
            "1.5",
            "null",
            "null",
            "3",
            "true",
        ]

    def test_a_label_of_half_a_character_can_be_written(self):
        class Odd(Small):
            classes = ("\ud800", "b")

        written = Answers(service(Odd())).plain([Prediction("\ud800", None)])
        assert json.loads(written) == {"predictions": ["?"]}


class TestRefusal:
    def test_details_have_an_end(self):
        told = json.loads(Refusal(400, "x", [{"row": 1}] * 50).body())
        assert len(told["details"]) == MOST_DETAILS
        assert told["faults"] == 50

    def test_headers_come_along(self):
        assert refused(Refusal(405, "x", headers=(("Allow", "GET"),))).extra == b"Allow: GET\r\n"


class TestEncoder:
    def test_the_bytes_of_an_answer(self):
        encoder = Encoder()
        encoder.tick(1.5)
        encoder.tick(1.9)
        head = Head("GET", "/")
        assert encoder.encode(Reply(b"{}"), head, False) == (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Date: Thu, 01 Jan 1970 00:00:01 GMT\r\nContent-Length: 2\r\n\r\n{}"
        )
        head.method = "HEAD"
        data = encoder.encode(Reply(b"{}"), head, True)
        assert data.endswith(b"Connection: close\r\nContent-Length: 2\r\n\r\n")
        head.old = True
        assert b"Connection: keep-alive\r\n" in encoder.encode(Reply(b"{}"), head, False)

    def test_the_date_is_renewed(self):
        encoder = Encoder()
        encoder.tick(86_400.0)
        assert encoder.date == b"Date: Fri, 02 Jan 1970 00:00:00 GMT\r\n"


class TestFeedback:
    @pytest.mark.parametrize("actual", ["high", 1, True, 2.5])
    def test_any_label_may_be_the_truth(self, actual):
        assert actuals_in({"prediction_id": "a", "actual": actual}, service()) == [("a", actual)]

    @pytest.mark.parametrize(
        "document",
        [
            [],
            3,
            {"prediction_id": "a"},
            {"prediction_id": "a", "actual": 1, "more": 2},
            {"prediction_id": "", "actual": 1},
            {"prediction_id": 7, "actual": 1},
            {"prediction_id": "a" * 300, "actual": 1},
            {"prediction_id": "a", "actual": None},
            {"prediction_id": "a", "actual": []},
            {"prediction_id": "a", "actual": "x" * 300},
        ],
    )
    def test_what_is_no_feedback(self, document):
        with pytest.raises(Refusal) as caught:
            actuals_in(document, service())
        assert caught.value.status == 400

    def test_a_number_is_wanted_of_a_regression(self):
        with pytest.raises(Refusal, match="wanted is a number"):
            actuals_in({"prediction_id": "a", "actual": "x"}, service(Number()))


class TestInference:
    HEAD = Head("POST", "/", "application/json")

    def read(self, document):
        return inference.read(self.HEAD, json.dumps(document).encode(), service())

    def test_one_tensor_of_all_columns(self):
        tensor = {"name": "all", "shape": [2, 2], "datatype": "BYTES", "data": [3, "red", -1, "red"]}
        asked = self.read({"inputs": [tensor]})
        assert asked.rows == [{"x": 3, "colour": "red"}, {"x": -1, "colour": "red"}]
        nested = {**tensor, "data": [[3, "red"], [-1, "red"]]}
        assert self.read({"inputs": [nested]}).rows == asked.rows

    @pytest.mark.parametrize(
        ("document", "words"),
        [
            ([], "wanted is"),
            ({"inputs": []}, "wanted is"),
            ({"inputs": [3]}, "input 1 is not"),
            ({"id": 3, "inputs": [3]}, "the id is a number"),
            ({"inputs": [{"name": "x", "shape": [1], "datatype": "FP8", "data": [1]}]}, "the datatype"),
            ({"inputs": [{"name": "x", "shape": [1, 1, 1], "datatype": "FP64", "data": [1]}]}, "the shape"),
            ({"inputs": [{"name": "x", "shape": [-1], "datatype": "FP64", "data": [1]}]}, "the shape"),
            ({"inputs": [{"name": "x", "shape": [3], "datatype": "FP64", "data": [1]}]}, "room for 3 values"),
            (
                {"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": "x"}]},
                "is text, not a list",
            ),
            (
                {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP64", "data": [1, 2, 3]}]},
                "has 3 columns",
            ),
            (
                {"inputs": [{"name": n, "shape": [1, 2], "datatype": "FP64", "data": [1, 2]} for n in "xy"]},
                "a column's shape",
            ),
            (
                {
                    "inputs": [
                        {"name": "x", "shape": [1], "datatype": "FP64", "data": [1]},
                        {"name": "y", "shape": [2], "datatype": "FP64", "data": [1, 2]},
                    ]
                },
                "the same number of rows",
            ),
        ],
    )
    def test_what_is_not_in_its_form(self, document, words):
        with pytest.raises(Refusal) as caught:
            self.read(document)
        assert caught.value.status == 400
        assert words in caught.value.message

    def test_metadata(self):
        assert inference.model(service(Number()))["outputs"] == [
            {"name": "predict", "datatype": "FP64", "shape": [-1]}
        ]

        class Whole(Small):
            classes = (0, 1)

        told = inference.model(service(Whole()))
        assert told["outputs"][0]["datatype"] == "INT64"
        assert told["parameters"] == {"classes": [0, 1]}
        assert [one["datatype"] for one in told["inputs"]] == ["FP64", "BYTES"]


class TestSchema:
    def test_what_is_known_of_columns_comes_along(self):
        class Dated(Small):
            columns = (Column("x", "number", None), Column("day", "date", "%d.%m.%Y"))

        about = {"columns": {"x": {"quantiles": [0, 1]}}, "target": "y"}
        told = openapi.schema(service(Dated(), about=about))
        assert told["columns"] == [
            {"name": "x", "kind": "number", "required": True, "nullable": True, "quantiles": [0, 1]},
            {"name": "day", "kind": "date", "required": True, "nullable": True, "form": "%d.%m.%Y"},
        ]
        assert (told["target"], told["classes"], told["probabilities"]) == ("y", ["high", "low"], True)

    def test_every_reference_of_the_document_leads_somewhere(self):
        for model in (Small(), Number()):
            document = openapi.document(service(model), "/v2/models/small/infer")
            text = json.dumps(document)
            for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
                assert name in document["components"]["schemas"]


class TestMetrics:
    def test_all_workers_are_summed(self):
        counted = Metrics(2)
        counted.add("rows", 3)
        counted.answered("/invocations", 200, 0.003)
        counted.use(1)
        counted.add("rows", 4)
        counted.put("connections", 2)
        counted.answered("/invocations", 200, 20.0)
        assert (counted.total("rows"), counted.own("rows")) == (7, 4)
        text = counted.text({"model": 'a"b\\c\n', "version": "1"})
        assert 'mlctl_model_info{model="a\\"b\\\\c\\n",version="1"} 1' in text
        assert 'mlctl_request_seconds_bucket{le="0.0025"} 0' in text
        assert 'mlctl_request_seconds_bucket{le="0.005"} 1' in text
        assert 'mlctl_request_seconds_bucket{le="+Inf"} 2' in text
        assert "mlctl_connections 2" in text
        counted.use(1)
        assert counted.total("connections") == 0
        assert counted.total("rows") == 7

    def test_memory_is_told_where_there_is_no_proc(self, monkeypatch):
        here = metrics.resident_bytes()
        assert here > 1_000_000

        def gone(*_):
            raise FileNotFoundError

        monkeypatch.setattr("builtins.open", gone)
        assert metrics.resident_bytes() > 1_000_000


class TestJobs:
    def test_a_long_one_takes_turns_and_may_be_dropped(self):
        later, done, known = [], [], service()
        jobs = Jobs(later.append, 10)
        first = Job(known, [ROW] * (SLICE_ROWS + 1), lambda *told: done.append(("first", *told)))
        second = Job(known, [ROW] * (SLICE_ROWS + 1), lambda *told: done.append(("second", *told)))
        jobs.add(first)
        jobs.add(second)
        assert len(jobs) == 2
        later.pop()()
        later.pop()()
        assert known.model.calls == [SLICE_ROWS, SLICE_ROWS]
        first.dropped = True
        while later:
            later.pop()()
        assert [told[0] for told in done] == ["second"]
        assert len(done[0][1]) == SLICE_ROWS + 1

    @pytest.mark.parametrize(("seconds", "rows"), [(1.0, LEAST_SLICE), (1e-9, MOST_SLICE)])
    def test_a_slice_is_as_large_as_the_time_allows(self, seconds, rows):
        later, known = [], service()
        Jobs(later.append, 10).add(Job(known, [ROW] * 20_000, lambda *_: None))
        later.pop()()
        known.row_s = seconds
        later.pop()()
        assert known.model.calls[1] == rows

    def test_an_error_ends_a_long_one(self):
        later, done, known = [], [], service(Small(breaks_on=13))
        Jobs(later.append, 10).add(Job(known, [{**ROW, "x": 13}] * 300, lambda *told: done.append(told)))
        later.pop()()
        assert isinstance(done[0][2], ZeroDivisionError)
        assert not later

    def test_one_bad_request_does_not_spoil_the_others(self):
        later, done, known = [], {}, service(Small(breaks_on=13))
        jobs = Jobs(later.append, 10)
        for name, row in (("good", ROW), ("breaks", {**ROW, "x": 13}), ("bad", {}), ("gone", ROW)):
            job = Job(known, [row], lambda *told, name=name: done.__setitem__(name, told))
            job.dropped = name == "gone"
            jobs.add(job)
        later.pop()()
        assert sorted(done) == ["bad", "breaks", "good"]
        assert done["good"][0][0].value == "high"
        assert isinstance(done["breaks"][2], ZeroDivisionError)
        assert [fault.row for fault in done["bad"][1]] == [1]

    def test_faults_are_numbered_within_their_request(self):
        later, done, known = [], [], service()
        jobs = Jobs(later.append, 10)
        jobs.add(Job(known, [ROW, ROW], lambda *told: done.append(told)))
        jobs.add(Job(known, [ROW, {}], lambda *told: done.append(told)))
        later.pop()()
        assert [[fault.row for fault in faults] for _, faults, _ in done] == [[], [2]]

    def test_a_turn_has_an_end(self):
        later, done, known = [], [], service()
        known.row_s = TURN_S
        jobs = Jobs(later.append, 10)
        for _ in range(4):
            jobs.add(Job(known, [ROW], lambda *told: done.append(told)))
        later.pop()()
        assert known.model.calls == [2]
        assert (len(jobs), len(later)) == (2, 1)


class TestLog:
    def log(self, folder, **more):
        self.counted = Metrics()
        return ServedLog(Settings(log_dir=str(folder), **more), lambda: 0.25, self.counted.add)

    def lines(self, folder):
        return [
            json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()
        ]

    def answers(self, count=1):
        return [Prediction("high", (0.75, float("nan")))] * count

    def test_what_a_line_says(self, tmp_path):
        log = self.log(tmp_path / "new")
        log.predictions(service(), "a-1", [{**ROW, "key": 7, "gap": float("nan")}], self.answers())
        log.flush()
        log.flush()
        head, line = self.lines(tmp_path / "new")
        assert head["version"] == "small_abc123_1"
        assert line == {
            "what": "prediction",
            "id": "a-1",
            "time": "1970-01-01T00:00:00.250000Z",
            "version": "small_abc123_1",
            "inputs": {**ROW, "key": 7, "gap": None},
            "output": "high",
            "probabilities": {"high": 0.75, "low": None},
        }
        assert next((tmp_path / "new").iterdir()).stat().st_mode & 0o007 == 0
        assert self.counted.total("logged") == 1

    def test_columns_are_left_out(self, tmp_path):
        log = self.log(tmp_path, log_redact=("colour",))
        log.predictions(service(), "a-1", [ROW], self.answers())
        log.end()
        head, line = self.lines(tmp_path)
        assert head["redacted"] == ["colour"]
        assert line["inputs"] == {"x": 3.0}

    def test_a_share_is_written(self, tmp_path):
        log = self.log(tmp_path, log_sample=0.25)
        for _ in range(10):
            log.predictions(service(), "a-1", [ROW] * 4, self.answers(4))
        log.end()
        assert len(self.lines(tmp_path)) == 11
        assert self.lines(tmp_path)[0]["sample"] == 0.25

    def test_full_files_are_closed_and_the_oldest_removed(self, tmp_path):
        log = self.log(tmp_path, log_bytes=1, log_files=2)
        for number in range(4):
            log.predictions(service(), f"a-{number}", [ROW], self.answers())
            log.flush()
        assert [line["id"] for line in self.lines(tmp_path) if "id" in line] == ["a-2", "a-3"]

    def test_versions_that_answer_by_turns_share_a_file(self, tmp_path):
        log = self.log(tmp_path, log_files=1)
        other = service(version="small_abc123_2")
        for known, number in ((service(), "a-1"), (other, "a-2"), (service(), "a-3")):
            log.predictions(known, number, [ROW], self.answers())
        log.feedback(other, "a-1", "low")
        log.end()
        assert [(line["what"], line.get("version", "")[-1:]) for line in self.lines(tmp_path)] == [
            *(("log", "1"), ("prediction", "1"), ("log", "2"), ("prediction", "2")),
            *(("log", "1"), ("prediction", "1"), ("log", "2"), ("feedback", "")),
        ]
        assert len(list(tmp_path.iterdir())) == 1
        assert self.counted.total("logged") == 4

    def test_a_file_that_was_removed_is_begun_again(self, tmp_path):
        log = self.log(tmp_path)
        log.predictions(service(), "a-1", [ROW], self.answers())
        log.flush()
        next(tmp_path.iterdir()).unlink()
        log.predictions(service(), "a-2", [ROW], self.answers())
        log.end()
        assert [line.get("id") for line in self.lines(tmp_path)] == [None, "a-2"]

    def test_files_of_an_earlier_start_are_counted(self, tmp_path):
        for start in range(4):
            log = self.log(tmp_path, log_files=1, workers=2)
            log.predictions(service(), f"a-{start}", [ROW], self.answers())
            log._opened = start  # as if another process had a name of its own
            log.end()
        assert [line["id"] for line in self.lines(tmp_path) if "id" in line] == ["a-2", "a-3"]

    def test_what_the_disk_refuses_is_counted_and_dropped(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        log = self.log(tmp_path / "file")
        log.predictions(service(), "a-1", [ROW], self.answers())
        log.flush()
        assert self.counted.total("log_lost") == 1
        other = self.log(tmp_path / "good")
        other.predictions(service(), "a-1", [ROW], self.answers())
        monkeypatch.setattr(os, "write", lambda _file, data: len(data) - 1)
        other.end()
        assert self.counted.total("log_lost") == 1

    def test_a_time(self):
        assert stamp(1767927600.000001) == "2026-01-09T03:00:00.000001Z"


class TestSockets:
    def test_a_port_that_is_taken_is_refused(self):
        with sockets.bound("127.0.0.1", 0, shared=False) as first:
            first.listen(1)
            port = first.getsockname()[1]
            with pytest.raises(sockets.ListenError, match=f"cannot listen at 127.0.0.1 port {port}"):
                sockets.bound("127.0.0.1", port, shared=False)
            with pytest.raises(sockets.ListenError):
                sockets.reserve("127.0.0.1", port)

    def test_another_server_is_noticed_though_it_shares_its_port(self):
        with sockets.bound("127.0.0.1", 0, shared=True) as first:
            first.listen(1)
            with pytest.raises(sockets.ListenError):
                sockets.reserve("127.0.0.1", first.getsockname()[1])

    @pytest.mark.parametrize("host", ["no such host!", "1.2.3.4", "a" * 300])
    def test_an_address_that_is_not_ours(self, host):
        with pytest.raises(sockets.ListenError):
            sockets.bound(host, 0, shared=False)

    def test_who_waits_is_taken(self):
        with sockets.bound("127.0.0.1", 0, shared=False) as listening:
            listening.listen(5)
            with (
                socket.create_connection(listening.getsockname()),
                socket.create_connection(listening.getsockname()),
            ):
                taken = list(sockets.waiting(listening))
            assert len(taken) == 2
            for one in taken:
                one.close()

    def test_who_waits_gets_a_protocol(self):
        class Hello(asyncio.Protocol):
            def connection_made(self, transport):
                transport.write(b"hello")
                transport.close()

        async def take(listening):
            await sockets.take_waiting(listening, Hello)
            await asyncio.sleep(0.01)

        with sockets.bound("127.0.0.1", 0, shared=False) as listening:
            listening.listen(5)
            with socket.create_connection(listening.getsockname()) as client:
                asyncio.run(take(listening))
                assert client.recv(10) == b"hello"

    def test_an_address_as_it_is_typed(self):
        assert sockets.url("::1", 80) == "http://[::1]:80"
        assert sockets.url("localhost", 80) == "http://localhost:80"


class TestOptions:
    def parse(self, *words):
        parser = argparse.ArgumentParser(exit_on_error=False)
        add_options(parser)
        return settings_of(parser.parse_args(words))

    def test_nothing_said_is_what_settings_say(self):
        assert self.parse() == Settings()

    def test_everything_said(self):
        found = self.parse(
            *("--host", "::1", "--port", "0", "--workers", "2", "--log-dir", "d", "--log-sample", "0.5"),
            *("--log-redact", "a", "--log-redact", "b", "--log-mb", "2", "--log-files", "3"),
            *("--max-body-mb", "1", "--max-connections", "9", "--max-waiting", "8", "--timeout", "5"),
        )
        assert found == Settings(
            host="::1",
            port=0,
            workers=2,
            most_body=1 << 20,
            most_waiting=8,
            most_connections=9,
            request_s=5.0,
            write_s=5.0,
            log_dir="d",
            log_sample=0.5,
            log_redact=("a", "b"),
            log_bytes=2 << 20,
            log_files=3,
        )

    @pytest.mark.parametrize(
        "words",
        [("--port", "-1"), ("--port", "x"), ("--workers", "0"), ("--log-sample", "2"), ("--timeout", "x")],
    )
    def test_what_is_wrong(self, words):
        with pytest.raises(argparse.ArgumentError):
            self.parse(*words)


def test_what_is_done_aside_may_be_forgotten():
    async def forget():
        kept, dropped = in_thread(lambda: 3), in_thread(lambda: 4)
        dropped.cancel()
        return await kept, await asyncio.wait_for(asyncio.sleep(0.05, dropped.cancelled()), 5)

    assert asyncio.run(forget()) == (3, True)


def test_the_server_imports_nothing_that_a_bare_python_has_not():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import types; "
        "package = types.ModuleType('bundle'); package.__path__ = [sys.argv[1]]; "
        "sys.modules['bundle'] = package; "
        "import bundle.server; "
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('mlctl', 'numpy', 'pydantic')))"
    )
    folder = str(Path(sockets.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, folder], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
