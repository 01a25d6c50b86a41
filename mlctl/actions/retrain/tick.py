"""All models of a store that are due: what one crontab line calls, again and again, mostly for nothing.

What was found out before is kept in a cache (:mod:`mlctl.store.ticks`): a model of which nothing can be due
is passed over without reading its files.
"""

from collections.abc import Iterable
from dataclasses import replace

from mlctl.actions.retrain.came import Asked, Came
from mlctl.actions.retrain.switches import Switches
from mlctl.actions.retrain.world import World
from mlctl.store.store import Store
from mlctl.store.ticks import Tick, is_quiet

WORST = (1, 5, 4, 75, 0)
"""Exit codes, the one first that stands for all."""


def all_due(store: Store, world: World, asked: Asked) -> tuple[Came, ...]:
    """Retrain every model of a store that is due, one after the other.

    What goes wrong with one is no reason to leave out the next.

    Returns
    -------
    tuple of Came
        Of the models of which something could be due.
    """
    now, known = world.now(), store.retraining.known_ticks()
    switches = Switches(world)
    asked = replace(asked, force=False, waits=False, began=switches.told_of_begin(asked.began))
    left: dict[str, Tick] = {}
    done = []
    for journal in store.retraining.journals():
        if is_quiet(journal, known, now):
            left[journal.label] = known[journal.label]
            switches.ended(known[journal.label].ping, journal.label, "nothing", "", 0)
            continue
        # Imported here: with nothing due there is no use for schedules and parameters.
        from mlctl.actions.retrain import each  # noqa: PLC0415

        came, entry = each.of_all(store, journal, world, asked, switches)
        done.append(came)
        if entry:
            left[journal.label] = entry
    if left != known:
        store.retraining.keep_ticks(left)
    switches.close()
    return tuple(done)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code of several models; what is not among :data:`WORST` counts as 1."""
    found = {code if code in WORST else 1 for code in codes} or {0}
    return next(code for code in WORST if code in found)
