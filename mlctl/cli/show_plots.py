"""The plots and the page of ``mlctl show``."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl.cli import out

MEASURING = "measuring what the columns and more rows are worth; --max-minutes limits it …"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes
    ----------
    page : Path or None
        Where to write the page.
    plots : bool
        Whether to draw PNG files.
    seconds : float
        For what has to be measured first.
    trust : bool
        Whether to load a model whose types mlctl does not know.
    """

    page: Path | None
    plots: bool
    seconds: float
    trust: bool


def make(
    store: Any, experiment: Any, peers: Sequence[Any], champion: str | None, wanted: Wanted
) -> tuple[Any, tuple[Path, ...]]:
    """Measure, draw and write what is asked for; return the record and where the files are."""
    from mlctl import files
    from mlctl.actions.plots import draw, figures_of
    from mlctl.actions.report import gather
    from mlctl.actions.report_html import page

    figures = figures_of(
        store,
        experiment,
        peers,
        clock=time.monotonic,
        seconds=wanted.seconds,
        on_measuring=lambda: out.say(MEASURING),
        trust=wanted.trust,
    )
    for note in figures.notes:
        out.warn(note)
    made: list[Path] = []
    if wanted.plots:
        figures, paths = draw(store, figures)
        made += [Path(store.relative(path)) for path in paths]
    if wanted.page:
        text = page(gather(store, figures, peers, champion), made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
        files.write_atomic(wanted.page, text)
        made.append(wanted.page)
    return figures.experiment, tuple(made)
