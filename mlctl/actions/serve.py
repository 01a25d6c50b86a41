"""What ``mlctl serve`` runs: a bundle's own server, or a light process that serves an experiment."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlctl.actions import offer as offers
from mlctl.actions.make_offer import make
from mlctl.actions.offer import Offer
from mlctl.actions.served_bundle import checked
from mlctl.domain.records import Experiment
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
    """Tell whether a word means a bundle's file or folder rather than an experiment.

    A file of another name is one too, where it has a folder or an ending in its name as no reference has:
    it is then said to be no bundle, rather than no experiment.
    """
    path = Path(word)
    named = bool(path.suffix) or os.sep in word
    return word.endswith(BUNDLE) or (path / _MAIN).is_file() or (named and path.is_file())


def bundle_command(word: str) -> tuple[str, ...]:
    """Check a bundle, and return the command that runs it; its verb and options follow.

    Raises
    ------
    NotFoundError, DamagedError
        When there is no such bundle, it is damaged, or it was made by something else: none of that is run.
    """
    checked(word)
    return (sys.executable, "-I", str(Path(word)))


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
