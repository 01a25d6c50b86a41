"""References to experiments: one grammar for every command.

``[PROJECT/MODEL:]REF``, where ``REF`` is a full model version id, an experiment number (``12``), a unique
prefix of a version id, or one of the words in :data:`WORDS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlctl.domain.logged import best_logged, is_only_logged
from mlctl.domain.metrics import find_metric
from mlctl.domain.records import Experiment
from mlctl.domain.version_id import MOST_NUMBER_DIGITS, VersionId
from mlctl.errors import NotFoundError

WORDS = ("latest", "best", "champion", "baseline", "recommended")
"""``latest`` finished; ``best`` cross-validation mean among those that limits allow; ``champion``, the one in
use; ``baseline``, the dummy of the latest ladder; ``recommended`` by the latest ladder."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference, taken apart; ``model`` is ``PROJECT/MODEL`` or empty.

    Examples
    --------
    >>> Reference.parse("iris/species:best")
    Reference(model='iris/species', name='best')
    >>> Reference.parse("12")
    Reference(model='', name='12')
    """

    model: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Split a reference at its colon."""
        model, _, name = text.strip().rpartition(":")
        return cls(model, name)

    @property
    def is_word(self) -> bool:
        """Whether it needs a model to be understood."""
        return self.name in WORDS


def resolve(
    reference: Reference,
    experiments: Sequence[Experiment],
    *,
    champion: str | None = None,
    recommended: Callable[[], str | None] = lambda: None,
) -> Experiment:
    """Return the experiment that a reference means.

    Parameters
    ----------
    reference : Reference
        What the user typed.
    experiments : sequence of Experiment
        Those of the model in question; of the whole store for a name that needs no model.
    champion : str or None
        The version id that the model's pointer names.
    recommended : callable
        Gives the version id that the latest ladder recommends.

    Raises
    ------
    NotFoundError
        When nothing answers, or more than one; the candidates are named.
    """
    if reference.is_word:
        found = _by_word(reference.name, experiments, champion, recommended)
        return _single(reference, found, experiments)
    by_id = [e for e in experiments if e.model_version_id == reference.name]
    is_number = reference.name.isascii() and reference.name.isdecimal()
    number = int(reference.name) if is_number and len(reference.name) <= MOST_NUMBER_DIGITS else None
    by_number = [e for e in experiments if _number(e) == number]
    by_prefix = [e for e in experiments if reference.name and e.model_version_id.startswith(reference.name)]
    return _single(reference, by_id or by_number or by_prefix, experiments)


def _number(experiment: Experiment) -> int:
    parsed = VersionId.parse(experiment.model_version_id)
    return parsed.number if parsed else 0


def latest_first(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Sort by number, the newest first."""
    return sorted(experiments, key=_number, reverse=True)


def latest_ladder(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Return the finished rungs of the ladder that was climbed last, simplest first."""
    finished = [e for e in latest_first(experiments) if e.status == "finished" and e.ladder_id]
    return [e for e in reversed(finished) if e.ladder_id == finished[0].ladder_id]


def _by_word(
    word: str,
    experiments: Sequence[Experiment],
    champion: str | None,
    recommended: Callable[[], str | None],
) -> list[Experiment]:
    if word == "latest":
        return [e for e in latest_first(experiments) if e.status == "finished"][:1]
    if word == "best":
        return best_first(experiments)[:1]
    if word == "baseline":
        return [e for e in latest_ladder(experiments) if e.rung == "dummy"][:1]
    wanted = champion if word == "champion" else recommended()
    return [e for e in experiments if e.model_version_id == wanted]


def best_first(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Sort the finished experiments that limits allow by their primary metric, the best first.

    Only experiments in the newest one's metric are ranked: scores in two metrics have no order. Where all
    that there is was logged by scripts, it is the primary logged metric.
    """
    allowed = [e for e in experiments if e.status == "finished" and e.eligible.get("ok", True)]
    if is_only_logged(allowed):
        return best_logged(allowed)
    metric = find_metric(latest_first(allowed)[0].metric) if allowed else None
    if metric is None:
        return []
    scored = [
        (metric.gain(score, 0.0), e)
        for e in allowed
        if e.metric == metric.name and (score := e.score("cross_validation", metric.name)) is not None
    ]
    return [e for _, e in sorted(scored, key=lambda pair: pair[0], reverse=True)]


def _single(
    reference: Reference, found: Sequence[Experiment], experiments: Sequence[Experiment]
) -> Experiment:
    if len(found) == 1:
        return found[0]
    if found:
        names = [_full(e) for e in found]
        raise NotFoundError(
            f"{reference.name!r} is ambiguous: {_some(names)}",
            "write the full version id, or PROJECT/MODEL:REF",
        )
    if reference.is_word:
        raise NotFoundError(f"there is no {reference.name} experiment yet", _WORD_HINTS[reference.name])
    import difflib  # noqa: PLC0415 - only a reference that is not found needs it

    ids = [e.model_version_id for e in experiments]
    near = difflib.get_close_matches(reference.name, ids, n=SHOWN, cutoff=0.5) or ids[-SHOWN:]
    raise NotFoundError(
        f"no experiment {reference.name!r}" + (f"; there are {_some(near)}" if near else " in this store"),
        "see `mlctl experiment list`",
    )


_WORD_HINTS = {
    "latest": "train one: mlctl train --params FILE",
    "best": "train one: mlctl train --params FILE",
    "champion": "name an experiment instead: latest, best, or a version id",
    "baseline": "the dummy is the first rung of every ladder: mlctl train --params FILE",
    "recommended": "the latest ladder recommends none; see `mlctl compare`",
}


def _full(experiment: Experiment) -> str:
    return f"{experiment.project_name}/{experiment.model_name}:{experiment.model_version_id}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
