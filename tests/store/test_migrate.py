import pytest

from mlctl.errors import DamagedError, MlctlError
from mlctl.store import find
from mlctl.store.migrate import Migrated, format_of, migrate, rewritten
from tests.store.whole import site_of, snapshot


def test_the_newest_format_is_left_as_it_is(store):
    before = snapshot(store.root)
    assert migrate(site_of(store.root)) == Migrated(1, 1)
    assert snapshot(store.root) == before


def shout(site):
    """Bring every champion pointer to a format in capitals."""
    for path in sorted(site.layout.projects.glob("*/models/*/champion")):
        rewritten(path, lambda text: text.upper())


def dot(site):
    for path in sorted(site.layout.projects.glob("*/models/*/champion")):
        rewritten(path, lambda text: text.rstrip(b".\n") + b".\n")


def test_steps_are_taken_one_by_one_and_the_number_is_raised_after_each(store, filled):
    site = site_of(store.root)
    pointer = store.root / "projects/iris/models/species/champion"
    assert migrate(site, steps={1: shout, 2: dot}, newest=3) == Migrated(1, 3)
    assert pointer.read_text() == "IRIS_3F9A1C_3.\n"
    assert (store.root / "FORMAT").read_text() == "mlctl-store 3\n"
    assert migrate(site, steps={1: shout, 2: dot}, newest=3) == Migrated(3, 3)
    with pytest.raises(DamagedError, match="has format 3, this mlctl reads formats up to 1"):
        find(store.root, explicit=store.root, environ={})


def test_a_step_that_was_cut_off_is_taken_again(store, filled):
    site = site_of(store.root)

    def torn(site):
        shout(site)
        raise MlctlError("no space")

    with pytest.raises(MlctlError, match="no space"):
        migrate(site, steps={1: torn}, newest=2)
    assert format_of(site) == 1
    assert migrate(site, steps={1: shout}, newest=2) == Migrated(1, 2)
    assert not rewritten(store.root / "projects/iris/models/species/champion", bytes.upper)
