"""Find the command, run it, turn what it raises into an exit code.

Only the command that was asked for is imported and built: a command line of sixty commands then starts as
quickly as one of three. For ``--help`` the others stand by name and summary (:mod:`mlctl.cli.commands`).
"""

import sys
from collections.abc import Sequence

import typer

from mlctl.cli import commands, out, refusals
from mlctl.errors import ReaderGoneError, UsageError

# What both Click and the copy inside Typer raise for a wrong command line; only its child is exported.
_CommandLineError: type[Exception] = typer.BadParameter.__bases__[0]

INTERRUPTED = 130


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
        75 busy; 130 interrupted (129 by SIGHUP, 143 by SIGTERM); 141 the reader of the output went away.
    """
    typed = list(sys.argv[1:] if argv is None else argv)
    end = typed.index("--") if "--" in typed else len(typed)  # behind it stands the command that run runs
    typed, behind = typed[:end], typed[end:]
    words = commands.normalise([*(word for word in typed if word != "--debug"), *behind])
    try:
        return _run(words)
    except (Exception, KeyboardInterrupt) as error:
        failure = refusals.told(error)
        if failure is None or "--debug" in typed:
            raise
        return out.failed(failure, as_json="--json" in typed)


def _run(words: list[str]) -> int:
    try:
        code = commands.build(words)(args=words, prog_name="mlctl", standalone_mode=False)
        sys.stdout.flush()
    except _CommandLineError as error:
        raise _usage(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    except (BrokenPipeError, SystemExit) as error:
        # Typer's answer to a closed pipe is to exit with 1.
        if not isinstance(error.__context__ if isinstance(error, SystemExit) else error, BrokenPipeError):
            raise
        raise ReaderGoneError("the reader of stdout went away") from error
    if code == INTERRUPTED:  # Typer swallows a KeyboardInterrupt and says nothing
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _usage(error: Exception) -> UsageError:
    message = error.format_message()  # type: ignore[attr-defined]  # both Click and Typer's copy have it
    context = getattr(error, "ctx", None)
    return UsageError(message, f"see {context.command_path if context else 'mlctl'} --help")
