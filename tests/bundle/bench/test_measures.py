import contextlib
import json
import os
import socket
import sys
import threading

import pytest

from mlctl.bundle.bench import abuse, cold, run, stages
from mlctl.bundle.bench.limits import FIGURES, judge
from mlctl.bundle.bench.processes import Server, running
from mlctl.bundle.bench.report import Level, Moment
from mlctl.bundle.bench.rows import LEAST_CALLS, measure
from mlctl.bundle.bench.run import Plan, bench
from mlctl.errors import MlctlError
from tests.bundle.bench.small_target import found, report, soak, target
from tests.bundle.server.small import ROW, Small


class TestRows:
    def test_a_quick_model(self):
        told = measure(Small(), [ROW], 0.2)
        assert told.calls >= LEAST_CALLS
        assert told.batch_rows > 1
        assert told.batch_rate > 0
        assert told.latency["p50"] <= told.latency["p999"]

    def test_a_slow_model_is_asked_a_few_times(self):
        told = measure(Small(seconds=0.002), [ROW], 0.001)
        assert (told.calls, told.batch_rows) == (LEAST_CALLS, 1)


class TestCold:
    def test_a_command_beside_a_bare_python(self):
        told = cold.measure([sys.executable, "-c", "assert input() == '{\"x\": 1}'"], {"x": 1}, rounds=2)
        assert told.seconds > 0
        assert told.bare > 0
        assert told.memory > 1_000_000

    def test_a_command_that_fails(self):
        with pytest.raises(MlctlError, match="failed: no luck"):
            cold.measure([sys.executable, "-c", "raise SystemExit('no luck')"], {}, rounds=1)


class TestLimits:
    def test_most_are_not_to_be_exceeded_and_some_are_to_be_reached(self):
        told = {one.name: one for one in judge(report(), dict.fromkeys(FIGURES, 1e-9))}
        assert {name for name, one in told.items() if one.ok} == {"requests_s", "batch_rows_s"}
        assert told["p99_ms"].value == 2.0
        assert told["p50_ms"].value == 1.0
        assert told["requests_s"].value == 1000.0
        assert told["row_ms"].value == pytest.approx(0.004)
        assert told["batch_rows_s"].value == 50_000.0
        assert told["cold_start_ms"].value == 16.0
        assert told["memory_mb"].value == 21.0
        assert told["size_mb"].value == 0.002

    def test_what_was_not_measured_breaks_nothing(self):
        bare = report(levels=(), rows=None, cold=None, memory_loaded=0)
        told = judge(bare, dict.fromkeys(FIGURES, 1e9))
        assert [one.name for one in told if one.value is not None] == ["size_mb"]
        assert all(one.ok for one in told)


class TestReport:
    def test_it_is_a_document(self):
        told = json.loads(json.dumps(report(soak=soak()).to_dict()))
        assert told["levels"][0]["share_of_nothing"] == 0.5
        assert told["levels"][1]["found"]["rate"] == 1000.0
        assert told["soak"]["moments"][0]["memory"] == 20_000_000

    def test_a_share_of_nothing_at_all(self):
        assert Level("closed", 1, 0.0, found(), found(0.0)).share == 0.0


class TestAbuse:
    def test_the_server_bears_it(self, monkeypatch):
        monkeypatch.setattr(abuse, "SLOW_S", 0.01)
        with running(target().serve) as server:
            told = abuse.endure(target(), server)
        assert [one.name for one in told if not one.ok] == []
        assert len(told) == 13
        assert "1,073,741,824 bytes" in next(one.told for one in told if one.name == "a body of 1 GB")

    def test_the_end_under_load(self):
        told = abuse.end_under_load(target("grace_s=0.2"), 0.2, clients=4)
        assert told.ok, told.told
        assert "0 lost, 0 refused, exit code 0" in told.told

    @contextlib.contextmanager
    def answering(self, answer):
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def run():
                with contextlib.suppress(OSError):
                    while True:
                        sock, _ = listening.accept()
                        with sock:
                            sock.settimeout(1)
                            sock.recv(65536)
                            sock.sendall(answer)

            thread = threading.Thread(target=run, daemon=True)
            thread.start()
            yield Server(None, *listening.getsockname()[:2], 0.0)
            listening.shutdown(socket.SHUT_RDWR)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "500"),
            (b'HTTP/1.1 400 Bad\r\nContent-Length: 18\r\n\r\n["Traceback (most', "said nothing"),
            (b'HTTP/1.1 400 Bad\r\nContent-Length: 18\r\n\r\n["Traceback (x)" ]', "inside of the server"),
            (b"HTTP/1.1 400", "said nothing"),
        ],
    )
    def test_a_server_that_does_not_bear_it(self, answer, words):
        with self.answering(answer) as server:
            told = abuse._endured("bad", abuse._bad_json, target(), server)
        assert not told.ok
        assert words in told.told


class TestStages:
    def test_levels_stand_beside_nothing(self):
        with running(target().serve) as server:
            levels = stages.levels(target(), server, 0.1, (1, 2), ())
        assert [(one.loop, one.clients) for one in levels] == [
            ("closed", 1),
            ("closed", 2),
            *[("open", stages.OPEN_CLIENTS)] * 3,
        ]
        assert all(one.found.requests and one.nothing.requests for one in levels)
        assert levels[0].ceiling > 0

    def test_a_soak(self):
        with running(target().serve) as server:
            told = stages.soak(target(), server, 0.01, 100.0)
        assert told.failed == 0
        assert sum(moment.requests for moment in told.moments) > 30
        assert told.moments[0].memory > 1_000_000
        assert told.drift > 0

    def test_slopes(self):
        assert stages.slope_of([(0, 1), (1, 3), (2, 5), (3, 100)]) == pytest.approx(2.0, abs=48)
        assert stages.slope_of([(0, 1), (1, 3), (2, 5)]) == 2
        assert stages.slope_of([(0, 1)]) == 0.0

    def test_nothing_to_tell_a_drift_from(self):
        assert stages._drift(()) == 1.0
        assert stages._drift([Moment(0.0, 1, 0.0, 0.0, 1)]) == 1.0
        assert stages._nearest((), 1.0) == 0


class TestRun:
    def test_everything(self):
        said = []
        plan = Plan(0.1, (1,), (20.0,), 0.005, True, 1)
        told = bench(target("grace_s=0.2"), plan, said.append)
        assert told.selftest is True
        assert told.rows.batch_rate == 9.0
        assert told.cold.seconds > 0
        assert [(one.loop, one.rate) for one in told.levels] == [("closed", 0.0), ("open", 20.0)]
        assert [one.name for one in told.ordeals if not one.ok] == []
        assert told.ordeals[-1].name == "SIGTERM under load"
        assert told.soak.failed == 0
        assert said[0] == "self-test"
        assert said[-1] == "abuse"
        assert told.memory_loaded > 1_000_000

    def test_what_cannot_be_measured_is_left_out(self):
        bare = target(predict=(), probe=(), selftest=())
        told = bench(bare, Plan(0.1, (1,), (20.0,), 0.0, False), [].append)
        assert (told.selftest, told.rows, told.cold, told.soak, told.ordeals) == (None, None, None, None, ())

    def test_a_probe_that_fails(self):
        with pytest.raises(MlctlError, match="rows could not be measured: no luck"):
            run._rows(target(probe=(sys.executable, "-c", "raise SystemExit('no luck')")), 1.0)

    def test_what_a_busy_or_small_machine_does_to_figures_is_said(self, monkeypatch):
        monkeypatch.setattr(os, "getloadavg", lambda: (9.0, 9.0, 9.0))
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
        assert len(run._notes(9.0)) == 2
        assert run._notes(0.0)[0].startswith("server and generator shared one core")
        monkeypatch.delattr(os, "sched_getaffinity")
        monkeypatch.setattr(os, "cpu_count", lambda: 3)
        assert run.cores() == 3
