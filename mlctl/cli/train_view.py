"""How a climb is shown, on stderr: a table that fills in on a terminal, one plain line a rung elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mlctl.actions.train import Beginning, Listener
from mlctl.cli import forms, out
from mlctl.cli.escape import escaped
from mlctl.domain.metrics import METRICS, Metric
from mlctl.domain.records import Experiment
from mlctl.ml.outcome import Progress
from mlctl.ml.rungs import PlannedRung


@contextmanager
def view() -> Iterator[Listener]:
    """Give a listener that shows the climb in the way that stderr allows."""
    if not out.is_live(sys.stderr):
        yield Lines()
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, color_system="auto" if out.colour(sys.stderr) else None)
    with Live(console=console, refresh_per_second=8, transient=False) as live:
        board = Board(live.update, live.console.print)
        yield board
        board.end()


@dataclass
class Lines:
    """One plain line a rung."""

    metric: Metric | None = None
    dummy: float | None = None

    def began(self, beginning: Beginning) -> None:
        """Say what is being trained on."""
        self.metric = beginning.prepared.metric
        for line in head(beginning):
            out.say(line)

    def rung_began(self, rung: PlannedRung) -> None:
        """Stay silent: a line tells of a rung that is done."""

    def progressed(self, rung: PlannedRung, progress: Progress) -> None:
        """Stay silent."""

    def rung_ended(self, experiment: Experiment) -> None:
        """Write the rung's line."""
        cells = row(experiment, self.metric, self.dummy)
        if experiment.rung == "dummy":
            self.dummy = experiment.score("cross_validation", experiment.metric)
        out.say("  ".join(f"{name} {cell}".strip() for name, cell in cells if cell))


def head(beginning: Beginning) -> list[str]:
    """Return what is known before the first rung: the model, the task, the data, the split, the warnings."""
    found, prepared = beginning.prepared.examination, beginning.prepared
    name = f"{beginning.model.project_name}/{beginning.model.model_name}"
    kept = "kept as" if beginning.data_is_new else "the same as"
    folds = prepared.folds
    size = f"{beginning.dataset.rows} rows × {beginning.dataset.columns} columns"
    dealt = f"{len(folds.pairs) // folds.repeats} × {folds.repeats}, {folds.kind}"
    lines = [
        f"{name} · {found.task}: {found.task_reason}",
        f"data: {size}, {kept} {beginning.dataset.dataset}",
        f"split: {prepared.split.said}",
        f"folds: {dealt}; choosing by {prepared.metric.name} {prepared.metric.arrow}",
    ]
    if beginning.resumed:
        are = "is" if len(beginning.resumed) == 1 else "are"
        lines.append(f"resumed: {forms.many(len(beginning.resumed), 'rung')} {are} done already")
    if beginning.nothing_to_resume:
        lines.append("nothing to resume: no climb of this very file and data was cut off; a new one begins")
    return [*lines, *(f"warning: {warning}" for warning in prepared.warnings)]


def row(experiment: Experiment, metric: Metric | None, dummy: float | None) -> list[tuple[str, str]]:
    """Return a rung's cells, each with its heading."""
    if experiment.status != "finished" or metric is None:
        return [
            ("", experiment.model_version_id),
            ("", experiment.rung),
            ("failed:", f"{experiment.error.get('reason', '')}: {experiment.error.get('message', '')}"),
        ]
    mean = experiment.score("cross_validation", metric.name)
    std = experiment.evaluations.get("cross_validation", {}).get(metric.name, {}).get("std")
    gain = metric.gain(mean, dummy) if mean is not None and dummy is not None else None
    latency = experiment.evaluations.get("latency", {})
    return [
        ("", experiment.model_version_id),
        ("", experiment.rung),
        (metric.name, f"{forms.score(mean)} ± {forms.spread(std)}"),
        ("Δ dummy", forms.delta(gain)),
        ("fit", forms.seconds(experiment.timings.get("fit_s"))),
        ("one row", forms.micros(latency.get("single_row_us"))),
        ("size", forms.size(experiment.evaluations.get("size", {}).get("model_bytes"))),
    ]


@dataclass
class Board:
    """A table that fills in: done rungs with their scores, the one being climbed with its progress."""

    draw: Any
    say: Any
    done: list[Experiment] = field(default_factory=list)
    rung: PlannedRung | None = None
    progress: Progress | None = None
    metric: Metric | None = None

    def began(self, beginning: Beginning) -> None:
        """Write the head, which stays, and draw an empty table below it."""
        from rich.text import Text

        self.metric = beginning.prepared.metric
        for line in head(beginning):
            self.say(Text(escaped(line)))
        self.refresh()

    def rung_began(self, rung: PlannedRung) -> None:
        """Give the rung a line."""
        self.rung, self.progress = rung, None
        self.refresh()

    def progressed(self, rung: PlannedRung, progress: Progress) -> None:
        """Move the rung's bar."""
        self.rung, self.progress = rung, progress
        self.refresh()

    def rung_ended(self, experiment: Experiment) -> None:
        """Fill in the rung's line."""
        self.done.append(experiment)
        self.rung = self.progress = None
        self.refresh()

    def end(self) -> None:
        """Leave only what is done on the screen."""
        self.rung = None
        self.refresh()

    def refresh(self) -> None:
        """Draw the table anew."""
        self.draw(self._table())

    def _table(self) -> Any:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        metric = self.metric or METRICS["accuracy_score"]
        drawn.add_column("experiment", overflow="fold")
        drawn.add_column("rung", overflow="fold")
        for title in (f"{metric.name} {metric.arrow}", "Δ dummy", "fit", "one row", "size"):
            drawn.add_column(title, justify="right")
        dummy = next((e.score("cross_validation", e.metric) for e in self.done if e.rung == "dummy"), None)
        for experiment in self.done:
            cells = row(experiment, self.metric, dummy)
            drawn.add_row(*(Text(forms.one_line(cell)) for _, cell in cells))
        if self.rung:
            drawn.add_row("…", Text(forms.one_line(self.rung.label)), bar(self.progress))
        return drawn


def bar(progress: Progress | None, width: int = 10) -> str:
    """Return a bar of block characters with the fits that are done and the time that is left."""
    if progress is None or not progress.total:
        return "starting"
    full = width * progress.done // progress.total
    left = f", {forms.seconds(progress.eta_s)} left" if progress.eta_s is not None else ""
    return f"{'█' * full}{'░' * (width - full)} {progress.done}/{progress.total}{left}"
