"""Every error that mlctl raises on purpose, with the exit code that it ends in.

::

    MlctlError                   1   the work failed
    ├── UsageError               2   the command line or the parameters file is wrong
    ├── NotFoundError            3   no such thing, or more than one
    ├── RefusedError             4   a gate said no
    ├── DataError                5   the data was refused by validation
    ├── DamagedError             6   the store, or a file in it, is damaged or too new
    ├── BusyError               75   somebody else holds the lock: try again
    ├── CancelledError        130   Ctrl-C (129 for SIGHUP, 143 for SIGTERM)
    └── ReaderGoneError       141   the reader of the output went away

Each carries *what* happened (and where), and a *hint* that says how to mend it. Anything else that is
raised is a bug and keeps its traceback.
"""


class MlctlError(Exception):
    """The work failed.

    Parameters
    ----------
    message : str
        What happened and where: one sentence, with the value that caused it.
    hint : str, default=""
        How to mend it, preferably a command to type.
    details : sequence of str, default=()
        Further findings, one a line, where there are several at once.
    may_pass : bool, default=None
        Whether the same work may succeed later, with nobody doing anything: a network, a database, a
        time-out. None: as the kind of error has it.
    """

    exit_code = 1
    code = "failed"
    passes = False

    def __init__(
        self, message: str, hint: str = "", details: tuple[str, ...] = (), may_pass: bool | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details
        self.may_pass = self.passes if may_pass is None else may_pass

    def __reduce__(self) -> tuple[type["MlctlError"], tuple[str, str, tuple[str, ...], bool]]:
        """Travel between processes whole."""
        return type(self), (self.message, self.hint, self.details, self.may_pass)


class UsageError(MlctlError):
    """The command line or the parameters file is wrong."""

    exit_code = 2
    code = "usage"


class NotFoundError(MlctlError):
    """There is no such thing, or more than one answers to the name."""

    exit_code = 3
    code = "not_found"


class RefusedError(MlctlError):
    """A gate said no."""

    exit_code = 4
    code = "refused"


class GateStoppedError(RefusedError):
    """The gate could not be applied: the champion cannot score, and stays until a person has looked."""


class DataError(MlctlError):
    """The data was refused by validation."""

    exit_code = 5
    code = "data"


class DamagedError(MlctlError):
    """The store, or a file in it, is damaged, or was written by a newer mlctl."""

    exit_code = 6
    code = "damaged"


class BusyError(MlctlError):
    """Somebody else holds the lock; the same command may succeed later."""

    exit_code = 75
    code = "busy"
    passes = True


class CancelledError(MlctlError):
    """The user pressed Ctrl-C."""

    exit_code = 130
    code = "interrupted"


class ReaderGoneError(MlctlError):
    """The reader of the output went away, as ``head`` does: nobody has to be told."""

    exit_code = 141
    code = "reader_gone"
