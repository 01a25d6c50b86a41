"""Compare the experiments of a model: all of them, the named ones, or the first few by way of the index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlctl.actions.compare import Comparison, compare
from mlctl.actions.shortlist import peers, shortlist
from mlctl.domain.records import Experiment, Model
from mlctl.store.index_view import View
from mlctl.store.store import DamagedRecord, Store


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be compared, and how; see :func:`compare`."""

    metric: str | None = None
    keep: str | None = None
    sort: str | None = None
    top: int | None = None

    def answer(
        self,
        experiments: Sequence[Experiment],
        champion: str | None,
        peers: Sequence[Experiment] | None = None,
    ) -> Comparison:
        """Compare experiments that were read."""
        given = {"metric": self.metric, "keep": self.keep, "sort": self.sort}
        return compare(experiments, peers=peers, champion=champion, top=self.top, **given)


def compare_asked(
    store: Store, model: Model, named: Sequence[Experiment], asked: Question
) -> tuple[Comparison | None, tuple[DamagedRecord, ...]]:
    """Compare the named experiments of a model, or all; None where it has none. Also return what is damaged.

    Of the first of a ranking, only the records that are needed to tell of them are read.
    """
    champion = store.champion(model)

    def question(
        view: View, damaged: tuple[DamagedRecord, ...]
    ) -> tuple[Comparison | None, tuple[DamagedRecord, ...]]:
        if named:
            return asked.answer(named, champion, peers(view, named, champion)), ()
        first = _first_few(view, asked, champion)
        if first is not None:
            return first, damaged
        records = tuple(view.all())
        return (asked.answer(records, champion) if records else None), damaged

    return store.ask(question, model.project_name, model.model_name)


def _first_few(view: View, asked: Question, champion: str | None) -> Comparison | None:
    if asked.top is None or asked.keep or asked.sort:
        return None
    few = shortlist(view, top=asked.top, wanted=asked.metric, champion=champion)
    if few is None:
        return None
    found = asked.answer(few.experiments, champion)
    return replace(found, fields=few.fields(found.metric), left_out=few.count - len(found.rows))
