import shutil
import subprocess

import pytest

from mlctl import files
from mlctl.errors import DamagedError, MlctlError

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
NAMES = ["a.csv", "plots/roc.png", "back\\slash", "new\nline", "한글 이름.txt", " spaced "]


def make(folder):
    (folder / "plots").mkdir()
    for name in NAMES:
        (folder / name).write_text(name)


def test_sha256_of_nothing(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    assert files.sha256(tmp_path / "a") == EMPTY
    with pytest.raises(MlctlError, match="cannot read"):
        files.sha256(tmp_path / "b")


def test_the_lines_are_those_of_sha256sum(tmp_path):
    make(tmp_path)
    text = files.sha256sums(tmp_path, NAMES)
    assert files.parse_sums(text) == {name: files.sha256(tmp_path / name) for name in NAMES}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_checks_them_and_writes_the_same(tmp_path):
    make(tmp_path)
    text = files.sha256sums(tmp_path, NAMES)
    (tmp_path / "SHA256SUMS").write_text(text)
    checked = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert subprocess.check_output(["sha256sum", *NAMES], cwd=tmp_path).decode() == text
    (tmp_path / "a.csv").write_text("other")
    assert (
        subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False
        ).returncode
        == 1
    )


@pytest.mark.parametrize("line", ["x", EMPTY, f"{EMPTY}  ", f"{EMPTY.upper()}  a", f"{EMPTY[1:]}  a"])
def test_other_lines_are_damage(line):
    with pytest.raises(DamagedError, match="line 2 is no checksum"):
        files.parse_sums(f"{EMPTY}  fine\n{line}\n")


def test_binary_marks_and_a_missing_last_newline_are_read():
    assert files.parse_sums(f"{EMPTY} *a") == {"a": EMPTY}


def test_fingerprint_knows_content_not_order():
    one, other = files.fingerprint(["b" * 64, "a" * 64]), files.fingerprint(["a" * 64, "b" * 64])
    # printf '%s\n' aa… bb… | sha256sum
    assert one == other == "913f9338fb6c17253f3a14816fc08d52522454bfc19a8c99538a197cfb23fb41"
    assert files.fingerprint(["a" * 64]) != one
