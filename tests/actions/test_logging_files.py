from pathlib import Path

import pytest

from mlctl.actions.logging_files import _copied_file
from mlctl.errors import UsageError


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuses(path, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuses)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        _copied_file(tmp_path / "secret", "secret", lambda place: tmp_path / place)
