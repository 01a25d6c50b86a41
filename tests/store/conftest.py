"""A small store, and time that stands still."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mlctl.domain.records import Experiment, Model
from mlctl.store import Store, init
from mlctl.store.layout import Layout
from mlctl.store.site import Site

NOW = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
NOBODY = 65_534


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return init(tmp_path / "mlstore", NOW)[0]


@pytest.fixture
def site(store: Store) -> Site:
    return Site(Layout(store.root), lock_timeout=0.2)


@pytest.fixture
def model(store: Store) -> Model:
    store.add_project("iris", "flowers", NOW)
    return store.add_model("iris", "species", "which one", NOW)[0]


@pytest.fixture(scope="session")
def whole_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all that a store may hold: read it, do not write to it."""
    from tests.store.whole import whole

    made = init(tmp_path_factory.mktemp("whole") / "mlstore", NOW)[0]
    whole(made)
    return made.root


@pytest.fixture
def filled(store: Store, whole_once: Path) -> Path:
    """Fill the store with a copy of it; gives its directory."""
    shutil.copytree(whole_once, store.root, dirs_exist_ok=True)
    return store.root


@pytest.fixture
def finished(store: Store, model: Model) -> Callable[..., Experiment]:
    """Make a finished experiment with two artifacts."""

    def make(rung: str = "dummy", **fields) -> Experiment:
        opened = store.new_experiment(model, "3f9a1c" + "0" * 34, NOW, rung=rung)
        opened.write("params.yaml", "project: iris\n")
        opened.write("plots/roc.png", b"\x89PNG")
        return opened.finish(artifact_file_paths={"parameters": "params.yaml"}, **fields)

    return make


@pytest.fixture
def settle() -> Callable[[Path], None]:
    """Make the records of a store old enough for the index to believe their stamps."""

    def age(root: Path) -> None:
        for path in root.rglob("*.yaml"):
            stat = path.stat()
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns - 10**10))

    return age


@pytest.fixture
def read_only(store: Store, model: Model) -> Iterator[AbstractContextManager[Store]]:
    """A store that may be read and not written, by root either."""
    # pytest's own directory is closed to everybody else, and nobody is who root turns into below.
    with TemporaryDirectory() as folder:
        root = Path(folder) / "mlstore"
        shutil.copytree(store.root, root)
        yield _without_rights(root)


@contextmanager
def _without_rights(root: Path) -> Iterator[Store]:
    paths = [root.parent, root, *root.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with _as_nobody():
            yield Store(Site(Layout(root)))
    finally:
        for path in paths:
            path.chmod(0o755)


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Give up root's rights, where they are held, for the length of a block."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


@pytest.fixture
def may_not_read(store: Store) -> Iterator[Callable[[str], AbstractContextManager[Path]]]:
    """Close one path below a directory that holds ``mlstore``, for everybody; gives that directory."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        shutil.copytree(store.root, place / "mlstore")

        @contextmanager
        def close(path: str) -> Iterator[Path]:
            (place / path).chmod(0)
            with _as_nobody():
                yield place
            (place / path).chmod(0o755)

        yield close
