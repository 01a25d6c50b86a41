from datetime import UTC, datetime

import pytest

from mlctl.errors import DamagedError
from mlctl.store.store import init

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 10, 12, tzinfo=UTC)
TEXT = "project: iris\nretrain:\n  ping: ${PING}\n"


@pytest.fixture
def store(tmp_path):
    made, _ = init(tmp_path / "work" / "mlstore", NOW)
    made.add_project("iris", "", NOW)
    return made


@pytest.fixture
def model(store):
    return store.add_model("iris", "species", "", NOW)[0]


def test_a_copy_and_where_it_came_from(store, model, tmp_path):
    assert store.kept_parameters(model) is None
    source = tmp_path / "configs" / "iris.yaml"
    assert store.keep_parameters(model, TEXT, source, NOW)
    kept = store.kept_parameters(model)
    assert kept.path.read_text() == TEXT
    assert kept.path == store.root / "projects/iris/models/species/retrain/params.yaml"
    assert (kept.base, kept.file) == (tmp_path / "configs", "../configs/iris.yaml")
    note = (kept.path.parent / "from.yaml").read_text()
    assert note == "file: ../configs/iris.yaml\nkept_datetime: '2026-01-09T12:00:00.000000Z'\n"


def test_the_same_file_again_changes_nothing(store, model, tmp_path):
    source = tmp_path / "iris.yaml"
    store.keep_parameters(model, TEXT, source, NOW)
    kept = store.kept_parameters(model)
    before = [(path, path.stat().st_mtime_ns, path.stat().st_ino) for path in kept.path.parent.iterdir()]
    assert not store.keep_parameters(model, TEXT, source, LATER)
    assert before == [
        (path, path.stat().st_mtime_ns, path.stat().st_ino) for path in kept.path.parent.iterdir()
    ]
    assert store.keep_parameters(model, TEXT + "seed: 1\n", source, LATER)
    assert store.keep_parameters(model, TEXT + "seed: 1\n", tmp_path / "other.yaml", LATER)
    assert store.kept_parameters(model).file == "../other.yaml"


@pytest.mark.parametrize("note", ["", "[1]", "file: 3\n", None])
def test_a_note_that_is_lost_costs_the_origin_alone(store, model, tmp_path, note):
    store.keep_parameters(model, TEXT, tmp_path / "iris.yaml", NOW)
    place = store.kept_parameters(model).path.parent / "from.yaml"
    place.unlink()
    if note is not None:
        place.write_text(note)
    kept = store.kept_parameters(model)
    assert kept.base == store.root.parent
    assert kept.file == "mlstore/projects/iris/models/species/retrain/params.yaml"
    assert store.keep_parameters(model, TEXT, tmp_path / "iris.yaml", NOW)
    assert store.kept_parameters(model).base == tmp_path


def test_dropping_it(store, model, tmp_path):
    assert not store.drop_parameters(model)
    store.keep_parameters(model, TEXT, tmp_path / "iris.yaml", NOW)
    assert store.drop_parameters(model)
    assert store.kept_parameters(model) is None
    assert list((store.root / "projects/iris/models/species/retrain").iterdir()) == []


def test_a_link_is_not_followed(store, model, tmp_path):
    folder = store.root / "projects/iris/models/species/retrain"
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DamagedError, match="is a link"):
        store.keep_parameters(model, TEXT, tmp_path / "iris.yaml", NOW)
