"""What each address answers; :mod:`connection` and :mod:`asgi` stand before it, and know of sockets."""

from __future__ import annotations

import os
from itertools import count
from time import perf_counter

from . import inference
from .answers import Answers
from .faults import Refusal
from .feedback import actuals_in
from .forms import JSON as JSON_MEDIA
from .forms import check_media, document_of, rows_of
from .jobs import SLICE_ROWS, Job, Jobs
from .pages import Pages, document
from .quick import Quick
from .replies import JSON, Reply, refused
from .service import SLOW_S, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from .heads import Head
    from .log import ServedLog
    from .metrics import Metrics
    from .service import Service

    class Asker(Protocol):
        """Who waits for an answer."""

        job: Job | None

        def done(self, reply: Reply) -> None:
            """Take the answer, where it did not come at once."""


ROUTES = {"/invocations": "/invocations", "/predict": "/predict", "/feedback": "/feedback"}
"""Addresses with their names in the metrics; the rest is ``other``, but for ``/v2/…/infer``."""


class App:
    """Answers requests for one model.

    Parameters
    ----------
    service : Service
        What is served; :meth:`use` changes it.
    metrics : Metrics
        The counters.
    later : callable
        ``loop.call_soon``.
    log : ServedLog or None
        Where predictions are written down.
    most_waiting : int
        Requests that may wait.
    report : callable
        Takes an exception that nobody foresaw, for the server's own log.
    software : str
        Name and version of what made this, for ``/version``.
    """

    def __init__(
        self,
        service: Service,
        metrics: Metrics,
        later: Callable[..., object],
        log: ServedLog | None = None,
        most_waiting: int = 1000,
        report: Callable[[BaseException], None] | None = None,
        software: str = "mlctl",
    ) -> None:
        self.metrics = metrics
        self.jobs = Jobs(later, most_waiting)
        self.draining = False
        self._log, self._software = log, software
        self._report = report or _ignore
        self._prefix, self._count = f"{os.getpid():x}{os.urandom(4).hex()}", count(1)
        self.use(service)

    def use(self, service: Service) -> None:
        """Answer with this service from here on; what is asked already is answered by the one before."""
        self.service, self._answers, self._quick = service, Answers(service), Quick(service)
        self._pages = Pages(service, self, self._software)
        self._infers = tuple(model + "/infer" for model in self._pages.models)

    def answer(self, head: Head, body: bytes, asker: Asker) -> Reply | None:
        """Answer a request.

        Parameters
        ----------
        head : Head
            Its head.
        body : bytes
            Its body.
        asker : Asker
            Whose ``done`` is called where the answer comes later; ``job`` is then what may be dropped.

        Returns
        -------
        Reply or None
            None where the answer comes later.
        """
        start = perf_counter()
        try:
            reply = (self._usual(body) if head.is_usual else None) or self._route(head, body, asker, start)
        except Refusal as refusal:
            reply = refused(refusal)
        except Exception as error:  # of a model, or a bug: the client hears of it, not of its inside
            reply = self._failed(error)
        if reply is not None:
            self.metrics.answered(self._name(head.path), reply.status, perf_counter() - start)
        return reply

    def _route(self, head: Head, body: bytes, asker: Asker, start: float) -> Reply | None:
        path = head.path
        if path == "/invocations":
            _check_method(head, "POST")
            return self._predict(head, self._rows(head, body), self._plain, asker, start)
        if path == "/predict":
            _check_method(head, "POST")
            return self._predict(head, self._rows(head, body), self._full, asker, start)
        if path in self._infers:
            _check_method(head, "POST")
            asked = inference.read(head, body, self.service)
            return self._predict(head, asked.rows, asked.reply, asker, start)
        if path == "/feedback":
            _check_method(head, "POST")
            return self._feedback(head, body)
        return self._get(head)

    def _get(self, head: Head) -> Reply:
        found = self._pages.find(head.path)
        _check_method(head, "GET", "HEAD")
        return found()

    # Predictions

    def _usual(self, body: bytes) -> Reply | None:
        """Answer what can be answered quickly."""
        service = self.service
        if service.row_s >= SLOW_S or self._log is not None:
            return None
        start = perf_counter()
        answer = self._quick.answer(body)
        if answer is None:
            return None
        service.took(perf_counter() - start)
        self.metrics.add("rows")
        return self._plain(service, (answer,), f"{self._prefix}-{next(self._count):x}")

    def _rows(self, head: Head, body: bytes) -> list[Any]:
        return rows_of(head, body, self.service.columns, self.service.csv_missing)

    def _predict(
        self, head: Head, rows: list[Any], write: Callable[..., Reply], asker: Asker, start: float
    ) -> Reply | None:
        if not rows:
            raise Refusal(400, "there are no rows")
        service = self.service
        number = f"{self._prefix}-{next(self._count):x}"
        if service.row_s < SLOW_S and len(rows) <= SLICE_ROWS:
            if len(rows) == 1:
                return self._now(service, rows, write, number)
            return self._told(service, rows, write, number, *service.predict(rows))

        def done(answers: Any, faults: Any, error: BaseException | None) -> None:
            reply = self._ended(service, rows, write, number, answers, faults, error)
            self.metrics.answered(self._name(head.path), reply.status, perf_counter() - start)
            asker.done(reply)

        job = Job(service, rows, done)
        self.jobs.add(job)
        asker.job = job
        return None

    def _now(self, service: Service, rows: list[Any], write: Callable[..., Reply], number: str) -> Reply:
        start = perf_counter()
        try:
            answers = (service.predict_row(rows[0]),)
        except InputError as fault:
            return self._told(service, rows, write, number, (), [fault])
        service.took(perf_counter() - start)
        self.metrics.add("rows")
        if self._log is not None:
            self._log.predictions(service, number, rows, answers)
        return write(service, answers, number)

    def _ended(
        self,
        service: Service,
        rows: list[Any],
        write: Callable[..., Reply],
        number: str,
        answers: Any,
        faults: Any,
        error: BaseException | None,
    ) -> Reply:
        if error is not None:
            return self._failed(error)
        return self._told(service, rows, write, number, answers, faults)

    def _told(
        self,
        service: Service,
        rows: list[Any],
        write: Callable[..., Reply],
        number: str,
        answers: Any,
        faults: Any,
    ) -> Reply:
        if faults:
            self.metrics.add("bad_rows", len(faults))
            return refused(_bad_rows(faults))
        self.metrics.add("rows", len(rows))
        if self._log is not None:
            self._log.predictions(service, number, rows, answers)
        return write(service, answers, number)

    def _plain(self, service: Service, answers: Any, number: str) -> Reply:
        written = self._answers if service is self.service else Answers(service)
        extra = b"X-Prediction-Id: " + number.encode() + written.marks
        return Reply(written.plain(answers), 200, JSON, extra)

    def _full(self, service: Service, answers: Any, number: str) -> Reply:
        return Reply((self._answers if service is self.service else Answers(service)).full(answers, number))

    def _feedback(self, head: Head, body: bytes) -> Reply:
        check_media(head, only=(JSON_MEDIA,))
        actuals = actuals_in(document_of(body), self.service)
        if self._log is None:
            raise Refusal(
                501, "this server keeps no log, and so no actual values; start it with --log-dir DIR"
            )
        for number, actual in actuals:
            self._log.feedback(self.service, number, actual)
        self.metrics.add("feedback", len(actuals))
        return document({"accepted": len(actuals)})

    def _failed(self, error: BaseException) -> Reply:
        self._report(error)
        return refused(Refusal(500, "the server failed to answer; its own log says more"))

    def _name(self, path: str) -> str:
        return ROUTES.get(path) or ("/v2/infer" if path in self._infers else "other")


def _ignore(_: BaseException) -> None:
    """Tell nobody."""


def _check_method(head: Head, *allowed: str) -> None:
    if head.method not in allowed:
        listed = ", ".join(allowed)
        raise Refusal(405, f"{head.path} takes {listed}", headers=(("Allow", listed),))


def _bad_rows(faults: list[InputError]) -> Refusal:
    told: list[dict[str, object]] = [
        {"row": fault.row, "column": fault.column, "message": fault.message} for fault in faults
    ]
    more = "" if len(faults) == 1 else f" ({len(faults):,} rows are refused)"
    return Refusal(400, str(faults[0]) + more, told)
