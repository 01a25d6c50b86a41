"""A model laid out for serving: a small directory that a light process reads.

``offer.json`` says what it is; ``model.bin`` is the portable model; one of the sklearn tier has none, and is
loaded from the store, with scikit-learn. ``rows.json`` holds rows that it was not trained on.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from mlctl import files
from mlctl.errors import DamagedError

Tier = Literal["portable", "sklearn"]
OFFER, MODEL, ROWS = "offer.json", "model.bin", "rows.json"
LARGEST = 4 << 30


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered.

    Attributes
    ----------
    project, model, version : str
        Which experiment it is.
    tier : {"portable", "sklearn"}
        What computes.
    reason : str
        Why it is not portable; empty where it is.
    size : int
        Bytes of the model's file.
    missing, csv_missing : tuple of str
        Texts that stand for a missing value, anywhere and in CSV.
    about : dict
        What ``/schema`` tells beyond what the model knows.
    """

    project: str
    model: str
    version: str
    tier: Tier
    reason: str = ""
    size: int = 0
    missing: tuple[str, ...] = ("",)
    csv_missing: tuple[str, ...] = ("",)
    about: dict[str, Any] = field(default_factory=dict)


def write(directory: Path, offer: Offer, rows: Sequence[Mapping[str, Any]], model: bytes | None) -> None:
    """Lay out an offer in an empty directory; ``offer.json`` comes last."""
    files.write_atomic(directory / ROWS, json.dumps(list(rows), ensure_ascii=False))
    if model is not None:
        files.write_atomic(directory / MODEL, model)
    files.write_atomic(directory / OFFER, json.dumps(asdict(offer), ensure_ascii=False))


def read(directory: Path) -> Offer:
    """Return the offer of a directory.

    Raises
    ------
    NotFoundError
        When there is none.
    DamagedError
        When it is none.
    """
    tree = json.loads(files.read_bytes_limited(directory / OFFER, LARGEST))
    try:
        marks = {name: tuple(tree[name]) for name in ("missing", "csv_missing")}
        return Offer(**{**tree, **marks})
    except (TypeError, KeyError) as error:
        raise DamagedError(f"{directory / OFFER} is no offer: {error}") from None


def rows(directory: Path) -> list[dict[str, Any]]:
    """Return rows that the model was not trained on."""
    found: list[dict[str, Any]] = json.loads(files.read_bytes_limited(directory / ROWS, LARGEST))
    return found


def model(directory: Path) -> bytes:
    """Return the portable model."""
    return files.read_bytes_limited(directory / MODEL, LARGEST)


def command(directory: Path, store: Path, *, follow: bool = False, trust: bool = False) -> tuple[str, ...]:
    """Return the command of the light process that serves an offer; options of the server may follow.

    Parameters
    ----------
    directory : Path
        The offer.
    store : Path
        The store that it comes from.
    follow : bool
        Take up each new champion of the model.
    trust : bool
        Also load models whose types mlctl does not know.
    """
    words = [sys.executable, "-m", "mlctl.actions.served", str(directory), "--store", str(store)]
    return (*words, *(["--follow"] if follow else []), *(["--trust"] if trust else []))
