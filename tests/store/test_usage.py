from pathlib import Path

from mlctl.store.usage import size_of, usage
from tests.store.whole import NOW, experiment, model_of, site_of, whole


def test_every_byte_is_somebodys(store, tmp_path):
    model = whole(store)
    experiment(store, model)
    store.remove(store.experiments().records[-1], NOW)
    model_of(store, "iris", "second")
    store.experiments()
    (store.root / "out").symlink_to(tmp_path)
    rooms = usage(site_of(store.root))
    files = [path for path in store.root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(room.bytes for room in rooms) == sum(path.stat().st_size for path in files)
    told = {(room.kind, room.project, room.model): room.count for room in rooms}
    assert told == {
        ("experiments", "iris", "species"): 3,
        ("experiments", "iris", "second"): 0,
        ("datasets", "iris", ""): 1,
        ("trash", "", ""): 1,
        ("damaged", "", ""): 0,
        ("tmp", "", ""): 0,
        ("index", "", ""): 1 if (store.root / "index.sqlite").exists() else 0,
        ("other", "", ""): 0,
    }
    assert [room.bytes for room in rooms] == sorted((room.bytes for room in rooms), reverse=True)


def test_what_is_missing_takes_no_room(tmp_path):
    assert size_of(Path(tmp_path / "gone")) == 0
    assert usage(site_of(tmp_path / "gone"))[0].bytes == 0
