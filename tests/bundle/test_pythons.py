"""The runtime by itself: in a bare interpreter, and on every Python from 3.8 on that is found."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mlctl.bundle.runtime
from tests.bundle.files import written
from tests.bundle.test_hostile import ROW

RUNTIME = Path(mlctl.bundle.runtime.__file__).parent
VERSIONS = [f"3.{minor}" for minor in range(8, 15)]

SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import runtime
model = runtime.load(open(sys.argv[2], "rb").read())
row = json.loads(sys.argv[3])
answer = model.predict_row(row)
table = model.predict_columns({name: [value] * 3 for name, value in row.items()})
print(json.dumps([answer.value, list(answer.probabilities), [each.value for each in table]]))
print(json.dumps(sorted(name for name in sys.modules if "." not in name)), file=sys.stderr)
"""


def pythons():
    """Return the interpreters on PATH and beside this one, by version."""
    found = {".".join(map(str, sys.version_info[:2])): sys.executable}
    beside = sorted(Path(sys.base_prefix).parent.glob("3.*/bin/python3"))
    for version in VERSIONS:
        near = [str(path) for path in beside if path.parts[-3].startswith(version + ".")]
        on_path = shutil.which(f"python{version}")
        for candidate in [*near, *([on_path] if on_path else [])]:
            asked = subprocess.run([candidate, "-c", "print(1)"], capture_output=True, check=False)
            if asked.returncode == 0:
                found.setdefault(version, candidate)
    return sorted(found.items())


def ran(python, place, kind, archive=False):
    """Run the script in isolation; return its answer and the modules that it imported."""
    file = place / f"{kind}.bin"
    file.write_bytes(written(kind).to_bytes())
    home = place / "alone"
    if not home.exists():
        shutil.copytree(RUNTIME, home / "runtime", ignore=shutil.ignore_patterns("__pycache__"))
    where = shutil.make_archive(str(place / "zipped"), "zip", home) if archive else str(home)
    command = [python, "-I", "-S", "-c", SCRIPT, where, str(file), json.dumps(ROW)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), json.loads(done.stderr)


@pytest.mark.parametrize(("version", "python"), pythons())
def test_every_python_answers_alike(version, python, tmp_path):
    for kind in ("linear", "forest", "boosting", "neighbours"):
        found, modules = ran(python, tmp_path, kind)
        here = mlctl.bundle.runtime.load(written(kind).to_bytes(), numpy=False).predict_row(ROW)
        assert found[0] == here.value
        assert found[1] == pytest.approx(here.probabilities, abs=1e-12)
        assert found[2] == [here.value] * 3
        assert not {"numpy", "mlctl", "sklearn", "pickle", "typing", "dataclasses", "inspect"} & set(modules)


def test_it_runs_out_of_a_small_archive(tmp_path):
    found, _ = ran(sys.executable, tmp_path, "linear", archive=True)
    assert found[0] == 0
    assert (tmp_path / "zipped.zip").stat().st_size < 100_000


def test_it_imports_its_own_modules_and_the_standard_library_only():
    allowed = {
        "__future__",
        "array",
        "bisect",
        "collections",
        "datetime",
        "difflib",
        "heapq",
        "importlib",
        "json",
    }
    allowed |= {"math", "operator", "re", "sys", "typing", "unicodedata", "numpy"}
    for file in RUNTIME.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        found = set(re.findall(r"^\s*(?:from|import) ([a-z_]+)", text, re.MULTILINE))
        assert found <= allowed, file.name
        assert not re.search(
            r"\b(eval|exec|compile|__import__|pickle|marshal|open)\(", text.replace("re.compile(", "")
        )
