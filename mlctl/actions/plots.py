"""The plots of an experiment, drawn when somebody asks for them, and kept in its reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlctl.actions.checks_held_out import judged_probabilities
from mlctl.actions.figure_png import png
from mlctl.actions.insight_files import CURVE, IMPORTANCE, Insight, is_wanting, kept
from mlctl.actions.predictions import Predictions, read_predictions
from mlctl.domain.figures import Drawable
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError, NotFoundError
from mlctl.ml import plots, plots_insight, plots_numbers
from mlctl.store.store import Store

PLOT = "plot_"
"""Begins the names of the plots in ``artifact_file_paths``."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be drawn of an experiment.

    Attributes
    ----------
    experiment : Experiment
        The record, which names what was measured and kept on the way.
    figures : tuple of Chart, Matrix or Bars
        In the order in which they are shown.
    notes : tuple of str
        What is missing, and why.
    unfinished : tuple of str
        Keys of figures that the time cut short.
    """

    experiment: Experiment
    figures: tuple[Drawable, ...]
    notes: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()


def figures_of(
    store: Store,
    experiment: Experiment,
    peers: Sequence[Experiment],
    *,
    clock: Callable[[], float],
    seconds: float,
    on_measuring: Callable[[], None],
    trust: bool = False,
) -> Figures:
    """Return the figures that an experiment's task and files allow.

    Parameters
    ----------
    peers : sequence of Experiment
        All of its model.
    clock : callable
        Seconds that never go back.
    seconds : float
        For what has to be measured first: importance of the columns and learning curve.
    on_measuring : callable
        Told before that begins; not called where it was done before.
    trust : bool, default=False
        Also load a model whose types mlctl does not know.
    """
    notes: list[str] = []
    drawn: list[Drawable] = []
    try:
        known = read_predictions(store, experiment)
        drawn += of_predictions(known)
        notes += [known.note] if known.note else []
    except MlctlError as error:
        notes.append(error.message)
    found = kept(store, experiment)
    if is_wanting(experiment, found):
        from mlctl.actions.insight import find_out  # noqa: PLC0415 - it brings what training needs

        on_measuring()
        experiment, found = find_out(
            store, experiment, tuple(peers), clock=clock, seconds=seconds, trust=trust
        )
    cut = (found.importance and found.importance.left_out, found.curve and found.curve.missing)
    unfinished = tuple(key for key, late in zip((IMPORTANCE, CURVE), cut, strict=True) if late)
    return Figures(experiment, (*drawn, *of_insight(found)), (*notes, *found.notes), unfinished)


def of_predictions(known: Predictions) -> tuple[Drawable, ...]:
    """Return the figures of held-out predictions, chosen by task."""
    if not known.is_classification:
        return plots_numbers.regression(known.truth, known.predicted)
    shares = known.probabilities
    drawn = plots.classification(known.truth, known.predicted, shares, known.classes, known.place)
    said, true, of = judged_probabilities(known)
    return drawn if said is None else (*drawn, plots.calibration(said, true, of))


def of_insight(found: Insight) -> tuple[Drawable, ...]:
    """Return the figures of what was found out about a model."""
    drawn: list[Drawable] = []
    if found.curve and found.curve.steps:
        drawn.append(plots_insight.learning_curve(found.curve))
    if found.importance and found.importance.each:
        drawn.append(plots_insight.importance(found.importance))
    return tuple(drawn)


def draw(store: Store, figures: Figures) -> tuple[Figures, tuple[Path, ...]]:
    """Draw what was not drawn before into ``reports/plots/``; what the time cut short is left out.

    Returns
    -------
    Figures
        The same, with the record that names the plots.
    tuple of Path
        Where each plot is, in the order of the figures.

    Raises
    ------
    NotFoundError
        When there is nothing to draw.
    MlctlError
        When matplotlib is not installed, naming the extra.
    """
    experiment = figures.experiment
    wanted = [figure for figure in figures.figures if figure.key not in figures.unfinished]
    if not wanted:
        why = "; ".join(figures.notes)
        raise NotFoundError(
            f"{experiment.model_version_id} has nothing to draw: {why}", "name a finished experiment"
        )
    directory = store.experiment_directory(experiment)
    paths = []
    for figure in wanted:
        name = PLOT + figure.key
        kept = experiment.artifact_file_paths.get(name, "")
        if not kept or not (directory / kept).is_file():
            experiment = store.add_report(experiment, name, f"plots/{figure.key}.png", png(figure))
            kept = experiment.artifact_file_paths[name]
        paths.append(directory / kept)
    return replace(figures, experiment=experiment), tuple(paths)
