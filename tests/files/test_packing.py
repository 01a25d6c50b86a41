import errno
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile

import pytest
import zstandard

from mlctl import files
from mlctl.errors import DataError, MlctlError
from mlctl.files import atomic, packing
from tests.files.faults import FaultyOs


def opened(path) -> tarfile.TarFile:
    stream = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True)
    with stream:
        return tarfile.open(fileobj=io.BytesIO(stream.read()))


def lines(count: int) -> bytes:
    return "".join(f"{i},{i * i % 997},category_{i % 13}\n" for i in range(count)).encode()


@pytest.fixture
def members(tmp_path):
    (tmp_path / "in").mkdir()
    found = []
    for name, content in (("b.csv", b"2\n"), ("a/x.csv", b"1\n" * 300), ("한글.csv", b"")):
        path = tmp_path / "in" / name.replace("/", "_")
        path.write_bytes(content)
        found.append((name, path))
    return found


def test_what_is_packed(members, tmp_path):
    packed = files.pack(members, tmp_path / "data.tar.zst")
    assert [m.name for m in packed.members] == ["a/x.csv", "b.csv", "한글.csv"]
    assert [m.bytes for m in packed.members] == [600, 2, 0]
    assert [m.sha256 for m in packed.members] == [
        hashlib.sha256(content).hexdigest() for content in (b"1\n" * 300, b"2\n", b"")
    ]
    assert packed.fingerprint == files.fingerprint(m.sha256 for m in packed.members)
    archive = (tmp_path / "data.tar.zst").read_bytes()
    assert packed.archive_sha256 == hashlib.sha256(archive).hexdigest()
    assert packed.archive_bytes == len(archive)


def test_the_tar_says_nothing_of_the_machine(members, tmp_path):
    os.utime(members[0][1], (1, 1))
    members[0][1].chmod(0o600)
    files.pack(members, tmp_path / "data.tar.zst")
    with opened(tmp_path / "data.tar.zst") as tar:
        infos = tar.getmembers()
        assert tar.extractfile("b.csv").read() == b"2\n"
    assert [(i.name, i.mtime, i.uid, i.gid, i.mode, i.uname) for i in infos] == [
        (name, 0, 0, 0, 0o644, "") for name in ("a/x.csv", "b.csv", "한글.csv")
    ]


def test_order_threads_and_chunks_do_not_change_a_byte(members, tmp_path, monkeypatch):
    # Large enough for several of zstd's jobs of 4 MB.
    (tmp_path / "large").write_bytes(lines(500_000))
    members.append(("large.csv", tmp_path / "large"))
    one = files.pack(members, tmp_path / "one.tar.zst")
    other = files.pack(members[::-1], tmp_path / "other.tar.zst", threads=3)
    monkeypatch.setattr(packing, "_CHUNK", 77_777)
    third = files.pack(members, tmp_path / "third.tar.zst", threads=2)
    assert one == other == third
    assert (tmp_path / "one.tar.zst").read_bytes() == (tmp_path / "third.tar.zst").read_bytes()


def test_gzip_on_request(members, tmp_path):
    files.pack(members, tmp_path / "data.tar.gz", compression="gz")
    with tarfile.open(tmp_path / "data.tar.gz", "r:gz") as tar:
        assert tar.getnames() == ["a/x.csv", "b.csv", "한글.csv"]
    assert gzip.decompress((tmp_path / "data.tar.gz").read_bytes())[:7] == b"a/x.csv"
    again = files.pack(members, tmp_path / "again.tar.gz", compression="gz")
    assert again.archive_sha256 == files.sha256(tmp_path / "data.tar.gz")


@pytest.mark.skipif(shutil.which("tar") is None or shutil.which("zstd") is None, reason="needs tar and zstd")
def test_tar_reads_it(members, tmp_path):
    files.pack(members, tmp_path / "data.tar.zst")
    done = subprocess.run(
        ["tar", "--zstd", "-tf", "data.tar.zst"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 3)


def test_csv_is_no_larger_than_with_gzip(tmp_path):
    (tmp_path / "a.csv").write_bytes(lines(100_000))
    zst = files.pack([("a.csv", tmp_path / "a.csv")], tmp_path / "a.tar.zst").archive_bytes
    gz = files.pack([("a.csv", tmp_path / "a.csv")], tmp_path / "a.tar.gz", compression="gz").archive_bytes
    assert zst <= 1.02 * gz


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["../a"], "leads out"),
        (["/a"], "leads out"),
        ([""], "leads out"),
        (["a/./b"], "simplest form"),
        (["a//b"], "simplest form"),
        (["a\0b"], "simplest form"),
        (["a", "a"], "two files are named 'a'"),
    ],
)
def test_names_that_are_refused(members, tmp_path, names, said):
    with pytest.raises(DataError, match=said):
        files.pack([(name, members[0][1]) for name in names], tmp_path / "data.tar.zst")
    assert not (tmp_path / "data.tar.zst").exists()


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(MlctlError, match=r"cannot read .*missing.csv: no such file"):
        files.pack([("a", tmp_path / "missing.csv")], tmp_path / "data.tar.zst")


def test_what_is_no_regular_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DataError, match="is no regular file"):
            files.pack([("a", path)], tmp_path / "data.tar.zst")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pipe"]


class Meanwhile(FaultyOs):
    """Does something to a file when it is read for the first time."""

    def __init__(self, change):
        super().__init__(0)
        self._change = change

    def __getattr__(self, name):
        real = super().__getattr__(name)
        if name != "readv":
            return real

        def readv(handle, buffers):
            change, self._change = self._change, lambda: None
            change()
            return real(handle, buffers)

        return readv


@pytest.mark.parametrize("content", [b"", b"1\n2\n3\n"])
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, content):
    path = tmp_path / "a.csv"
    path.write_bytes(b"1\n2\n")
    os.utime(path, (1, 1))
    monkeypatch.setattr(packing, "os", Meanwhile(lambda: path.write_bytes(content)))
    with pytest.raises(DataError, match=r"a.csv changed while it was read") as caught:
        files.pack([("a", path)], tmp_path / "data.tar.zst")
    assert caught.value.exit_code == 5
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_bytes(b"1\n")
    monkeypatch.setattr(packing, "os", FaultyOs(1, errno.EIO, steps=("readv",)))
    with pytest.raises(MlctlError, match=r"cannot read .*a.csv: input/output error"):
        files.pack([("a", tmp_path / "a.csv")], tmp_path / "data.tar.zst")


def test_a_full_disk_leaves_nothing(members, tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "os", FaultyOs(1, steps=("write",)))
    with pytest.raises(MlctlError, match=r"cannot write .*data.tar.zst: no space left on device"):
        files.pack(members, tmp_path / "data.tar.zst")
    assert [p.name for p in tmp_path.iterdir()] == ["in"]
