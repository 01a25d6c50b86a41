"""The online server behind uvicorn, granian or another ASGI server, which then sees to workers and signals.

``MLCTL_SERVE`` names what is served, a bundle or ``[PROJECT/MODEL:]REF``; ``MLCTL_STORE`` the store, where it
is not found by walking up::

    MLCTL_SERVE=iris_3f9a1c_12.pyz uvicorn mlctl.actions.asgi:app
    MLCTL_SERVE=iris/species:champion granian --interface asgi mlctl.actions.asgi:app
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlctl.actions import locate
from mlctl.actions.locate import Place
from mlctl.actions.make_offer import make
from mlctl.actions.serve import is_bundle
from mlctl.actions.served import service_of
from mlctl.actions.served_bundle import bundle_error
from mlctl.bundle.main.bundle import opened
from mlctl.bundle.main.command import load_model
from mlctl.bundle.main.serving import service_of as service_of_bundle
from mlctl.bundle.main.trouble import BundleError
from mlctl.bundle.server import Service, asgi
from mlctl.errors import UsageError


def service(environ: Mapping[str, str], start: Path) -> Service:
    """Return the service that the environment names.

    Raises
    ------
    UsageError
        When it names none.
    MlctlError
        When that is not there, or cannot be loaded.
    """
    word = environ.get("MLCTL_SERVE", "")
    if not word:
        raise UsageError("MLCTL_SERVE is not set", "name a bundle or an experiment: MLCTL_SERVE=champion")
    if is_bundle(word):
        try:
            bundle = opened(word)
            return service_of_bundle(bundle, load_model(bundle))
        except BundleError as error:
            raise bundle_error(error) from None
    named = environ.get("MLCTL_STORE")
    store = Place(Path(named) if named else None, start, environ, "an ASGI server").open()
    with tempfile.TemporaryDirectory(prefix="mlctl-serve-") as directory:
        make(store, locate.experiment(store, word), Path(directory))
        return service_of(Path(directory), store)


app = asgi(lambda: service(os.environ, Path.cwd()))
