import subprocess
import sys

from tests.conftest import REPOSITORY


def test_the_generated_pages_are_fresh():
    done = subprocess.run(
        [sys.executable, REPOSITORY / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
