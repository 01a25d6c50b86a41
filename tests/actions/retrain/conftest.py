"""A stage of its own for each test that asks for it."""

from pathlib import Path

import pytest

from tests.actions.retrain.stage import Stage, make


@pytest.fixture
def stage(nowhere_else: Path) -> Stage:
    """A store with a model whose steps only pretend."""
    return make(nowhere_else)
