import pytest

from . import postgres as pg


@pytest.fixture(scope="session")
def postgres():
    if pg.programs() is None:
        pytest.skip("there is no PostgreSQL here: Debian's package postgresql brings it")
    yield from pg.serve()
