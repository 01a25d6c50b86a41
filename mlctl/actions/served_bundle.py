"""Opens a bundle whose answers are wanted, and says in mlctl's words what is wrong with it."""

from mlctl.bundle.main.bundle import Bundle, opened
from mlctl.bundle.main.trouble import BundleError
from mlctl.errors import DamagedError, MlctlError, NotFoundError, RefusedError, UsageError

_KINDS = {kind.exit_code: kind for kind in (UsageError, NotFoundError, RefusedError, DamagedError)}
_HINTS: dict[type[MlctlError], str] = {
    NotFoundError: "make one: mlctl build REF",
    DamagedError: "fetch or build it again",
}


def checked(path: str) -> Bundle:
    """Open a bundle and check it; nothing of it is run.

    Raises
    ------
    NotFoundError
        When there is no such file or folder.
    DamagedError
        When it is no bundle, is damaged, or is of a newer format.
    """
    try:
        return opened(path)
    except BundleError as error:
        raise bundle_error(error) from None


def bundle_error(error: BundleError) -> MlctlError:
    """Return what a bundle's own program refuses as mlctl says it: the same words and exit code."""
    kind = _KINDS.get(error.code, MlctlError)
    return kind(error.message, error.hint or _HINTS.get(kind, ""))
