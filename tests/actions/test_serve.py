import sys
import zipfile
from pathlib import Path

import pytest

from mlctl.actions import locate, serve
from mlctl.actions.locate import Place
from mlctl.errors import DamagedError, MlctlError, NotFoundError


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """What is laid out for a server that is never started goes with the test."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


@pytest.fixture
def store(climbed):
    return Place(climbed / "mlstore", climbed, {}).open()


def test_an_experiment_is_laid_out_and_its_command_named(store):
    made = serve.of_experiment(store, locate.experiment(store, "best"), ["--port", "0"], follow=True)
    directory = Path(made.command[3])
    assert (directory / "offer.json").is_file()
    assert made.command[4:] == ("--store", str(store.root), "--follow", "--remove", "--port", "0")
    assert made.offer.tier == "portable"


def test_nothing_stays_where_it_cannot_be_laid_out(store, monkeypatch, tmp_path):
    def fail(*_, **__):
        raise MlctlError("no")

    monkeypatch.setattr(serve, "make", fail)
    with pytest.raises(MlctlError):
        serve.of_experiment(store, locate.experiment(store, "best"), [])
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_bundle_serves_itself(tmp_path, pyz):
    folder = tmp_path / "toy"
    with zipfile.ZipFile(pyz) as file:
        file.extractall(folder)
    for place in (pyz, folder):
        assert serve.is_bundle(str(place))
        made = serve.of_bundle(str(place), ["--port", "0"])
        assert made.command == (sys.executable, "-I", str(place), "serve", "--port", "0")
        assert made.offer is None
        assert serve.of_bundle(str(place), [], trust=True).command[3:] == ("serve", "--trust")


def test_what_is_no_bundle(tmp_path):
    assert not serve.is_bundle("best")
    assert serve.is_bundle("iris_3f9a1c_12.pyz")
    with pytest.raises(NotFoundError, match="there is no bundle"):
        serve.of_bundle("iris_3f9a1c_12.pyz", [])
    for name in ("x.pyz", "other.skops", "other"):
        (tmp_path / name).write_text("made by something else")
        assert serve.is_bundle(str(tmp_path / name))
        with pytest.raises(DamagedError, match="not a bundle of mlctl") as caught:
            serve.of_bundle(str(tmp_path / name), [])
        assert caught.value.hint == "fetch or build it again"


def test_a_program_of_someone_else_is_not_run(tmp_path):
    path = tmp_path / "other.pyz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("__main__.py", "open('was_run', 'w')")
    with pytest.raises(DamagedError):
        serve.of_bundle(str(path), [])


def test_a_reference_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "best").write_text("a file that happens to be called so")
    assert not serve.is_bundle("best")
