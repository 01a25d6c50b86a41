"""What a GET answers: what is served, whether the server is well, and its counters."""

from __future__ import annotations

from . import inference, openapi
from .answers import dump
from .faults import Refusal
from .replies import METRICS, TEXT, Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .app import App
    from .service import Service

POSTS = ("/invocations", "/predict", "/feedback")


class Pages:
    """The pages of one service.

    Parameters
    ----------
    service : Service
        What they tell of.
    app : App
        Whose counters and state they tell.
    software : str
        Name and version of what made this.

    Attributes
    ----------
    models : tuple of str
        The model's addresses in the Open Inference Protocol, without and with its version.
    """

    def __init__(self, service: Service, app: App, software: str) -> None:
        self._service, self._app, self._software = service, app, software
        model = "/v2/models/" + service.name
        self.models = (model, model + "/versions/" + service.version)
        self._plain: dict[str, Callable[[], Reply]] = {
            "/": self._index,
            "/ping": _alive,
            "/health": _alive,
            "/version": self._version,
            "/schema": lambda: document(openapi.schema(service)),
            "/openapi.json": lambda: document(openapi.document(service, model + "/infer")),
            "/metrics": self._metrics,
            "/v2": lambda: document(inference.server(software)),
            "/v2/health/live": lambda: document({"live": True}),
            "/v2/health/ready": self._ready,
        }
        self._all = dict(self._plain)
        for address in self.models:
            self._all[address] = lambda: document(inference.model(service))
            self._all[address + "/ready"] = self._ready

    def find(self, path: str) -> Callable[[], Reply]:
        """Return what answers a path.

        Raises
        ------
        Refusal
            404, with what there is.
        """
        found = self._all.get(path)
        if found is None:
            known = ", ".join([*POSTS, *self._plain])
            raise Refusal(404, f"there is nothing at {path[:200]!r}; there is {known}")
        return found

    def _index(self) -> Reply:
        addresses = [*POSTS, *list(self._plain)[1:], self.models[0] + "/infer"]
        return document({**self._names(), "addresses": addresses})

    def _version(self) -> Reply:
        return document({**self._names(), "software": self._software})

    def _names(self) -> dict[str, str]:
        return {"model": self._service.name, "version": self._service.version}

    def _metrics(self) -> Reply:
        metrics = self._app.metrics
        metrics.put("waiting", len(self._app.jobs))
        return Reply(metrics.text(self._names()).encode("utf-8", "replace"), media=METRICS)

    def _ready(self) -> Reply:
        if self._app.draining:
            raise Refusal(503, "the server is ending")
        return document({"ready": True})


def _alive() -> Reply:
    return Reply(b"\n", media=TEXT)


def document(told: Any) -> Reply:
    """Return a JSON document as an answer."""
    return Reply(dump(told).encode("utf-8", "replace"))
