import json
import subprocess
import sys
import time

import pytest

from mlctl.actions import locate
from mlctl.actions import offer as offers
from mlctl.actions.locate import Place
from mlctl.actions.make_offer import make
from mlctl.actions.served import Champion, follow, service_of
from mlctl.bundle.bench import abuse
from mlctl.bundle.bench.processes import running
from mlctl.bundle.bench.target import body, request
from mlctl.errors import MlctlError
from mlctl.store.champion import Event


@pytest.fixture
def store(iris):
    return Place(iris / "mlstore", iris, {}).open()


def crown(store, ref):
    """Make an experiment the champion without asking the gate."""
    chosen = locate.experiment(store, ref)
    model = store.model("iris", "species")
    event = Event(
        "2026-01-09T03:00:00.000000Z", "a test", "promote", store.champion(model), chosen.model_version_id
    )
    store.promote(model, event, store.champion(model))
    return chosen


def offered(store, tmp_path, ref="best"):
    tmp_path.mkdir(exist_ok=True)
    return make(store, locate.experiment(store, ref), tmp_path)


def version(server):
    return json.loads(abuse.ask(server, b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n")[1])["version"]


def test_a_champion_is_served_and_the_next_one_taken_up(store, tmp_path):
    first = crown(store, "best")
    offered(store, tmp_path / "offer", "champion")
    rows = offers.rows(tmp_path / "offer")
    command = offers.command(tmp_path / "offer", store.root, follow=True)
    with running([*command, "--remove", "--port", "0"]) as server:
        assert not (tmp_path / "offer").exists()
        assert server.memory() < 60e6
        assert version(server) == first.model_version_id
        assert abuse.ask(server, request(body(rows[:3])))[0] == 200
        second = crown(store, "baseline")
        end = time.monotonic() + 30
        while version(server) != second.model_version_id:
            assert time.monotonic() < end
            assert abuse.ask(server, request(body(rows[:1])))[0] == 200
        assert server.stop() == 0
    journal = store.retraining.journal("iris", "species")
    assert journal.served(first.model_version_id, "2000-01-01T00:00:00.000000Z") >= 3


def test_no_ml_library_is_imported_to_serve_a_portable_model(store, tmp_path):
    offered(store, tmp_path / "offer")
    code = (
        "import sys; from pathlib import Path; from mlctl.actions.locate import Place; "
        "from mlctl.actions.served import service_of; "
        "service_of(Path(sys.argv[1]), Place(Path(sys.argv[2]), Path('.'), {}).open()).warm_up(); "
        "print([n for n in ('numpy', 'pandas', 'sklearn', 'pydantic', 'typer') if n in sys.modules])"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "offer"), str(store.root)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_one_row_and_a_probe(store, tmp_path):
    offered(store, tmp_path / "offer")
    command = offers.command(tmp_path / "offer", store.root)
    row = json.dumps(offers.rows(tmp_path / "offer")[0])
    once = subprocess.run([*command, "--once"], input=row, capture_output=True, text=True, check=True)
    assert json.loads(once.stdout)["value"] in (0, 1, 2)
    probe = subprocess.run([*command, "--probe", "0.01"], capture_output=True, text=True, check=True)
    assert json.loads(probe.stdout)["calls"] > 10


def test_a_model_of_the_sklearn_tier_is_loaded_from_the_store(store, tmp_path):
    made = offered(store, tmp_path / "offer")
    rows = offers.rows(tmp_path / "offer")
    other = tmp_path / "other"
    other.mkdir()
    offers.write(other, offers.Offer(made.project, made.model, made.version, "sklearn"), rows, None)
    service = service_of(other, store)
    assert type(service.model).__name__ == "Fitted"
    assert service.predict_row(rows[0]).value in (0, 1, 2)


def test_a_port_that_is_taken_is_told_with_how_to_go_on(store, tmp_path):
    offered(store, tmp_path / "offer")
    command = offers.command(tmp_path / "offer", store.root)
    with running([*command, "--port", "0"]) as server:
        done = subprocess.run(
            [*command, "--port", str(server.port)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot listen at 127.0.0.1 port")
    assert "--port" in done.stderr.splitlines()[1]


def test_an_offer_that_is_none_is_told(store, tmp_path):
    command = offers.command(tmp_path / "nothing", store.root)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("error: ")


def test_a_champion_that_cannot_be_laid_out_is_an_error(store, tmp_path):
    made = offered(store, tmp_path / "offer")
    with pytest.raises(MlctlError, match="the champion could not be laid out"):
        follow(store, made, trust=False)()


def test_the_champion_is_read_again_when_it_changed(store):
    asked = Champion(store, store.model("iris", "species"))
    assert asked() is None
    assert asked() is None
    first = crown(store, "best")
    assert asked() == first.model_version_id
    stamp = store.champion_stamp(store.model("iris", "species"))
    assert asked() == first.model_version_id
    crown(store, "baseline")
    assert store.champion_stamp(store.model("iris", "species")) != stamp
