import struct
import subprocess
import sys
import zipfile
import zlib

import pytest

from mlctl.bundle.file.assemble import packed_sha256, to_file
from mlctl.bundle.file.contents import to_json
from mlctl.bundle.main import archive
from mlctl.bundle.main.archive import central_header, end_record, is_name, local_header, open_archive
from mlctl.bundle.main.bundle import opened
from mlctl.bundle.main.trouble import BundleError, DamagedError
from tests.bundle import made

SMALL = {"a.txt": b"a" * 300, "b/c.bin": bytes(range(40))}


def small():
    return made.with_manifest({"__main__.py": b"print()\n", **SMALL})


def test_any_zip_program_reads_it(tmp_path):
    path = tmp_path / "b.pyz"
    path.write_bytes(to_file(small()))
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert found.namelist() == ["__main__.py", "manifest.json", "a.txt", "b/c.bin"]
        assert found.read("a.txt") == SMALL["a.txt"]


def test_the_same_entries_give_the_same_bytes():
    assert to_file(small()) == to_file(dict(reversed(small().items())))


def test_every_flipped_byte_is_told(tmp_path):
    whole, path = to_file(small()), tmp_path / "b.pyz"
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        with pytest.raises(BundleError):
            opened(str(path))


def test_every_cut_is_told(tmp_path):
    whole, path = to_file(small()), tmp_path / "b.pyz"
    for length in range(0, len(whole), 3):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedError):
            opened(str(path))
    path.write_bytes(whole + b"\0")
    with pytest.raises(DamagedError, match="something was added to its end"):
        opened(str(path))


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a\\b", ".hidden", "a/../b", "", "ä", "C:a", "a/", 3])
def test_names_that_lead_elsewhere(name):
    assert not is_name(name)


def built(*parts, end=None):
    """Return a file of entries given as (name, method, data as it lies, size, crc)."""
    data, lines, at = archive.SHEBANG, b"", len(archive.SHEBANG)
    for name, method, packed, size, crc in parts:
        header = local_header(name, method, crc, len(packed), size)
        lines += central_header(name, method, crc, len(packed), size, at)
        data += header + packed
        at += len(header) + len(packed)
    return data + lines + (end or end_record(len(parts), len(lines), at))


def stored(name, data=b"x"):
    return (name, archive.STORED, data, len(data), zlib.crc32(data))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"PK\3\4 nothing of ours", "not a bundle"),
        (built(stored(b"a"), stored(b"a")), "two entries 'a'"),
        (built(stored(b"../a")), "name that is not allowed"),
        (built(stored(b"a\xff")), "name that is not allowed"),
        (built((b"a", 12, b"x", 1, 0)), "list of entries is damaged"),
        (built((b"a", 0, b"x", 1 << 31, 0)), "would unpack to more"),
        (
            built(stored(b"a"), end=end_record(2, 47, len(archive.SHEBANG) + 32)),
            "list of entries is cut short",
        ),
        (built(stored(b"a"), end=end_record(0, 47, len(archive.SHEBANG) + 32)), "something stands between"),
    ],
)
def test_what_is_refused_before_it_is_unpacked(tmp_path, data, said):
    path = tmp_path / "b.pyz"
    path.write_bytes(data)
    with pytest.raises(DamagedError, match=said):
        open_archive(str(path))


def test_a_header_that_is_not_as_the_list_says(tmp_path):
    data = bytearray(built(stored(b"a")))
    struct.pack_into("<H", data, len(archive.SHEBANG) + 6, 8)  # a flag of the entry's own header
    (tmp_path / "b.pyz").write_bytes(data)
    with pytest.raises(DamagedError, match="does not begin as it should"):
        open_archive(str(tmp_path / "b.pyz"))


@pytest.mark.parametrize(
    ("method", "packed", "size", "crc"),
    [
        (archive.DEFLATED, b"no deflate", 5, 0),
        (archive.DEFLATED, zlib.compress(b"x" * 100_000)[2:-4], 10, 0),  # a bomb: more than it says
        (archive.DEFLATED, zlib.compress(b"x")[2:-4] + b"more", 1, zlib.crc32(b"x")),
        (archive.STORED, b"x", 1, 7),
    ],
)
def test_an_entry_that_is_not_what_it_says(tmp_path, method, packed, size, crc):
    (tmp_path / "b.pyz").write_bytes(built((b"a", method, packed, size, crc)))
    found = open_archive(str(tmp_path / "b.pyz"))
    with pytest.raises(DamagedError, match="entry 'a' is damaged"):
        found.read("a")


def test_large_entries_are_stored_as_they_are(monkeypatch, tmp_path):
    monkeypatch.setattr("mlctl.bundle.file.assemble._STORED_FROM", 200)
    path = tmp_path / "b.pyz"
    path.write_bytes(to_file(small()))
    with zipfile.ZipFile(path) as found:
        assert found.getinfo("a.txt").compress_type == zipfile.ZIP_STORED


def test_a_sum_that_does_not_fit(tmp_path):
    wrong = small()
    wrong["manifest.json"] = to_json(
        {**opened_manifest(tmp_path), "packed_sha256": packed_sha256({"a": b""})}
    )
    (tmp_path / "b.pyz").write_bytes(to_file(wrong))
    with pytest.raises(DamagedError, match="its bytes are not what its manifest says"):
        opened(str(tmp_path / "b.pyz"))


def opened_manifest(tmp_path):
    path = tmp_path / "whole.pyz"
    path.write_bytes(to_file(small()))
    return opened(str(path)).manifest


@pytest.mark.parametrize("left", [100, 5_000, -1])
def test_python_says_of_one_that_was_cut_short_what_is_wrong(pyz, tmp_path, left):
    place = tmp_path / "cut.pyz"
    place.write_bytes(pyz.read_bytes()[:left])
    done = subprocess.run([sys.executable, "-I", "-S", str(place), "info"], capture_output=True, check=False)
    assert done.returncode
    assert b"the_bundle_is_damaged_or_cut_short_fetch_it_again" in done.stderr
    assert b"Traceback" not in done.stderr
