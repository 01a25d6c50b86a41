"""Whether code of a person's own that an experiment keeps may be run again.

Stores are merged, copied and cloned, and the code in one may be anybody's. What is run without being asked is
what the same person has trained with on this machine: `mlctl train` notes a mark of it in the person's own
state directory, outside of every store. All else is run with ``--trust``, as models are that run code when
they are loaded. The mark covers the parameters too: which function is called, and with what.
"""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mlctl import files
from mlctl.errors import MlctlError, RefusedError
from mlctl.ml.own import CODE

RULES = "rules"
"""The directory that keeps the files of hand-written rules in an experiment."""


def own_files(directory: Path) -> list[str]:
    """Return the files of a person's own code that an experiment keeps: paths within it, sorted."""
    found = (path for top in (CODE, RULES) for path in (directory / top).rglob("*") if path.is_file())
    return sorted(path.relative_to(directory).as_posix() for path in found)


def mark(directory: Path) -> str:
    """Return 64 hex digits that are equal for equal code under equal parameters.

    Raises
    ------
    MlctlError
        When a file is gone, or may not be read.
    """
    told = files.sha256sums(directory, ["params.yaml", *own_files(directory)])
    return hashlib.sha256(told.encode()).hexdigest()


def note(directory: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Note that this person has trained with an experiment's code; nothing where it has none.

    Where it cannot be noted, ``--trust`` is asked for later: that is no reason not to train.

    Parameters
    ----------
    directory : Path
        The experiment's; its code and parameters are written.
    environ : mapping
        ``XDG_STATE_HOME`` says where the state directory is, where that is not ``~/.local/state``.
    """
    place = _place(environ)
    if place is None or not own_files(directory):
        return
    with suppress(MlctlError):
        files.make_folder(place)
        files.write_atomic(place / mark(directory), f"{directory.name}\n")


def check(directory: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Refuse to run an experiment's code where this person has not trained with it here.

    Raises
    ------
    RefusedError
        Naming the files.
    """
    place = _place(environ)
    if place is not None and (place / mark(directory)).is_file():
        return
    names = own_files(directory)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    raise RefusedError(
        f"{directory.name} keeps code that you have not trained with on this machine: "
        f"{', '.join(names[:3])}{more}",
        f"read it, in {directory}; if you trust where it comes from, say so with --trust",
        tuple(names[3:]),
    )


def _place(environ: Mapping[str, str]) -> Path | None:
    """Return the directory of marks; None where this user has no home."""
    state = environ.get("XDG_STATE_HOME", "")
    if state.startswith("/"):  # a relative one is to be ignored, its specification says
        return Path(state) / "mlctl" / "own_code"
    try:
        return Path.home() / ".local" / "state" / "mlctl" / "own_code"
    except RuntimeError:
        return None
