import json

import pytest

from mlctl.bundle.file.assemble import to_file, to_folder
from mlctl.bundle.main import bundle as module
from mlctl.bundle.main.bundle import MANIFEST, opened
from mlctl.bundle.main.trouble import AbsentError, DamagedError
from tests.bundle import made


def small(**changed):
    return made.with_manifest({"__main__.py": b"\n", "a.txt": b"hello", "b/c": b"1"}, **changed)


def file(tmp_path, entries):
    path = tmp_path / "b.pyz"
    path.write_bytes(to_file(entries))
    return str(path)


@pytest.fixture(params=["file", "folder"])
def path(request, tmp_path):
    if request.param == "file":
        return file(tmp_path, small())
    to_folder(small(), tmp_path / "b")
    return str(tmp_path / "b")


def test_what_a_bundle_holds(path):
    found = opened(path)
    assert found.names == ("__main__.py", "a.txt", "b/c")
    assert bytes(found.read("a.txt")) == b"hello"
    assert found.json("b/c") == 1
    assert found.size == sum(map(len, small().values()))
    assert not found.is_signed
    assert found.cached == []
    with pytest.raises(AbsentError, match=r"no entry 'manifest\.json'"):
        found.read(MANIFEST)
    with pytest.raises(DamagedError, match=r"a\.txt cannot be read"):
        found.json("a.txt")


def test_a_newer_format_is_refused_by_name(tmp_path):
    with pytest.raises(DamagedError, match="of format 2, and this program reads formats up to 1") as told:
        opened(file(tmp_path, small(format=2)))
    assert "newer mlctl" in told.value.hint


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"[]", "not the manifest"),
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b'{"format": "1"}', "not the manifest"),
        (b'{"format": 1}', "lacks what every manifest has"),
    ],
)
def test_a_manifest_that_is_none(tmp_path, manifest, said):
    with pytest.raises(DamagedError, match=said):
        opened(file(tmp_path, {**small(), MANIFEST: manifest}))


def changed(entry):
    told = json.loads(small()[MANIFEST])
    told["entries"].update(entry)
    return {**small(), MANIFEST: json.dumps(told).encode()}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"../x": {"bytes": 1, "sha256": ""}}, "names an entry that may not be"),
        ({"a.txt": {"bytes": "5", "sha256": ""}}, "names an entry that may not be"),
        ({"a.txt": {"bytes": 4, "sha256": ""}}, "is of another size"),
        ({"more": {"bytes": 4, "sha256": ""}}, "lacks 'more'"),
    ],
)
def test_entries_that_are_not_as_the_manifest_says(tmp_path, entry, said):
    with pytest.raises(DamagedError, match=said):
        opened(file(tmp_path, changed(entry)))


def test_an_entry_with_another_sum_is_found_when_it_is_read(tmp_path):
    found = opened(file(tmp_path, changed({"a.txt": {"bytes": 5, "sha256": "0"}})))
    with pytest.raises(DamagedError, match=r"'a\.txt' is not what its manifest says"):
        found.check_entries()


def test_an_entry_that_nobody_named(tmp_path):
    with pytest.raises(DamagedError, match="does not name: 'z'"):
        opened(file(tmp_path, {**small(), "z": b""}))


def test_no_manifest(tmp_path):
    with pytest.raises(DamagedError, match=r"has no manifest\.json"):
        opened(file(tmp_path, {"a": b""}))


def test_nothing_there_and_nothing_that_may_be_read(tmp_path):
    with pytest.raises(AbsentError, match="there is no bundle"):
        opened(str(tmp_path / "none.pyz"))
    (tmp_path / "link").symlink_to(tmp_path / "link")
    with pytest.raises(DamagedError, match="cannot be read"):
        opened(str(tmp_path / "link"))


def test_pythons_own_sum_and_openssls_are_the_same(monkeypatch, tmp_path):
    path = file(tmp_path, small())
    quick = module._sha256(10)(b"x").hexdigest()
    monkeypatch.setattr(module, "LARGE", -1)
    assert module._sha256(10)(b"x").hexdigest() == quick
    assert opened(path).names


def test_a_python_whose_own_sum_is_called_otherwise(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "_sha256", None)
    monkeypatch.setitem(__import__("sys").modules, "_sha2", None)
    assert module._sha256(10)(b"").hexdigest().startswith("e3b0c442")
