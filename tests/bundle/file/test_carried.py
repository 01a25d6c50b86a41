"""The running interpreter as a copy; a whole one is in tests/actions/test_with_python.py."""

import platform
import sys
from pathlib import Path

import pytest

from mlctl.bundle.file import carried
from mlctl.bundle.file.carried import _asked, _check_alone, _install, _library, _names, _strip, launcher
from mlctl.errors import MlctlError, RefusedError


def test_the_launcher():
    assert ' -I -S -B "$here/bundle" "$@"\n' in launcher(packages=False)
    assert ' -I -B "$here/bundle" "$@"\n' in launcher(packages=True)


def test_where_none_can_be_copied(monkeypatch, tmp_path):
    (tmp_path / "python3.1").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(carried.os, "__file__", str(tmp_path / "python3.1" / "os.py"))
        with pytest.raises(RefusedError, match=r"is no folder of files: .*python3\.1"):
            _library()
    with monkeypatch.context() as patched:
        patched.setattr(platform, "libc_ver", lambda: ("", ""))
        with pytest.raises(RefusedError, match="on Linux with glibc only; this is linux"):
            _library()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(RefusedError, match="this is darwin"):
        _library()


def python(tmp_path, text):
    """Make a stand-in for the copy."""
    place = tmp_path / "python"
    (place / "bin").mkdir(parents=True)
    path = place / "bin" / "python3"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return place


def test_a_copy_that_does_not_run(tmp_path):
    with pytest.raises(RefusedError, match="does not run: no luck"):
        _asked(python(tmp_path, "echo no luck >&2; exit 1"), [])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            '{"mapped": ["/opt/lib/libx.so.1", "/lib/libc.so.6"], "path": [], "modules": ["math"]}',
            "needs /opt/lib",
        ),
        ('{"mapped": [], "path": ["/usr/lib/python3"], "modules": ["math"]}', "needs /usr/lib/python3"),
        ('{"mapped": [], "path": [], "modules": []}', "cannot import math"),
    ],
)
def test_a_copy_that_still_needs_the_original(tmp_path, said, why):
    with pytest.raises(RefusedError, match=f"cannot be moved: it {why}"):
        _check_alone(python(tmp_path, f"echo '{said}'"), ["math"])


def test_names_of_libraries(tmp_path):
    real = tmp_path / "libz.so.1.2.13"
    real.touch()
    assert _names(real) == ["libz.so.1.2.13"]
    (tmp_path / "libz.so.1").symlink_to(real)
    (tmp_path / "libz.so.2").symlink_to("other")
    assert _names(real) == ["libz.so.1"]


def test_without_a_program_that_strips(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "file").write_text("as it is")
    _strip([tmp_path / "file"])
    assert (tmp_path / "file").read_text() == "as it is"


def test_packages_are_installed_beside_it(tmp_path, monkeypatch):
    place = python(tmp_path, 'echo "$@" > words; exit "${#1}"')
    monkeypatch.setattr(sys, "executable", str(place / "bin" / "python3"))
    with pytest.raises(MlctlError, match="cannot be installed: no word"):
        _install(Path("r.txt"), tmp_path / "site")
    assert f"--no-deps --only-binary :all: --target {tmp_path}/site -r r.txt" in Path("words").read_text()
