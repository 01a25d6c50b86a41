"""Where a command looks for its store: the one reading of the working directory and the environment."""

import getpass
import os
import sys
from pathlib import Path

from mlctl.actions.locate import Place
from mlctl.cli import out


def here(store: Path | None, start: Path | None = None) -> Place:
    """Return the place that the options and the environment mean."""
    named = store or os.environ.get("MLCTL_STORE")  # then nobody asks for a working directory that is gone
    return Place(
        store, start or (Path() if named else Path.cwd()), os.environ, " ".join(["mlctl", *sys.argv[1:2]])
    )


def who() -> str:
    """Return who is at work, for logs: the user's name and the machine's."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}"


def mention_mlflow() -> None:
    """Say in one line how to bring in what MLflow left in the working directory."""
    if not (Path("mlruns").is_dir() or Path("mlflow.db").is_file()):
        return
    from mlctl.interop.mlflow.find_store import noticed

    if found := noticed(Path()):
        out.say(f"{found} here is MLflow's; to bring in what is new of it: mlctl import mlflow {found}")
