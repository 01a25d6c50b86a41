"""Find the command, run it, turn what it raises into an exit code.

Only the command that was asked for is imported and built: a command line of sixty commands then starts as
quickly as one of three. For ``--help`` the others stand by name and summary (:mod:`mlctl.cli.commands`).
"""

import os
import sys
from collections.abc import Sequence

import typer

from mlctl.cli import commands, out
from mlctl.errors import CancelledError, MlctlError, UsageError

# What both Click and the copy inside Typer raise for a wrong command line; only its child is exported.
_CommandLineError: type[Exception] = typer.BadParameter.__bases__[0]

CLOSED_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, default=None
        The words after ``mlctl``; those of this process when None.

    Returns
    -------
    int
        0 done; 1 failed; 2 usage; 3 no such thing; 4 refused by a gate; 5 data refused; 6 store damaged;
        75 busy; 130 interrupted; 141 the reader of the output went away.
    """
    typed = list(sys.argv[1:] if argv is None else argv)
    words = commands.normalise([word for word in typed if word != "--debug"])
    try:
        return _run(words)
    except MlctlError as error:
        if "--debug" in typed:
            raise
        return _tell(error, words)
    except (KeyboardInterrupt, typer.Abort):
        return _tell(CancelledError("interrupted"), words)
    except BrokenPipeError:
        # What is still in the buffer would raise again when the interpreter closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE


def _run(words: list[str]) -> int:
    try:
        code = commands.build(words)(args=words, prog_name="mlctl", standalone_mode=False)
        sys.stdout.flush()
    except _CommandLineError as error:
        raise _usage(error) from None
    return code if isinstance(code, int) else 0


def _usage(error: Exception) -> UsageError:
    message = error.format_message()  # type: ignore[attr-defined]  # both Click and Typer's copy have it
    context = getattr(error, "ctx", None)
    return UsageError(message, f"see {context.command_path if context else 'mlctl'} --help")


def _tell(error: MlctlError, words: Sequence[str]) -> int:
    out.error(error, as_json="--json" in words)
    return error.exit_code


def entry() -> None:
    """Start from a shell."""
    sys.exit(main())
