"""The step ``build``: the bundle of a new champion, beside the parameters file."""

from typing import Any

from mlctl.actions.build import Order, build
from mlctl.actions.retrain.child import Bench

SUFFIX = ".pyz"


def step(bench: Bench) -> dict[str, Any]:
    """Build the bundle.

    A crontab line's working directory is the home directory: the bundle is put where the parameters file is.
    One that was written before this was cut off is written again.

    Raises
    ------
    MlctlError
        When it cannot be built; the champion stays what it is.
    """
    name, order = bench.found("gate")["after"], bench.order
    records = bench.store.experiments(order.project, order.model).records
    champion = next(e for e in records if e.model_version_id == name)
    output = bench.base / f"{name}{SUFFIX}"
    built = build(bench.store, champion, Order(output, trust=order.trust), now=order.now())
    return {"bundle": built.path.name, "sha256": built.sha256, "tier": built.tier}
