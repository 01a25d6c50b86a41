"""Libraries that are installed only where they are wanted."""

from importlib import import_module
from typing import Any

from mlctl.errors import MlctlError


def extra(name: str, module: str, what: str) -> Any:
    """Import a library that an extra brings.

    Parameters
    ----------
    name : str
        Of the extra: ``sql``.
    module : str
        What to import.
    what : str
        What needs it, as the error should call it.

    Raises
    ------
    MlctlError
        When it is not installed, naming the extra.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if not module.startswith(str(error.name)):
            raise  # it is there, and lacks something of its own
    raise missing(what, module.partition(".")[0], name)


def missing(what: str, library: str, name: str) -> MlctlError:
    """Say which extra to install."""
    return MlctlError(f"{what} needs {library}, which is not installed", f"pip install 'mlctl[{name}]'")
