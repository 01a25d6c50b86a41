"""The file at the top of an export that says what was written from what; MLflow passes over it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.domain.json_text import parsed
from mlctl.errors import DamagedError, NotFoundError, RefusedError, UsageError
from mlctl.store.layout import Layout

MARK = "mlctl_export.json"
FORMAT = 1
"""Of what is written; where an export has another one, everything is written again."""

_LARGEST = 1 << 28
_ELSEWHERE = "name a directory that is empty, or not there yet"


@dataclass(frozen=True, slots=True)
class Written:
    """What is known of a run that was written.

    Attributes
    ----------
    stamp : str
        Equal as long as the experiment is as it was.
    model_id : str
        Of the model that a promotion of it means; empty where none came along.
    end_ms : int
        When it ended.
    whole : bool
        Whether everything came along.
    """

    stamp: str
    model_id: str
    end_ms: int
    whole: bool


@dataclass(slots=True)
class Mark:
    """What an export remembers: where it lay, and of each run, by its id, what it was made from."""

    home: str
    runs: dict[str, Written] = field(default_factory=dict)

    def text(self) -> str:
        """Return the file."""
        runs = {
            key: [one.stamp, one.model_id, one.end_ms, one.whole] for key, one in sorted(self.runs.items())
        }
        return json.dumps({"mlctl_export": FORMAT, "home": self.home, "runs": runs}, indent=1) + "\n"


def read_mark(home: Path) -> Mark | None:
    """Return what the last export into a directory left; None where it is empty or not there yet.

    What has moved since has to be written again, for MLflow's files name places: then no run is known.

    Raises
    ------
    UsageError
        When it is a file, or lies inside a store of ours.
    RefusedError
        When it holds something else.
    DamagedError
        When the mark is not as it was written.
    """
    if any(_is_store(place) for place in (home, *home.parents)):
        raise UsageError(f"{home} lies inside a store", "name a directory outside it")
    if not home.exists():
        return None
    if not home.is_dir():
        raise UsageError(f"{home} is a file", _ELSEWHERE)
    try:
        text = files.read_bytes_limited(home / MARK, _LARGEST)
    except NotFoundError:
        found = sorted(entry.name for entry in home.iterdir())
        if not found:
            return None
        raise RefusedError(
            f"{home} is no export of mlctl's: it holds {found[0]}; nothing was changed", _ELSEWHERE
        ) from None
    try:
        return _read(parsed(text), home)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DamagedError(f"{home / MARK} is damaged", "export into another directory") from None


def _is_store(place: Path) -> bool:
    layout = Layout(place)
    return layout.format.is_file() and layout.projects.is_dir()


def _read(tree: Any, home: Path) -> Mark:
    runs = {str(key): Written(*one) for key, one in tree["runs"].items()}
    stays = tree["mlctl_export"] == FORMAT and tree["home"] == str(home)
    return Mark(str(home), runs if stays else {})
