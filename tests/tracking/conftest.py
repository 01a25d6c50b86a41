"""A process that has logged nothing yet, for every test."""

from pathlib import Path

import pytest

from mlctl.store.store import Store, find
from mlctl.tracking import active, autologging, fluent, guard, opening


@pytest.fixture(autouse=True)
def fresh(nowhere_else: Path, monkeypatch: pytest.MonkeyPatch):
    """Begin with nothing open, nothing said and nothing chosen; leave autologging off."""
    monkeypatch.setattr(active._Open, "stack", [])
    monkeypatch.setattr(active._Open, "is_child", False)
    monkeypatch.setattr(active._Open, "joined", False)
    monkeypatch.setattr(opening.Where, "store", None)
    monkeypatch.setattr(fluent._Chosen, "model", None)
    guard.forget()
    yield
    autologging.autolog(disable=True)
    for _, left in list(active._Open.stack):
        left.end()


@pytest.fixture
def store(nowhere_else: Path) -> Store:
    """A store in the working directory."""
    from datetime import UTC, datetime

    from mlctl.store.store import init

    made, _ = init(nowhere_else / "mlstore", datetime(2026, 1, 9, tzinfo=UTC))
    return made


def only(store: Store):
    """Return the one experiment of a store."""
    (found,) = find(store.root, explicit=store.root, environ={}).experiments().records
    return found
