"""A question before what cannot be taken back; nobody is asked who cannot answer."""

import sys

from mlctl.cli import out
from mlctl.cli.escape import escaped
from mlctl.errors import UsageError


def confirmed(question: str, *, yes: bool, as_json: bool, dry_run: str) -> bool:
    """Ask a question whose default is no.

    Parameters
    ----------
    question : str
        Ends with a question mark.
    yes : bool
        Whether it was answered on the command line.
    dry_run : str
        The command that only shows what would be done.

    Raises
    ------
    UsageError
        Off a terminal, or where one JSON document is wanted: nobody can answer.
    """
    if yes:
        return True
    if as_json or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "this needs an answer, and nobody can be asked", f"add --yes; to look first: {dry_run}"
        )
    sys.stderr.write(f"{escaped(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def declined() -> None:
    """Say that the answer was no."""
    out.say("nothing was changed")
