"""What a measuring found: values, and one JSON document."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mlctl.bundle.bench.abuse import Ordeal
from mlctl.bundle.bench.cold import Cold
from mlctl.bundle.bench.load import Found
from mlctl.bundle.bench.rows import Rows

Loop = Literal["closed", "open"]


@dataclass(frozen=True, slots=True)
class Level:
    """One load, on what is measured and on the same server doing nothing.

    Attributes
    ----------
    loop : {"closed", "open"}
        The loop.
    clients : int
        Connections.
    rate : float
        Requests a second that an open loop asked for; 0 for a closed one.
    found, nothing : Found
        With the model, and with the same server doing nothing.
    ceiling : float
        Requests a second that the generator reaches against a bare socket with as many connections; 0 where
        that was not measured.
    """

    loop: Loop
    clients: int
    rate: float
    found: Found
    nothing: Found
    ceiling: float = 0.0

    @property
    def share(self) -> float:
        """Requests a second, as a share of those of the server that does nothing."""
        return self.found.rate / self.nothing.rate if self.nothing.rate else 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at the soak.

    Attributes
    ----------
    at : float
        Seconds since its beginning.
    memory : int
        Bytes of the server.
    p50, p99 : float
        Seconds of the requests since the look before.
    requests : int
        How many those were.
    """

    at: float
    memory: int
    p50: float
    p99: float
    requests: int


@dataclass(frozen=True, slots=True)
class Soak:
    """A long time under an even load.

    Attributes
    ----------
    seconds, rate : float
        How long, and requests a second that were asked for.
    moments : tuple of Moment
        In their order.
    failed : int
        Requests that were refused or lost.
    memory_slope : float
        Bytes an hour that the server grows by, by the median of the slopes between all pairs of moments of
        the second half (Theil and Sen).
    drift : float
        Median latency of the last quarter over that of the first.
    """

    seconds: float
    rate: float
    moments: tuple[Moment, ...]
    failed: int
    memory_slope: float
    drift: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured of one model.

    Attributes
    ----------
    selftest : bool or None
        Whether it answers as it should; None where it has no test of its own.
    rows, cold : Rows, Cold or None
        None where it cannot be measured from outside.
    start : float
        Seconds until the server answered.
    memory_idle, memory_loaded : int
        Bytes of the server after its start and after the load.
    """

    model: str
    version: str
    tier: str
    size: int
    machine: Mapping[str, Any]
    selftest: bool | None
    rows: Rows | None
    cold: Cold | None
    start: float
    memory_idle: int
    memory_loaded: int
    levels: tuple[Level, ...]
    ordeals: tuple[Ordeal, ...]
    soak: Soak | None = None
    notes: tuple[str, ...] = field(default=())

    def level(self, clients: int) -> Level | None:
        """Return the closed loop with so many clients, if it was measured."""
        found = (one for one in self.levels if one.loop == "closed" and one.clients == clients)
        return next(found, None)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document; durations are in seconds, sizes in bytes."""
        told = asdict(self)
        for level, one in zip(told["levels"], self.levels, strict=True):
            level["share_of_nothing"] = one.share
            level["found"]["rate"], level["nothing"]["rate"] = one.found.rate, one.nothing.rate
        return told
