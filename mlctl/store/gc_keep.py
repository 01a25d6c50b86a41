"""Which experiments are never swept away, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlctl.domain.records import Experiment
from mlctl.domain.refs import latest_ladder
from mlctl.store.champion import CHANGES, Event
from mlctl.store.layout import REPORTS

BUNDLES = ("build", "export")
"""What reports of a bundle, or of a model handed on, begin with."""

Reasons = dict[str, str]
"""Version id to the reason why it stays."""


def kept(experiments: Sequence[Experiment], events: Sequence[Event], champion: str | None) -> Reasons:
    """Return which experiments of one model stay whatever is asked for, and why.

    Parameters
    ----------
    experiments : sequence of Experiment
        All of the model.
    events : sequence of Event
        What became of it.
    champion : str or None
        The one in use.

    Returns
    -------
    dict
        The champion; all that ever were; what is tagged; what a bundle was made of; what runs; the last climb
        as a whole, which the recommendation is drawn from; and the dummy on the same folds as any of these,
        against which it is read.
    """
    # The last one told of a version counts: the strongest reason comes last.
    reasons = {e.model_version_id: "of the last climb" for e in latest_ladder(experiments)}
    reasons |= dict(_reasons(experiments, events, champion))
    folds = {e.comparison_key: e for e in experiments if e.model_version_id in reasons and e.comparison_key}
    for one in experiments:
        if one.rung == "dummy" and one.comparison_key in folds and one.model_version_id not in reasons:
            reasons[one.model_version_id] = f"the baseline of {folds[one.comparison_key].model_version_id}"
    return reasons


def in_use(experiment: Experiment, events: Sequence[Event], champion: str | None) -> str:
    """Return why an experiment stays for its own sake, whatever others there are; or the empty string."""
    return dict(_reasons([experiment], events, champion)).get(experiment.model_version_id, "")


def _reasons(
    experiments: Sequence[Experiment], events: Sequence[Event], champion: str | None
) -> Iterator[tuple[str, str]]:
    for e in experiments:
        if e.status == "running":
            yield e.model_version_id, "running"
        if built_from(e):
            yield e.model_version_id, "a bundle was made of it"
        if e.tags:
            yield e.model_version_id, f"tagged {', '.join(e.tags)}"
    for version in _champions(events):
        yield version, "was the champion"
    if champion:
        yield champion, "the champion"


def built_from(experiment: Experiment) -> bool:
    """Tell whether a bundle was made of an experiment, or its model was handed on."""
    paths: Mapping[str, str] = experiment.artifact_file_paths
    return any(
        name.startswith(BUNDLES) or path.startswith(tuple(f"{REPORTS}/{word}" for word in BUNDLES))
        for name, path in paths.items()
    )


def _champions(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if event.what in CHANGES or event.details.get("was") in CHANGES:
            yield from (version for version in (event.before, event.after) if version)
