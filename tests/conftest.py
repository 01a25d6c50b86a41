"""What every test shares: a command line that runs in an empty directory, and no way out of it."""

import contextlib
import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlctl.cli.main import main
from tests import gated

REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ran:
    """One command line that was run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@pytest.fixture(scope="session", autouse=True)
def state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Note nothing in a developer's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def nowhere_else(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a directory of the test's own: no test can find a developer's store by walking up."""
    place = tmp_path_factory.mktemp("work")
    monkeypatch.chdir(place)
    monkeypatch.delenv("MLCTL_STORE", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    return place


@pytest.fixture(autouse=True)
def usual_csv_limit() -> Iterator[None]:
    """Put back the csv module's limit, which belongs to the whole process."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


@pytest.fixture
def mlctl(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run one command line in this process and give ``(code, out, err)``."""

    def run(*words: str | Path) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def climbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with iris, climbed once: read it, do not write to it."""
    place = tmp_path_factory.mktemp("climbed")
    shutil.copy(REPOSITORY / "sample_configs" / "iris.yaml", place)
    assert main(["init", str(place / "mlstore")]) == 0
    assert main(["train", "--params", str(place / "iris.yaml")]) == 0
    return place


@pytest.fixture
def iris(climbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that directory to work in: a store that was moved works."""
    place = tmp_path / "moved"
    shutil.copytree(climbed, place)
    monkeypatch.chdir(place)
    return place


@pytest.fixture(scope="session")
def shop_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with shop/buys, climbed once: dummy, stump, tree. Read it, do not write to it."""
    place = tmp_path_factory.mktemp("shop")
    with contextlib.chdir(place):
        gated.train(gated.rows(1500))
    return place


@pytest.fixture
def shop(shop_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that directory to work in."""
    place = tmp_path / "shop"
    shutil.copytree(shop_once, place)
    monkeypatch.chdir(place)
    return place


@pytest.fixture(scope="session")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle that was made without a store: read it, do not write to it."""
    from tests.bundle import made

    return made.write(tmp_path_factory.mktemp("bundle") / "toy_nogit_1.pyz")
