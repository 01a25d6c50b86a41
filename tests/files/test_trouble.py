import errno
import os
from pathlib import Path

import pytest

from mlctl.errors import DamagedError, MlctlError, NotFoundError
from mlctl.files.trouble import explained, said


@pytest.mark.parametrize(
    ("code", "kind", "hint"),
    [
        (errno.ENOSPC, MlctlError, "free some space"),
        (errno.EROFS, MlctlError, "can still be read"),
        (errno.EACCES, MlctlError, "check who owns it"),
        (errno.EFBIG, MlctlError, "ulimit -f"),
        (errno.ENAMETOOLONG, MlctlError, "shorter names"),
        (errno.ENOENT, NotFoundError, ""),
        (errno.ELOOP, DamagedError, "links inside a store"),
        (errno.EIO, MlctlError, ""),
    ],
)
def test_says_what_where_and_what_helps(code, kind, hint):
    error = said(OSError(code, os.strerror(code)), "write", Path("store/a"))
    assert type(error) is kind
    assert error.message == f"cannot write store/a: {os.strerror(code).lower()}"
    assert hint in error.hint


def test_names_another_file_that_caused_it():
    error = said(FileNotFoundError(errno.ENOENT, "No such file", "/elsewhere/b"), "write", Path("store/a"))
    assert error.message == "cannot write store/a: no such file (/elsewhere/b)"


def test_does_not_name_the_temporary_file_beside_the_target():
    error = said(OSError(errno.ENOSPC, "No space", "store/.tmp-1"), "write", Path("store/a"))
    assert error.message == "cannot write store/a: no space"


def test_an_error_without_a_number_keeps_its_text():
    assert said(OSError("odd"), "read", Path("a")).message == "cannot read a: odd"


def test_the_original_is_the_cause():
    with pytest.raises(MlctlError) as caught, explained("read", Path("a")):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert isinstance(caught.value.__cause__, PermissionError)
