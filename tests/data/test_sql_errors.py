import pytest

from mlctl.data.sql_errors import cannot_connect, guarded, reason_of, refused_query
from mlctl.data.sql_url import Address
from mlctl.errors import BusyError, DataError, MlctlError, NotFoundError, UsageError

from .fetched import tells_nothing

HERE = Address(None, "db at host", ("hush",), "reader")


class DriverError(Exception):
    """As PEP 249 has it, with PostgreSQL's addition."""

    def __init__(self, message, state=None):
        super().__init__(message)
        self.sqlstate = state


class WrappedError(Exception):
    """As SQLAlchemy wraps it."""

    def __init__(self, message, state=None, lost=False):
        super().__init__(f"(driver) {message} [SQL: …]")
        self.orig = DriverError(message, state)
        self.connection_invalidated = lost


class ProgrammingError(WrappedError):
    pass


class DatabasesDataError(WrappedError):
    pass


DatabasesDataError.__name__ = "DataError"


def test_work_that_succeeds():
    assert guarded(lambda: 5, lambda _: MlctlError("no")) == 5


def test_what_a_driver_raises_is_left_behind():
    def work():
        raise DriverError("cannot reach reader:hush@host")

    with pytest.raises(MlctlError) as caught:
        guarded(work, lambda error: cannot_connect(error, HERE))
    assert caught.value.message == "cannot connect to db at host: cannot reach ***:***@host"
    tells_nothing(caught.value, "hush")


def test_an_error_of_ours_passes():
    def work():
        raise UsageError("mine")

    with pytest.raises(UsageError, match="mine"):
        guarded(work, lambda _: MlctlError("no"))


@pytest.mark.parametrize(
    ("message", "kind", "said"),
    [
        ("Connection refused", MlctlError, "cannot connect to db at host: Connection refused"),
        ('database "x" does not exist', NotFoundError, 'db at host: database "x" does not exist'),
        (
            'password authentication failed for user "reader"',
            MlctlError,
            'db at host refuses the user or the password: password authentication failed for user "***"',
        ),
        ("", MlctlError, "cannot connect to db at host: DriverError"),
    ],
)
def test_no_connection(message, kind, said):
    error = cannot_connect(WrappedError(message), HERE)
    assert type(error) is kind
    assert error.message == said


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (WrappedError("x", "42P01"), NotFoundError),
        (WrappedError("x", "42703"), NotFoundError),
        (WrappedError("x", "42501"), MlctlError),
        (WrappedError("x", "42601"), UsageError),
        (WrappedError("x", "25006"), UsageError),
        (WrappedError("x", "22012"), DataError),
        (WrappedError("x", "40001"), BusyError),
        (WrappedError("x", "57P01"), MlctlError),
        (WrappedError("database is locked"), BusyError),
        (WrappedError("no such table: t"), NotFoundError),
        (WrappedError("Table 'x.t' doesn't exist"), NotFoundError),
        (WrappedError('near "FORM": syntax error'), UsageError),
        (WrappedError("integer overflow"), DataError),
        (WrappedError("server has gone away", lost=True), MlctlError),
        (DatabasesDataError("odd value"), DataError),
        (ProgrammingError("not so"), UsageError),
        (OSError("Conversion Error: x"), DataError),
        (OverflowError("int too large"), MlctlError),
    ],
)
def test_a_query_that_fails(error, kind):
    found = refused_query(error, HERE, 0)
    assert type(found) is kind
    assert found.message.startswith("db at host: the query failed: ")
    assert found.hint


def test_a_query_that_fails_half_way():
    found = refused_query(ProgrammingError("not so"), HERE, 20_000)
    assert type(found) is MlctlError
    assert found.message == "db at host: the query failed after 20,000 rows: not so"


def test_a_reason_is_one_line_and_does_not_quote_the_query():
    text = (
        'relation "t" does not exist\nLINE 1: DECLARE "c_1" CURSOR FOR select * from t\n      ^\n\nHINT: hush'
    )
    assert reason_of(WrappedError(text), HERE) == 'relation "t" does not exist HINT: ***'
