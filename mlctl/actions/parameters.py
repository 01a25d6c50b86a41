"""The parameters file: read it and check it."""

import os
from collections.abc import Sequence
from pathlib import Path

from mlctl.errors import NotFoundError
from mlctl.params.load import Loaded, load


def load_file(path: Path, overrides: Sequence[str] = ()) -> Loaded:
    """Read a parameters file and check all of it.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UsageError
        When anything in it is wrong; every problem at once.
    """
    if not path.is_file():
        raise NotFoundError(
            f"no parameters file {str(path)!r}", "mlctl params init DATA --target COLUMN > FILE"
        )
    return load(path, overrides, os.environ)
