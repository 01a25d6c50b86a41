import gzip
import io
import tarfile

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlctl import files
from mlctl.errors import DamagedError, MlctlError
from mlctl.files import atomic
from tests.files.faults import FaultyOs


def archive(tmp_path, tar: bytes, *, zipped: bool = False):
    path = tmp_path / "data.tar"
    path.write_bytes(gzip.compress(tar) if zipped else zstandard.ZstdCompressor().compress(tar))
    return path


def tar_of(*infos: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for info in infos:
            tar.addfile(info, io.BytesIO(b"x" * info.size))
    return out.getvalue()


def info(name: str, kind: bytes = tarfile.REGTYPE, **more) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    for key, value in {"size": 3 if kind == tarfile.REGTYPE else 0, **more}.items():
        setattr(made, key, value)
    return made


@pytest.mark.parametrize("compression", ["zst", "gz"])
def test_it_comes_out_as_it_went_in(tmp_path, compression):
    (tmp_path / "a").write_bytes(b"1" * 3_000_000)
    (tmp_path / "b").write_bytes(b"")
    members = [("deep/a.csv", tmp_path / "a"), ("b.csv", tmp_path / "b")]
    target = tmp_path / "data.tar.x"
    packed = files.pack(members, target, compression=compression)
    found = files.unpack(target, tmp_path / "out", expect_sha256=packed.archive_sha256)
    assert found == (
        ("b.csv", tmp_path / "out" / "b.csv"),
        ("deep/a.csv", tmp_path / "out" / "deep" / "a.csv"),
    )
    assert [path.stat().st_size for _, path in found] == [0, 3_000_000]
    assert files.pack(found, tmp_path / "again.tar.x", compression=compression).members == packed.members


def test_another_checksum_is_damage_before_anything_is_read(tmp_path):
    path = tmp_path / "data.tar.zst"
    path.write_bytes(b"anything")
    with pytest.raises(
        DamagedError, match=r"has the sha256 ee0874170b7f…, its record says 000000000000…"
    ) as caught:
        files.unpack(path, tmp_path / "out", expect_sha256="0" * 64)
    assert caught.value.exit_code == 6
    assert not (tmp_path / "out").exists()


def test_a_missing_archive(tmp_path):
    with pytest.raises(MlctlError, match=r"cannot read .*none: no such file"):
        files.unpack(tmp_path / "none", tmp_path, expect_sha256="0" * 64)


SPARSE = info("a", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"})


@pytest.mark.parametrize(
    ("tar", "said"),
    [
        (tar_of(info("../a")), "leads out"),
        (tar_of(info("/etc/a")), "leads out"),
        (tar_of(info("a/../../b")), "leads out"),
        (tar_of(info("a/./b")), "simplest form"),
        (tar_of(info("a"), info("a")), "is there twice"),
        (tar_of(info("a", tarfile.SYMTYPE, linkname="/etc/passwd")), "is no plain file"),
        (tar_of(info("a", tarfile.LNKTYPE, linkname="b")), "is no plain file"),
        (tar_of(info("a", tarfile.DIRTYPE)), "is no plain file"),
        (tar_of(info("a", tarfile.FIFOTYPE)), "is no plain file"),
        (tar_of(info("a", tarfile.CHRTYPE)), "is no plain file"),
        (tar_of(info("x" * 70_000), form=tarfile.PAX_FORMAT), "an extended header of 70,0"),
        (tar_of(info("a"))[:600], "unexpected end of data"),
        (b"no tar at all" * 100, "is no whole archive"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_hostile_archives_are_refused(tmp_path, tar, said, zipped):
    path = archive(tmp_path, tar, zipped=zipped)
    with pytest.raises(DamagedError, match=said):
        files.unpack(path, tmp_path / "out", expect_sha256=files.sha256(path))
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "a").exists()


def test_a_sparse_member_is_refused(tmp_path):
    tar = tar_of(SPARSE)
    path = archive(tmp_path, tar)
    with pytest.raises(DamagedError):
        files.unpack(path, tmp_path / "out", expect_sha256=files.sha256(path))


def test_nothing_that_is_there_is_replaced(tmp_path):
    path = archive(tmp_path, tar_of(info("a")))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MlctlError, match=r"cannot write .*a: file exists"):
        files.unpack(path, tmp_path / "out", expect_sha256=files.sha256(path))
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_is_explained(tmp_path, monkeypatch):
    path = archive(tmp_path, tar_of(info("a")))
    monkeypatch.setattr(atomic, "os", FaultyOs(1, steps=("write",)))
    with pytest.raises(MlctlError, match=r"cannot write .*a: no space left"):
        files.unpack(path, tmp_path, expect_sha256=files.sha256(path))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2000), byte=st.integers(0, 255), cut=st.integers(0, 3000), zipped=st.booleans())
def test_any_bytes_give_files_or_damage(tmp_path_factory, place, byte, cut, zipped):
    folder = tmp_path_factory.mktemp("any")
    tar = tar_of(info("a"), info("한글" * 40))
    path = archive(folder, tar, zipped=zipped)
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data[: cut or None])
    try:
        found = files.unpack(path, folder / "out", expect_sha256=files.sha256(path))
    except DamagedError:
        return
    assert all(target.is_relative_to(folder / "out") for _, target in found)
