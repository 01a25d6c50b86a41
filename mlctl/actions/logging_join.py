"""Join the experiment that ``mlctl run`` keeps open for the command it runs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mlctl import files
from mlctl.actions.logging import Log
from mlctl.actions.logging_sinks import Joined
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError
from mlctl.store.layout import LOG, META, names_of
from mlctl.store.record_files import read_record_tree

VARIABLE = "MLCTL_EXPERIMENT"
"""Names the directory of the experiment; set for the command that ``mlctl run`` runs."""


def join(directory: Path, now: Callable[[], datetime], clock: Callable[[], float]) -> Log | None:
    """Return the log of an experiment that another process keeps open; None where none does.

    Parameters
    ----------
    directory : Path
        What :data:`VARIABLE` says.
    """
    try:
        tree = read_record_tree(Experiment, directory / META)
    except (MlctlError, OSError):
        return None
    if tree.get("status") != "running" or not files.is_locked(directory / LOG):
        return None  # left over in an environment that outlived the run
    names = dict(zip(("project_name", "model_name"), names_of(directory), strict=True))
    return Log(Joined(Experiment.from_dict(tree, **names), directory), now, clock)
