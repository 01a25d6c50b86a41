"""Promote in a child that is killed at the n-th thing it does to a file, for every n; tell what is left.

Run as ``python -m tests.actions.killed DIRECTORY``: its store's champion is the second experiment.
"""

import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl.actions import locate, promote
from mlctl.actions.judge import gate
from mlctl.files import atomic
from mlctl.store.store import Store, init
from tests.files.faults import STEPS

NOW = datetime(2026, 1, 9, tzinfo=UTC)


class KillingOs:
    """Kills its own process before the n-th call that changes something."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in STEPS:
            return real

        def step(*args: Any, **kwargs: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return step


def opened(place: Path) -> Store:
    return init(place / "mlstore", NOW)[0]


def child(place: Path, step: int) -> None:
    atomic.os = KillingOs(step)  # type: ignore[assignment]  # the stand-in for the module
    store = opened(place)
    promote.promote(store, locate.experiment(store, "3"), who="me", now=NOW)
    os._exit(0)


def main(source: Path) -> None:
    store = opened(source)
    result = gate(store, locate.experiment(store, "3"), now=NOW)
    assert result.verdict.ok
    promote.gate = lambda *_, **__: result  # type: ignore[attr-defined]  # judged once: it writes nothing
    step, ended = 0, False
    while not ended:
        step += 1
        place = source.parent / f"killed{step}"
        shutil.copytree(source, place)
        pid = os.fork()
        if pid == 0:
            child(place, step)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        left = opened(place)
        model = left.model("shop", "buys")
        pointed = place / "mlstore/projects/shop/models/buys/champion"
        told = {
            "champion": left.champion(model),
            "pointer": pointed.read_text().strip(),
            "events": [[e.what, e.before, e.after] for e in left.events(model)],
            "damaged": len(left.experiments().damaged),
        }
        # What a killed promotion left must not be in the way of the next one.
        after = promote.promote(left, locate.experiment(left, "3"), who="me", now=NOW)
        print(json.dumps(told | {"next": after.after, "next_pointer": pointed.read_text().strip()}))
        shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
