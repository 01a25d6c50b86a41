"""The same tests on the oldest supported scikit-learn, in an environment of its own."""

import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def oldest() -> str:
    """Return the least scikit-learn that the project allows."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    words = next(word for word in project["project"]["dependencies"] if word.startswith("scikit-learn>="))
    return words.partition(">=")[2]


@pytest.mark.slow
def test_every_class_agrees_there_too(tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / "bin" / "python"
    wanted = [f"scikit-learn=={oldest()}.*", "pytest", "pytest-cov", "hypothesis", str(REPOSITORY)]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    # An old scikit-learn on the newest SciPy is warned of what it calls.
    warned = ["-W", "ignore::DeprecationWarning"]
    words = ["-m", "pytest", "tests/bundle", "-q", "-m", "not slow", "-p", "no:cacheprovider", *warned]
    ignored = [f"--ignore=tests/bundle/{part}" for part in ("server", "bench", "file", "main")]
    done = subprocess.run(
        [python, *words, *ignored], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    sys.stdout.write(done.stdout[-3000:])
    assert done.returncode == 0
