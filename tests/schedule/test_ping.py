import pytest

from mlctl.schedule.ping import MOST_BODY, address_of, ping
from tests.schedule.servers import web

RUN = "7f1c2c1e-0d4e-4f6e-9c53-0d6f4d0a1c11"


@pytest.mark.parametrize(
    ("url", "state", "run", "address"),
    [
        ("https://hc.example/u", "start", RUN, f"https://hc.example/u/start?rid={RUN}"),
        ("https://hc.example/u/", "success", RUN, f"https://hc.example/u?rid={RUN}"),
        ("https://hc.example/u", "success", None, "https://hc.example/u"),
        ("https://hc.example/u?create=1", "fail", RUN, f"https://hc.example/u/fail?create=1&rid={RUN}"),
    ],
)
def test_the_address(url, state, run, address):
    assert address_of(url, state, run) == address


def test_a_run_as_the_switch_sees_it():
    with web() as asked:
        environ = {"SWITCH": f"{asked.url}/secret"}
        assert ping("${SWITCH}", "start", environ=environ, run_id=RUN) == ""
        assert ping("${SWITCH}", "fail", environ=environ, run_id=RUN, body="x" * 20_000 + "end é") == ""
    assert asked.paths == [f"/secret/start?rid={RUN}", f"/secret/fail?rid={RUN}"]
    assert asked.bodies[0] == b""
    assert len(asked.bodies[1]) == MOST_BODY
    assert asked.bodies[1].endswith("end é".encode())


def test_a_failure_is_said_without_the_address():
    with web(500) as asked:
        assert ping(f"{asked.url}/secret", "success", environ={}) == "ping success: HTTP 500"
    assert ping("${SWITCH}", "success", environ={}) == "ping success: the environment has no SWITCH"
    assert ping("http://[secret", "start", environ={}) == "ping start: the address is none"
