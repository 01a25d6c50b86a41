"""A bundle with its own interpreter, as a person runs it where there is no Python."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from mlctl.actions import with_python
from mlctl.actions.with_python import write_with_python
from mlctl.bundle.file import carried
from mlctl.bundle.main.fitted import REQUIREMENTS
from mlctl.errors import MlctlError
from tests.bundle import made

CSV = made.csv_text(1)


def told():
    rows = made.toy().golden
    return {**rows, "rows": rows["rows"][:3], "answers": rows["answers"][:3]}


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    place = tmp_path_factory.mktemp("carried")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / "key"], check=True)
    entries = {**made.entries(), "Dockerfile": b"FROM x\n"}
    entries = made.with_manifest({name: data for name, data in entries.items() if name != "manifest.json"})
    beside = {"Dockerfile": entries["Dockerfile"]}
    written = write_with_python(place / "first", entries, beside, told(), key=place / "key", scratch=place)
    return place, written


def run(path, *words, given=""):
    """Run it with an empty environment, from another directory."""
    return subprocess.run(
        [str(path), *words],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
        cwd="/",
    )


@pytest.fixture(scope="module")
def moved(once):
    """Move it to a directory with a space in its name, where nothing may be written."""
    place, written = once
    target = place / "moved to" / "it is"
    target.parent.mkdir()
    shutil.move(place / "first", target)
    for path in [target, *target.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*")}
    yield target, written
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*")} == before
    for path in [target, *target.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)


def test_what_was_found_while_it_was_made(once):
    _, written = once
    assert written.proof.ok
    assert (written.proof.how, written.proof.rows) == ("the Python that it carries", 3)
    assert written.carried.version == ".".join(map(str, os.sys.version_info[:3]))
    assert tuple(map(int, written.carried.glibc.split("."))) >= (2, 2)
    assert written.carried.size < written.size < 120_000_000


def test_every_verb(moved):
    target, _ = moved
    done = run(target / "run", "predict", given=CSV)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].endswith(f",{made.VERSION}")
    assert json.loads(run(target / "run", "selftest", "--json").stdout)["differing"] == 0
    assert "entries are as the manifest says" in run(target / "run", "verify").stdout
    assert run(target / "run", "info").stdout.startswith("model    toy/kind")
    assert run(target / "run", "nothing").returncode == 2
    script = subprocess.run(["/bin/sh", "run", "info"], cwd=target, capture_output=True, env={}, check=True)
    assert script.stdout.startswith(b"model    toy/kind")


def test_it_takes_nothing_from_this_machine(moved):
    target, _ = moved
    code = "import sys; print(sys.prefix, *sys.path, sep='\\n')"
    environ = {"LD_LIBRARY_PATH": str(target / "python" / "lib")}
    done = subprocess.run(
        [target / "python/bin/python3", "-I", "-S", "-c", code],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(line.startswith(f"{target}/python") for line in done.stdout.splitlines())
    assert not list(target.rglob("site-packages"))
    assert not list(target.rglob("test"))
    assert not [path for path in target.rglob("*") if path.is_symlink()]


def test_its_sums_and_their_signature(moved, once):
    target, _ = moved
    place, _ = once
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=target, check=True)
    (place / "signers").write_text(f"me@here {(place / 'key.pub').read_text()}")
    words = ["-Y", "verify", "-f", place / "signers", "-I", "me@here", "-n", "mlctl", "-s", "SHA256SUMS.sig"]
    subprocess.run(
        ["ssh-keygen", *words],
        cwd=target,
        input=(target / "SHA256SUMS").read_bytes(),
        check=True,
        capture_output=True,
    )
    assert (target / "Dockerfile").read_text() == "FROM x\n"


def test_a_folder_whose_name_cannot_be_on_a_path_of_libraries(moved, tmp_path):
    target, _ = moved
    (tmp_path / "a:b").mkdir()
    shutil.copy(target / "run", tmp_path / "a:b" / "run")
    done = run(tmp_path / "a:b" / "run", "info")
    assert (done.returncode, "has a colon in its name" in done.stderr) == (2, True)


class Little:
    """An interpreter that was not copied, for what is done around it."""

    version, machine, glibc, libraries, size = "3", "x", "2.0", (), 0


def test_packages_go_beside_it_and_answers_that_differ_are_refused(tmp_path, monkeypatch):
    listed = []

    def carry(place, requirements):
        place.mkdir()
        listed.append(requirements.read_text())
        return Little()

    monkeypatch.setattr(with_python, "carry", carry)
    proof = type("Proof", (), {"ok": False, "differing": 2, "first": "row 1: is 2, not 1"})
    monkeypatch.setattr(with_python, "prove_carried", lambda *_, packages: proof if packages else None)
    entries = {**made.entries(), REQUIREMENTS: b"numpy==2\n"}
    with pytest.raises(MlctlError, match=r"2 answers of the bundle with its own Python .* row 1: is 2"):
        write_with_python(tmp_path / "out", entries, {}, told(), key=None, scratch=tmp_path)
    assert (listed, (tmp_path / "out").exists()) == (["numpy==2\n"], False)
    (tmp_path / "out").mkdir()
    proof.ok = True
    with pytest.raises(MlctlError, match="file exists"):
        write_with_python(tmp_path / "out", entries, {}, told(), key=None, scratch=tmp_path)


def test_packages_that_bring_libraries(tmp_path, monkeypatch):
    """Copy an interpreter with a package beside it, without an index."""

    def install(requirements, target):
        (target / "little").mkdir(parents=True)
        (target / "little" / "__init__.py").write_text("import sqlite3\n")

    monkeypatch.setattr(carried, "_install", install)
    done = carried.carry(Path("python"), tmp_path / "r.txt")
    assert done.size > 1_000_000
    code = "import little, ssl; print(little.__file__)"
    environ = {"LD_LIBRARY_PATH": "python/lib"}
    found = subprocess.run(
        ["python/bin/python3", "-I", "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip().endswith("site-packages/little/__init__.py")
