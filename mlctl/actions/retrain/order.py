"""What the process of a step is told: one file in the run's directory, beside the parameters file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.json_text import parsed
from mlctl.errors import (
    BusyError,
    CancelledError,
    DamagedError,
    DataError,
    MlctlError,
    NotFoundError,
    RefusedError,
    UsageError,
)

ORDER = "order"
PARAMETERS = "params.yaml"
DATA = "data"


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What the processes of one run share.

    Attributes
    ----------
    root : str
        The store's directory.
    began : str
        When the run was begun.
    base : str
        What relative paths in the parameters file are relative to.
    told_now : str or None
        The time to take for now; None for the machine's.
    watches : tuple of str
        The triggers that are looked at in this run.
    trust : bool
        Whether models of unknown types may be loaded.
    """

    root: str
    project: str
    model: str
    run: str
    began: str
    base: str
    told_now: str | None
    watches: tuple[str, ...] = ()
    trust: bool = False

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.fromisoformat(self.told_now) if self.told_now else datetime.now(UTC)


def write_order(directory: Path, order: RunOrder, parameters: str) -> None:
    """Leave the order in a run's directory."""
    files.write_atomic(directory / PARAMETERS, parameters)
    files.write_atomic(directory / f"{ORDER}.json", json.dumps(asdict(order)))


def read_order(directory: Path) -> RunOrder:
    """Return the order of a run's directory; DamagedError where it holds none."""
    path = directory / f"{ORDER}.json"
    try:
        tree = parsed(files.read_bytes_limited(path, 1_000_000))
        return RunOrder(**{**tree, "watches": tuple(tree["watches"])})
    except (ValueError, TypeError, KeyError):
        raise DamagedError(f"{path} holds no order of a run", "run it again: mlctl retrain") from None


def told(error: MlctlError, *, may_pass: bool) -> dict[str, Any]:
    """Return an error as a step leaves it."""
    return {
        "code": error.code,
        "exit_code": error.exit_code,
        "message": error.message,
        "hint": error.hint,
        "details": list(error.details),
        "may_pass": may_pass,
    }


_ALL: tuple[type[MlctlError], ...] = (
    MlctlError,
    UsageError,
    NotFoundError,
    RefusedError,
    DataError,
    DamagedError,
    BusyError,
    CancelledError,
)
_KINDS = {kind.code: kind for kind in _ALL}


def error_of(left: Mapping[str, Any]) -> MlctlError:
    """Return the error that a step left."""
    kind = _KINDS.get(str(left.get("code")), MlctlError)
    return kind(
        str(left.get("message", "it failed")),
        str(left.get("hint", "")),
        tuple(left.get("details", ())),
        bool(left.get("may_pass")),
    )
