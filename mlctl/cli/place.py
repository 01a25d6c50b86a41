"""Where a command looks for its store: the one reading of the working directory and the environment."""

import os
import sys
from pathlib import Path

from mlctl.actions.locate import Place


def here(store: Path | None, start: Path | None = None) -> Place:
    """Return the place that the options and the environment mean."""
    return Place(store, start or Path.cwd(), os.environ, " ".join(["mlctl", *sys.argv[1:2]]))
