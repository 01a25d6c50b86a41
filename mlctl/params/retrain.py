"""The ``retrain`` section: what sets off a training by itself, and who is told."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from annotated_types import Ge, Le, MinLen
from pydantic import BeforeValidator, Field, Strict, WrapSerializer, model_validator

from mlctl.domain.cron import wanted_form
from mlctl.params import fields as f
from mlctl.params.environment import MARK
from mlctl.params.problems import wanted
from mlctl.params.section import Section
from mlctl.params.words import did_you_mean

_DURATION = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,9})?) ?(?P<unit>s|min|h|d)")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_YEARS = (1970, 2200)

TRIGGERS = ("new_data", "degraded", "drift", "usage")
"""The keys that are looked at on ``check_schedule``."""


def seconds(duration: str) -> float:
    """Return a duration in seconds.

    Examples
    --------
    >>> seconds("90 s"), seconds("15min"), seconds("1.5 h")
    (90.0, 900.0, 5400.0)
    """
    match = _DURATION.fullmatch(duration)
    if not match or not float(match["number"]):
        raise wanted("a duration greater than 0 with its unit: 90 s, 15 min, 6 h or 1 d")
    return float(match["number"]) * _SECONDS[match["unit"]]


def _expression(text: str) -> str:
    if form := wanted_form(text):
        raise wanted(form)
    return " ".join(text.split())


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        known = {zone.rpartition("/")[2]: zone for zone in available_timezones()}
        near = known.get(name.strip().title()) or did_you_mean(name, sorted(known.values()))
        near = near if near.startswith("did") else near and f"did you mean {near}?"
        form = "an IANA time zone, such as Asia/Seoul, Europe/Berlin or UTC"
        raise wanted(f"{form}; {near}" if near else form) from error
    return name


def _duration(text: str) -> str:
    seconds(text)
    return text


def _address(*schemes: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not MARK.search(text) and not re.fullmatch(rf"(?:{'|'.join(schemes)})://[^\s/]\S*", text):
            raise wanted(" or ".join(f"{scheme}://…" for scheme in schemes) + ", or ${NAME}")
        return text

    return check


def _on(value: Any) -> Any:
    """Read a trigger: a key that is there is on, with or without anything behind it."""
    return {} if value is None or value is True else None if value is False else value


def _spelled(value: Any, write: Callable[[Any], Any]) -> Any:
    # null would be read as "there, with nothing behind it".
    return False if value is None else write(value)


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_TRIGGER = (BeforeValidator(_on), WrapSerializer(_spelled))
_SECURITIES = Literal["starttls", "ssl", "none"]

Expression = Annotated[f.Word, f.after(_expression)]
Zone = Annotated[f.Word, f.after(_zone)]
Duration = Annotated[f.Word, f.after(_duration)]
WebAddress = Annotated[f.Word, f.after(_address("https", "http"))]
Rows = Annotated[int, Strict(), Ge(1), Le(10**12), f.form("a whole number of at least 1")]
Port = Annotated[int, Strict(), Ge(1), Le(65_535), f.form("a whole number from 1 to 65535")]
Security = Annotated[_SECURITIES, f.one_of(*get_args(_SECURITIES))]
Addressees = Annotated[
    tuple[f.Word, ...],
    MinLen(1),
    f.form("an address, or a list of them"),
    BeforeValidator(_one_or_more),
]


class NewData(Section):
    """Train when the data is another, and enough rows came."""

    min_new_rows: Rows | None = Field(
        default=None, description="Default: the larger of 100 and 5 % of the champion's training rows."
    )


class Degraded(Section):
    """Train when the champion scores worse on newer rows than it did when it was chosen."""

    tolerance: f.NotNegative | None = Field(
        default=None, description="Below its reference, in the metric's units; default: as in comparisons."
    )
    checks: f.Count = Field(default=2, description="Checks in a row that have to find it worse.")
    served: f.Word | None = Field(
        default=None,
        description="Directory of a server's log: the champion is judged by the actual values that came back "
        "to it, where 200 did; else, and by default, by newer rows of the data.",
    )


class Drift(Section):
    """Watch whether the columns are distributed as they were."""

    train: f.Truth = Field(default=False, description="Train on drift; default: say so, no more.")


class Usage(Section):
    """Train after so much use."""

    min_predictions: Rows = Field(
        default=10_000, description="Predictions served since the champion was trained."
    )


class Retry(Section):
    """How often what may pass by itself is tried again: disks, networks, databases, time-outs."""

    attempts: f.Count = Field(default=3, description="In all; 1: never again.")
    first_wait: Duration = Field(default="30 s", description="At least so long before the second attempt.")
    longest_wait: Duration = Field(default="15 min", description="No wait is longer.")
    deadline: Duration = Field(default="1 h", description="No attempt begins later than this.")


class Email(Section):
    """A mail server, and whom it delivers to."""

    host: f.Word = Field(default="localhost", description="The SMTP server.")
    port: Port | None = Field(default=None, description="Default: 587 for starttls, 465 ssl, 25 none.")
    security: Security = Field(default="starttls", description="Of the connection.")
    user: f.Word | None = Field(default=None, description="To log in with; default: no login.")
    password: f.Word | None = Field(
        default=None, repr=False, description="As ${NAME}: it stands in no file, no record and no log."
    )
    sender: f.Word | None = Field(
        default=None, description="The address it comes from; default: the first of to."
    )
    to: Addressees = Field(description="One address or several.")

    @model_validator(mode="after")
    def _login(self) -> "Email":
        if (self.user is None) != (self.password is None):
            raise wanted("user and password together", "password" if self.password else "user")
        return self


class Notify(Section):
    """Who is told when a model's state changes; each that is named is tried."""

    email: Email | None = Field(default=None, description="By mail.")
    webhook: WebAddress | None = Field(
        default=None, repr=False, description="Gets JSON by POST; best as ${NAME}."
    )
    command: f.Word | None = Field(
        default=None, description="Run by /bin/sh with the message on its standard input."
    )
    apprise: f.Words = Field(
        default=(), repr=False, description="Addresses of the library apprise, best as ${NAME}."
    )


class Retrain(Section):
    """When the model trains by itself: each of schedule, new_data, degraded, drift and usage is a trigger."""

    schedule: Expression | None = Field(
        default=None,
        description="@once, @hourly, @daily, @weekly, @monthly, @yearly, or five fields as in a crontab.",
    )
    time_zone: Zone = Field(default="UTC", description="In which the schedule is meant: an IANA name.")
    start_date: f.Word | None = Field(
        default=None,
        description="Nothing is due before it; in time_zone. Default: due at once if never trained.",
    )
    date_format: f.Word | None = Field(
        default=None, description="Of start_date, such as %d.%m.%Y %H:%M; default: ISO 8601."
    )
    check_schedule: Expression = Field(
        default="@daily", description="When new_data, degraded, drift and usage are looked at; as schedule."
    )
    new_data: Annotated[NewData | None, *_TRIGGER] = Field(default=None, description="A trigger.")
    degraded: Annotated[Degraded | None, *_TRIGGER] = Field(default=None, description="A trigger.")
    drift: Annotated[Drift | None, *_TRIGGER] = Field(default=None, description="A warning, or a trigger.")
    usage: Annotated[Usage | None, *_TRIGGER] = Field(default=None, description="A trigger.")
    max_runtime: Duration = Field(default="12 h", description="A run that takes longer is ended.")
    max_parallel: f.Count = Field(default=1, description="Runs at once in the store.")
    retry: Retry = Retry()
    notify: Notify = Notify()
    ping: WebAddress | None = Field(
        default=None,
        repr=False,
        description="A dead man's switch, such as a check of Healthchecks; best as ${NAME}.",
    )
    keep_logs: f.Count = Field(default=50, description="Log files that are kept, the newest.")
    build: f.Truth = Field(default=False, description="Build the bundle of a new champion.")

    @model_validator(mode="after")
    def _date(self) -> "Retrain":
        self.start  # noqa: B018 - raises where it is not right
        return self

    @property
    def start(self) -> datetime | None:
        """The first moment at which anything may be due, in UTC."""
        if self.start_date is None:
            return None
        try:
            found = _read_date(self.start_date, self.date_format)
        except ValueError:
            form = (
                f"a date as date_format {self.date_format!r} has it"
                if self.date_format
                else "a date such as 2026-01-09 or 2026-01-09 03:00:00, or a date_format that fits it"
            )
            raise wanted(form, "start_date") from None
        if not _YEARS[0] <= found.year <= _YEARS[1]:
            raise wanted(f"a year from {_YEARS[0]} to {_YEARS[1]}", "start_date")
        local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.time_zone))
        return local.astimezone(UTC)

    @property
    def watches(self) -> tuple[str, ...]:
        """The triggers that are looked at on ``check_schedule``."""
        return tuple(name for name in TRIGGERS if getattr(self, name) is not None)


def _read_date(text: str, form: str | None) -> datetime:
    if form:
        return datetime.strptime(text, form)
    return datetime.fromisoformat(text)
