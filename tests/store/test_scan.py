import os
import shutil
import unicodedata
from pathlib import Path

import pytest

from mlctl.store.index import Key
from mlctl.store.layout import Layout
from mlctl.store.scan import Scan, is_memory


@pytest.fixture
def scan(tmp_path) -> Scan:
    return Scan(Layout(tmp_path / "mlstore"))


def make(scan: Scan, *places: str) -> None:
    for place in places:
        (scan.layout.projects / place).mkdir(parents=True)


def names(found) -> list[str]:
    return sorted("/".join(part for part in key[1:] if part) for key, _ in found)


def test_an_empty_store(scan):
    assert list(scan.projects()) == list(scan.models()) == list(scan.experiments()) == []
    assert list(scan.datasets("iris")) == []
    assert scan.damaged == []


def test_what_is_there(scan):
    make(scan, "iris/models/species/experiments/iris_3f9a1c_1", "고객/models/m", "iris/models/other")
    (scan.layout.project("iris") / "datasets").mkdir()
    (scan.layout.dataset("iris", "iris_3f9a1c_1")).write_text("")
    (scan.layout.datasets("iris") / "iris_3f9a1c_1.tar.zst").write_text("")
    assert names(scan.projects()) == ["iris", "고객"]
    assert names(scan.models()) == ["iris/other", "iris/species", "고객/m"]
    assert names(scan.models("iris", "species")) == ["iris/species"]
    assert list(scan.experiments()) == [
        (
            Key("experiment", "iris", "species", "iris_3f9a1c_1"),
            f"{scan.layout.experiment('iris', 'species', 'iris_3f9a1c_1')}/meta.yaml",
        )
    ]
    assert names(scan.experiments("고객")) == names(scan.experiments(None, "other")) == []
    assert names(scan.datasets("iris")) == ["iris/iris_3f9a1c_1"]
    assert names(scan.datasets("iris", "other")) == []
    assert scan.damaged == []


def test_what_is_foreign_is_passed_over(scan):
    experiments = "iris/models/species/experiments"
    make(
        scan,
        f"{experiments}/notes",
        f"{experiments}/iris_3f9a1c_01",
        f"{experiments}/.tmp-1",
        ".git",
        "12",
        "a:b",
    )
    (scan.layout.projects / "README").write_text("")
    (scan.layout.projects / experiments / "iris_3f9a1c_9").write_text("a file")
    (scan.layout.projects / "iris/models/.DS_Store").write_text("")
    Path(os.fsdecode(os.fsencode(scan.layout.projects) + b"/\xff\xfe")).mkdir()
    assert names(scan.projects()) == ["iris"]
    assert names(scan.models()) == ["iris/species"]
    assert names(scan.experiments()) == []
    assert scan.damaged == []


def test_links_are_named_and_not_followed(scan, tmp_path):
    make(scan, "real/models/m/experiments/real_3f9a1c_1")
    real = scan.layout.project("real")
    scan.layout.project("linked").symlink_to(real)
    scan.layout.model("real", "n").symlink_to(real / "models/m")
    scan.layout.experiment("real", "m", "real_3f9a1c_2").symlink_to(tmp_path)
    assert names(scan.projects()) == ["real"]
    assert names(scan.models()) == ["real/m"]
    assert names(scan.experiments()) == ["real/m/real_3f9a1c_1"]
    assert [d.path for d in scan.damaged] == [
        "mlstore/projects/linked",
        "mlstore/projects/real/models/n",
        "mlstore/projects/real/models/m/experiments/real_3f9a1c_2",
    ]
    assert {d.reason for d in scan.damaged} == {"it is a link, which a store does not follow"}


def test_a_folder_behind_a_link(scan, tmp_path):
    make(scan, "iris")
    (tmp_path / "elsewhere" / "m").mkdir(parents=True)
    scan.layout.models("iris").symlink_to(tmp_path / "elsewhere")
    assert names(scan.models()) == []
    assert scan.damaged[0].reason == "mlstore/projects/iris/models is a link, which a store does not follow"


def test_a_file_where_a_folder_should_be(scan):
    make(scan, "iris")
    scan.layout.models("iris").write_text("")
    assert names(scan.models()) == []
    assert [(d.path, d.reason) for d in scan.damaged] == [
        ("mlstore/projects/iris/models", "it is no directory")
    ]


def test_a_folder_that_cannot_be_read(scan, monkeypatch):
    make(scan, "iris")

    def refused(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refused)
    assert names(scan.projects()) == []
    assert "permission denied" in scan.damaged[0].reason


def test_a_decomposed_name_is_said(scan):
    name = unicodedata.normalize("NFD", "école")
    make(scan, name)
    assert names(scan.projects()) == []
    assert "(NFC)" in scan.damaged[0].reason


def test_what_a_removed_project_left_is_no_project(scan):
    make(scan, "iris")
    scan.layout.number("iris").write_text("3\n")
    assert is_memory(scan.layout.project("iris"))
    assert names(scan.projects()) == []
    assert not is_memory(scan.layout.project("none"))


def record(scan: Scan, name: str, text: str = "a: 1\n") -> Path:
    folder = scan.layout.experiment("iris", "m", name)
    folder.mkdir(parents=True)
    (folder / "meta.yaml").write_text(text)
    return folder / "meta.yaml"


def test_a_walk_gives_the_stamps_of_records(scan):
    path = record(scan, "iris_nogit_1")
    record(scan, "notes")
    found = path.stat()
    walk = scan.walk("iris", "m")
    assert walk.stamps["iris_nogit_1"] == (found.st_mtime_ns, 5, found.st_ino)
    assert sorted(walk.stamps) == ["iris_nogit_1", "notes"]
    assert scan.walk("iris", "none").stamps == {}


def test_a_fingerprint_tells_of_every_change(scan):
    one = record(scan, "iris_nogit_1")
    seen = [scan.walk("iris", "m").fingerprint]
    assert scan.walk("iris", "m").fingerprint == seen[0]
    record(scan, "iris_nogit_2")
    seen.append(scan.walk("iris", "m").fingerprint)
    os.utime(one, ns=(1, 1))
    seen.append(scan.walk("iris", "m").fingerprint)
    one.write_text("b: 22\n")
    os.utime(one, ns=(1, 1))
    seen.append(scan.walk("iris", "m").fingerprint)
    one.parent.rename(one.parent.with_name("iris_nogit_3"))
    seen.append(scan.walk("iris", "m").fingerprint)
    assert len(set(seen)) == 5


def test_a_walk_names_what_has_no_record(scan, tmp_path):
    record(scan, "iris_nogit_1").unlink()
    record(scan, "notes").unlink()
    path = record(scan, "iris_nogit_2")
    path.unlink()
    path.mkdir()
    scan.layout.experiment("iris", "m", "iris_nogit_3").symlink_to(tmp_path)
    assert scan.walk("iris", "m").stamps == {}
    assert {(Path(d.path).name, d.reason) for d in scan.damaged} == {
        ("meta.yaml", "it is missing"),
        ("meta.yaml", "it is no regular file"),
        ("iris_nogit_3", "it is a link, which a store does not follow"),
    }


def test_what_is_removed_while_this_walks_is_no_damage(scan, monkeypatch):
    record(scan, "iris_nogit_1")
    real = os.open

    def removed(path, *args, **more):
        monkeypatch.undo()
        shutil.rmtree(scan.layout.projects)
        return real(path, *args, **more)

    monkeypatch.setattr(os, "open", removed)
    assert scan.walk("iris", "m").stamps == {}
    assert scan.damaged == []
