import pytest

from mlctl.data.sql_url import database_file, parse_url
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.model import Sql


def address(url, base, **bound):
    return parse_url(Sql(url=url, query="SELECT 1"), base, bound)


@pytest.mark.parametrize(
    ("url", "name", "driver"),
    [
        ("postgresql://u:p@db:5432/sales", "postgresql database 'sales' at db:5432", "postgresql+psycopg"),
        ("postgres://u:p@db", "postgresql database at db", "postgresql+psycopg"),
        ("postgresql+psycopg2://db/sales", "postgresql database 'sales' at db", "postgresql+psycopg2"),
        ("postgresql:///sales?host=/run/pg", "postgresql database 'sales' at /run/pg", "postgresql+psycopg"),
        ("mysql+pymysql://u@db/x", "mysql database 'x' at db", "mysql+pymysql"),
        ("sqlite://", "sqlite database", "sqlite"),
        ("sqlite:///file:x.db?uri=true", "sqlite database 'file:x.db'", "sqlite"),
    ],
)
def test_what_errors_call_it(url, name, driver, tmp_path):
    found = address(url, tmp_path)
    assert found.name == name
    assert found.url.drivername == driver


def test_a_file_is_relative_to_the_parameters_file(tmp_path):
    (tmp_path / "a@b.db").touch()
    assert address("sqlite:///a@b.db", tmp_path).url.database == str(tmp_path / "a@b.db")
    assert database_file(str(tmp_path / "a@b.db"), tmp_path / "elsewhere") == tmp_path / "a@b.db"


def test_a_file_that_is_missing_is_not_made(tmp_path):
    (tmp_path / "sales.db").touch()
    with pytest.raises(NotFoundError) as caught:
        address("sqlite:///sale.db", tmp_path)
    assert caught.value.message == f"data.sql.url: there is no database file {tmp_path / 'sale.db'}"
    assert caught.value.hint == "there are sales.db"
    with pytest.raises(NotFoundError, match="no database file") as caught:
        address("sqlite:///nowhere/x.db", tmp_path)
    assert caught.value.hint == "relative paths start from the parameters file's directory"


@pytest.mark.parametrize(
    "url",
    ["", "hush", "postgresql://u:hu@sh@db/x", "postgresql://u:h@u/sh@db/x", "postgresql://u:hush@db:port/x"],
)
def test_what_is_no_address_is_not_shown(url, tmp_path):
    with pytest.raises(UsageError) as caught:
        address(url, tmp_path)
    assert caught.value.message == "data.sql.url: is not the address of a database"
    assert "%40" in caught.value.hint
    assert caught.value.__context__ is None


def test_what_is_secret_is_hidden_however_it_is_spelled(tmp_path):
    found = address(
        "postgresql://post:hu%20sh%2Fx@db/sales?sslpassword=deep&sslmode=no", tmp_path, since="2026!", n=7
    )
    text = "postgresql: user post, hu sh/x, hu%20sh%2Fx, hu+sh%2Fx, deep, sslmode=no, 2026!, 7 of 17"
    assert found.hide(text) == "postgresql: user ***, ***, ***, ***, ***, sslmode=no, ***, *** of 17"
    assert "hu" not in repr(found)
    assert "post " not in repr(found)


def test_what_is_secret_inside_a_string_for_odbc(tmp_path):
    found = address("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dsomebody%3BPWD%3Dhush%3B", tmp_path)
    assert found.hide("login of somebody with hush failed; x") == "login of *** with *** failed; x"


def test_several_values_of_one_key(tmp_path):
    found = address("postgresql://db/x?token=first&token=second", tmp_path)
    assert found.hide("first or second") == "*** or ***"
