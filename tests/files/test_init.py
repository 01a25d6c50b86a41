import subprocess
import sys

import pytest

from mlctl import files

HEAVY = "zstandard", "hashlib", "tarfile", "tempfile", "logging"


def test_every_name_is_there():
    assert all(
        callable(getattr(files, name)) or isinstance(getattr(files, name), str) for name in files.__all__
    )


def test_another_name_is_not():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = files.nothing


def test_what_is_heavy_is_imported_on_first_use():
    code = (
        "import sys, typer; before = set(sys.modules); from mlctl import files; "
        f"print([m for m in {HEAVY} if m in sys.modules and m not in before])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
