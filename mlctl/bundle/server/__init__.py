"""The online server: standard library alone, Python 3.8 and newer, copied into every bundle.

It imports nothing of mlctl but the errors of the runtime, which lies beside it. All else is an argument.

=============  =====================================================================================
module         what it does
=============  =====================================================================================
``run``        :func:`serve`: sockets, workers, signals, until it is told to stop
``options``    the same as words of a command line: :func:`add_options`, :func:`settings_of`
``service``    :class:`Service`: one version of one model, ready to answer
``heads``      the head of a request, read strictly
``connection`` one connection: requests in, answers out in their order, limits on size and time; ``hub`` what
               connections share
``app``        what is posted, and its answer; ``pages`` what a GET answers; ``quick`` the usual request
``forms``      bodies to rows; ``answers`` predictions to bodies; ``inference`` the Open Inference Protocol
``jobs``       when rows are predicted: at once, with all that came in the same turn, or in slices
``metrics``    counters that all workers share, as Prometheus reads them
``log``        served inputs and outputs, and the actual values that came back
``asgi``       :func:`asgi`: the same answers for uvicorn, granian and others
=============  =====================================================================================

>>> from mlctl.bundle.server import Service, Settings, serve              # doctest: +SKIP
>>> serve(Service(model, "species", "iris_3f9a1c_12"), Settings(port=0))  # doctest: +SKIP
"""

from .app import App
from .asgi import asgi
from .options import add_options, settings_of
from .run import serve
from .service import Served, Service
from .settings import Settings

__all__ = ["App", "Served", "Service", "Settings", "add_options", "asgi", "serve", "settings_of"]
