"""Tell the people: by mail, a webhook, a command, or what apprise reaches."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from mlctl.errors import MlctlError
from mlctl.params.environment import fill
from mlctl.params.retrain import Notify
from mlctl.schedule.bounded import bounded
from mlctl.schedule.mail import send_mail
from mlctl.schedule.run import run_command
from mlctl.schedule.web import TIMEOUT, post

Change = Literal["failed", "recovered", "promoted", "refused", "quarantined"]


@dataclass(frozen=True, slots=True)
class Message:
    """What became of a model.

    Attributes
    ----------
    change : {"failed", "recovered", "promoted", "refused", "quarantined"}
        From what it was before.
    subject : str
        One line.
    text : str
        The whole message, the end of the log included; ends without a line break.
    facts : mapping
        What a program reads: project, model, version, reason, run, … Plain values.
    time : datetime
        Aware.
    """

    change: Change
    subject: str
    text: str
    facts: Mapping[str, Any]
    time: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return what the webhook gets; ``text`` is the key that chat services show."""
        return {
            "schema_version": 1,
            "change": self.change,
            "time": self.time.isoformat(),
            "subject": self.subject,
            "text": f"{self.subject}\n\n{self.text}",
            **self.facts,
        }


def notify(
    settings: Notify,
    message: Message,
    *,
    environ: Mapping[str, str],
    folder: Path | None = None,
    timeout: float = TIMEOUT,
) -> tuple[str, ...]:
    """Send a message every way that the parameters file names.

    Parameters
    ----------
    settings : Notify
        As the parameters file has it; ``${NAME}`` is looked up in ``environ``.
    folder : Path, optional
        The directory in which the command is run: that of the parameters file. Crontab lines are called in
        the home directory.
    timeout : float, default=5.0
        Seconds for each way.

    Returns
    -------
    tuple of str
        A line for each way that failed, without addresses and passwords: for the log. Nothing is raised.
    """
    failures = []
    for way, send in _ways(settings, message, environ, folder, timeout):
        try:
            send()
        except MlctlError as error:
            failures.append(f"notify by {way}: {error.message}")
    return tuple(failures)


def ways(settings: Notify) -> int:
    """Return in how many ways a message is sent."""
    return sum(map(bool, (settings.email, settings.webhook, settings.command, settings.apprise)))


def _ways(
    settings: Notify, message: Message, environ: Mapping[str, str], folder: Path | None, timeout: float
) -> Iterator[tuple[str, Callable[[], None]]]:
    email, webhook, command = settings.email, settings.webhook, settings.command
    if email:
        yield "email", lambda: send_mail(email, message.subject, message.text, message.time, environ, timeout)
    if webhook:
        yield "webhook", lambda: _post(fill(webhook, environ), message, timeout)
    if command:
        told = _told(message, environ)
        yield "command", lambda: run_command(command, _lines(message), told, timeout, folder)
    if settings.apprise:
        addresses = settings.apprise
        yield "apprise", lambda: _apprise([fill(each, environ) for each in addresses], message, timeout)


def _lines(message: Message) -> str:
    return f"{message.subject}\n\n{message.text}\n"


def _told(message: Message, environ: Mapping[str, str]) -> dict[str, str]:
    told = {"change": message.change, "subject": message.subject, **message.facts}
    return {**environ, **{f"MLCTL_{key.upper()}": _word(value) for key, value in told.items()}}


def _word(value: Any) -> str:
    """Return a value as the environment has it: empty where there is none."""
    return "" if value is None else str(value)


def _post(address: str, message: Message, timeout: float) -> None:
    body = json.dumps(message.to_dict(), ensure_ascii=False, default=str).encode()
    post(address, body, {"Content-Type": "application/json"}, timeout)


def _apprise(addresses: list[str], message: Message, timeout: float) -> None:
    try:
        apprise = import_module("apprise")  # an extra
    except ImportError:
        raise MlctlError("the library is not installed: pip install 'mlctl[notify]'") from None
    sender = apprise.Apprise(asset=apprise.AppriseAsset(app_id="mlctl", async_mode=False))
    refused = [position for position, each in enumerate(addresses, 1) if not sender.add(each)]
    if refused:
        raise MlctlError(f"address {refused[0]} is none that apprise knows")
    delivered: list[bool] = []

    def send() -> None:
        delivered.append(bool(sender.notify(body=message.text, title=message.subject)))

    try:
        bounded(send, timeout * len(addresses))
    except Exception as error:  # a plugin may raise anything, and with the address in it
        raise MlctlError(type(error).__name__) from None
    if delivered != [True]:
        raise MlctlError("not every address took it")
