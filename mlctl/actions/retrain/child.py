"""The process of one step: ``python -m mlctl.actions.retrain.child DIRECTORY STEP``.

It finds its order in the directory and leaves what it found there, or why it failed. Its standard input is a
pipe from the process that waits for it: when that ends, this ends as well, with all that it started.
"""

import os
import signal
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from mlctl.actions.retrain.order import DATA, PARAMETERS, RunOrder, read_order, told
from mlctl.errors import MlctlError
from mlctl.params.load import Loaded, load
from mlctl.schedule.retry import may_pass
from mlctl.store.journal import read_result, write_result
from mlctl.store.store import Store, find

STEPS = {
    "fetch": "mlctl.actions.retrain.fetching",
    "decide": "mlctl.actions.retrain.looking",
    "train": "mlctl.actions.retrain.climbing",
    "gate": "mlctl.actions.retrain.gating",
    "build": "mlctl.actions.retrain.building",
    "notify": "mlctl.actions.retrain.telling",
}
"""Step to the module whose ``step`` does it; only that one is imported."""


class Bench:
    """What a step works with.

    Attributes
    ----------
    data : Path
        Where fetched files are.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.order: RunOrder = read_order(directory)
        self.data = directory / DATA
        self.base = Path(self.order.base)
        self.loaded: Loaded = load(directory / PARAMETERS, (), os.environ)
        command = f"mlctl retrain {self.order.project}/{self.order.model}"
        root = Path(self.order.root)
        self.store: Store = find(root, explicit=root, environ={}, command=command)

    def leave(self, name: str, tree: dict[str, Any]) -> None:
        """Leave something in the run's directory."""
        write_result(self.directory, name, tree)

    def found(self, name: str) -> dict[str, Any]:
        """Return what an earlier step found."""
        return dict((read_result(self.directory, name) or {})["found"])


def end_with_parent() -> None:
    """End this process group when the pipe on standard input does."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def main(argv: list[str]) -> int:
    """Do a step; 0 where it left what it found, 1 where it left an error."""
    directory, name = Path(argv[0]), argv[1]
    try:
        bench = Bench(directory)
        found = import_module(STEPS[name]).step(bench)
    except MlctlError as error:
        left = {"error": told(error, may_pass=may_pass(error))}
    except Exception as error:  # the run goes on to say so; the log has the traceback
        traceback.print_exc()
        failure = MlctlError(f"{type(error).__name__}: {error}", "see the log of the run; is this a bug?")
        left = {"error": told(failure, may_pass=may_pass(error))}
    else:
        left = {"found": found}
    write_result(directory, name, left)
    sys.stdout.flush()
    return int("error" in left)


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(sys.argv[1:]))
