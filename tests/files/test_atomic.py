import errno
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from mlctl import files
from mlctl.errors import DamagedError, MlctlError
from mlctl.files import atomic
from tests.files.faults import FaultyOs


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(f"{atomic.ASIDE}*")]


def test_write_atomic_makes_and_replaces(tmp_path):
    path = tmp_path / "a.txt"
    files.write_atomic(path, "하나\n")
    assert path.read_bytes() == "하나\n".encode()
    files.write_atomic(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert leftovers(tmp_path) == []


def test_permissions_are_those_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        files.write_atomic(tmp_path / "a", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_link_is_replaced_not_followed(tmp_path):
    (tmp_path / "outside").write_text("untouched")
    (tmp_path / "a").symlink_to(tmp_path / "outside")
    files.write_atomic(tmp_path / "a", "new")
    assert (tmp_path / "outside").read_text() == "untouched"
    assert not (tmp_path / "a").is_symlink()


def test_write_via_keeps_the_suffix_and_the_old_file_until_the_end(tmp_path):
    path = tmp_path / "plot.png"
    path.write_text("old")
    with files.write_via(path) as aside:
        assert aside.parent == tmp_path
        assert aside.suffix == ".png"
        aside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_name_that_is_all_suffix_is_cut():
    assert len(atomic.aside_name("a." + "x" * 250)) == len(".tmp-") + 12


def test_write_via_leaves_the_old_file_when_the_block_raises(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), files.write_via(path) as aside:
        aside.write_text(f"half {1 // 0}")
    assert path.read_text() == "old"
    assert leftovers(tmp_path) == []


def full_disk(path: Path) -> None:
    with files.write_via(path) as aside:
        aside.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device", str(aside))


def test_what_the_block_cannot_write_is_explained(tmp_path):
    with pytest.raises(MlctlError, match=r"cannot write .*a.bin: no space left on device"):
        full_disk(tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


def test_a_short_write_is_gone_on_with(tmp_path, monkeypatch):
    class Short(FaultyOs):
        def __getattr__(self, name):
            real = super().__getattr__(name)
            return (lambda handle, data: real(handle, data[:3])) if name == "write" else real

    monkeypatch.setattr(atomic, "os", Short(0))
    files.write_atomic(tmp_path / "a", "0123456789")
    assert (tmp_path / "a").read_text() == "0123456789"


def faulty_write(path: Path, faulty: FaultyOs) -> str | None:
    with suppress(MlctlError):
        files.write_atomic(path, "new")
    return faulty.failed


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_whichever_step_fails_the_file_is_whole(tmp_path, monkeypatch, code):
    path = tmp_path / "a"
    failed = []
    for step in range(1, 20):
        path.write_text("old")
        faulty = FaultyOs(step, code)
        monkeypatch.setattr(atomic, "os", faulty)
        if faulty_write(path, faulty) is None:
            break
        assert path.read_text() in {"old", "new"}
        assert leftovers(tmp_path) == []
        failed.append(faulty.failed)
    # Made, written, synced, renamed, and the folder synced.
    assert failed == ["open", "write", "open", "fsync", "replace", "open", "fsync"]


def test_a_file_larger_than_allowed_leaves_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    import signal

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(MlctlError, match="file too large") as caught:
            files.write_atomic(tmp_path / "a", bytes(200_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert "ulimit -f" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_cannot_sync_folders_is_accepted(tmp_path, monkeypatch):
    class NoFolderSync(FaultyOs):
        def __getattr__(self, name):
            real = super().__getattr__(name)
            if name != "fsync":
                return real

            def fsync(handle):
                if stat.S_ISDIR(os.fstat(handle).st_mode):
                    raise OSError(errno.EINVAL, "Invalid argument")
                real(handle)

            return fsync

    monkeypatch.setattr(atomic, "os", NoFolderSync(0))
    files.write_atomic(tmp_path / "a", "x")
    assert (tmp_path / "a").read_text() == "x"


def test_append_line_adds_whole_lines(tmp_path):
    path = tmp_path / "events.jsonl"
    files.append_line(path, "one")
    files.append_line(path, "둘")
    assert path.read_text() == "one\n둘\n"


def test_append_line_ends_a_torn_line_first(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a": 1}\n{"tor')
    files.append_line(path, '{"b": 2}')
    assert path.read_bytes() == b'{"a": 1}\n{"tor (torn)\n{"b": 2}\n'


def test_append_line_takes_back_what_it_could_not_finish(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    path.write_text("one\n")
    failed = []
    for step in range(1, 20):
        faulty = FaultyOs(step)
        monkeypatch.setattr(atomic, "os", faulty)
        with suppress(MlctlError):
            files.append_line(path, "two")
        if faulty.failed is None:
            break
        assert path.read_text() == "one\n"
        failed.append(faulty.failed)
    assert failed == ["open", "write", "fsync", "open", "fsync"]
    assert path.read_text() == "one\ntwo\n"


def test_append_line_follows_no_link(tmp_path):
    (tmp_path / "outside").write_text("")
    (tmp_path / "log").symlink_to(tmp_path / "outside")
    with pytest.raises(DamagedError, match="cannot write"):
        files.append_line(tmp_path / "log", "x")
    assert (tmp_path / "outside").read_text() == ""


def test_make_folder_makes_those_above(tmp_path):
    files.make_folder(tmp_path / "a" / "b")
    files.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_make_folder_says_what_is_in_the_way(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(MlctlError, match=r"cannot make .*b: not a directory"):
        files.make_folder(tmp_path / "a" / "b")


def test_new_folder_appears_whole(tmp_path):
    target = tmp_path / "made"
    with files.new_folder(target, aside=tmp_path / "tmp") as folder:
        (folder / "inner").write_text("x")
        assert not target.exists()
    assert (target / "inner").read_text() == "x"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_new_folder_leaves_nothing_when_the_block_raises(tmp_path):
    with (
        pytest.raises(ZeroDivisionError),
        files.new_folder(tmp_path / "made", aside=tmp_path / "tmp") as folder,
    ):
        (folder / "inner").write_text(f"{1 // 0}")
    assert not (tmp_path / "made").exists()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_new_folder_replaces_nothing(tmp_path):
    (tmp_path / "made").mkdir()
    refused = pytest.raises(MlctlError, match=r"cannot make .*made: file exists")
    with refused, files.new_folder(tmp_path / "made", aside=tmp_path / "tmp"):
        pass


def test_move_moves_and_makes_the_way(tmp_path):
    (tmp_path / "a").write_text("x")
    files.move(tmp_path / "a", tmp_path / "deep" / "b")
    assert (tmp_path / "deep" / "b").read_text() == "x"
    assert not (tmp_path / "a").exists()


def test_move_replaces_nothing(tmp_path):
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to("nowhere")
    with pytest.raises(MlctlError, match=r"cannot move .*a: file exists"):
        files.move(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").read_text() == "x"


def test_set_modified_and_modified_agree(tmp_path):
    (tmp_path / "a").write_text("x")
    files.set_modified(tmp_path / "a", 1_700_000_000_000_000_000)
    assert files.modified(tmp_path / "a") == 1_700_000_000_000_000_000
    assert files.modified(tmp_path / "b") is None


def test_remove_file(tmp_path):
    (tmp_path / "a").write_text("x")
    files.remove_file(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MlctlError, match=r"cannot remove .*a: no such file"):
        files.remove_file(tmp_path / "a")


def test_remove_folder_does_not_follow_links(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "outside")
    files.remove_folder(tmp_path / "folder")
    assert not (tmp_path / "folder").exists()
    assert (tmp_path / "outside" / "kept").read_text() == "x"


def test_a_folder_is_removed_to_its_end_when_interrupted(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    real, calls = shutil.rmtree, []

    def interrupted(path, **how):
        calls.append(path)
        if len(calls) == 1:
            raise KeyboardInterrupt
        real(path, **how)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.remove_folder(tmp_path / "a")
    assert not (tmp_path / "a").exists()
