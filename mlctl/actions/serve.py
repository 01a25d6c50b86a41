"""What ``mlctl serve`` runs: a bundle's own server, or a light process that serves an experiment."""

import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlctl.actions import offer as offers
from mlctl.actions.make_offer import make
from mlctl.actions.offer import Offer
from mlctl.domain.records import Experiment
from mlctl.errors import NotFoundError
from mlctl.store.store import Store

BUNDLE = ".pyz"
_MAIN = "__main__.py"


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is ready to be started.

    Attributes
    ----------
    command : tuple of str
        The command that becomes the server.
    offer : Offer or None
        What is served; None of a bundle, which says itself what it is.
    """

    command: tuple[str, ...]
    offer: Offer | None


def is_bundle(word: str) -> bool:
    """Tell whether a word means a bundle's file or folder rather than an experiment."""
    path = Path(word)
    return word.endswith(BUNDLE) or (path / _MAIN).is_file()


def bundle_command(word: str) -> tuple[str, ...]:
    """Return the command that runs a bundle; its verb and options follow.

    Raises
    ------
    NotFoundError
        When there is no such bundle.
    """
    path = Path(word)
    if not (path / _MAIN).is_file() and not (path.is_file() and zipfile.is_zipfile(path)):
        raise NotFoundError(f"there is no bundle {word!r}", "make one: mlctl build REF")
    return (sys.executable, "-I", str(path))


def of_bundle(word: str, options: Sequence[str], *, trust: bool = False) -> Serving:
    """Return what serves a bundle.

    Parameters
    ----------
    options : sequence of str
        As :func:`mlctl.bundle.server.add_options` takes them.
    """
    return Serving((*bundle_command(word), "serve", *(["--trust"] if trust else []), *options), None)


def of_experiment(
    store: Store, experiment: Experiment, options: Sequence[str], *, follow: bool = False, trust: bool = False
) -> Serving:
    """Lay out an experiment's model, and return what serves it.

    Parameters
    ----------
    follow : bool, default=False
        Take up each new champion.

    Raises
    ------
    NotFoundError, DamagedError, RefusedError
        As :func:`mlctl.actions.make_offer.make` raises them.
    """
    # The server removes it, once it has read it.
    directory = Path(tempfile.mkdtemp(prefix="mlctl-serve-"))
    try:
        offer = make(store, experiment, directory, trust=trust)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    command = offers.command(directory, store.root, follow=follow, trust=trust)
    return Serving((*command, "--remove", *options), offer)
