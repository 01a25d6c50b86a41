import pytest

from mlctl.domain.secrets import hide_secrets, is_secret


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql+psycopg://u:hush@db:5432/sales", "postgresql+psycopg://u:***@db:5432/sales"),
        ("postgresql://u:hu@sh@db/sales", "postgresql://u:***@db/sales"),
        ("postgresql://u:hu/sh@db/sales", "postgresql://u:***@db/sales"),
        ("postgresql://u:@db/sales", "postgresql://u:@db/sales"),
        ("postgresql://u@db/sales", "postgresql://u@db/sales"),
        ("postgresql://u:${PW}@db/sales", "postgresql://u:${PW}@db/sales"),
        ("postgresql://u:x${PW}@db/sales", "postgresql://u:***@db/sales"),
        ("postgresql:///sales?host=/tmp&password=hush", "postgresql:///sales?host=/tmp&password=***"),
        ("postgresql:///sales?sslpassword=${PW}", "postgresql:///sales?sslpassword=${PW}"),
        (
            "mssql+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3Dhush%3BX%3D1",
            "mssql+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3D***%3BX%3D1",
        ),
        ("mssql+pyodbc:///?odbc_connect=uid=u;pwd=hush", "mssql+pyodbc:///?odbc_connect=uid=u;pwd=***"),
        ("https://h/a.csv?X-Amz-Signature=hush&v=1", "https://h/a.csv?X-Amz-Signature=***&v=1"),
        ("https://h/a.csv?AWSAccessKeyId=hush&key=hush", "https://h/a.csv?AWSAccessKeyId=***&key=***"),
        ("https://h/a.csv?sortkey=a&signed=no", "https://h/a.csv?sortkey=a&signed=no"),
        ("data/*.csv", "data/*.csv"),
        ("sqlite:///a@b.db", "sqlite:///a@b.db"),
        ("cannot read mysql://u:hush@db/x, again", "cannot read mysql://u:***@db/x, again"),
    ],
)
def test_passwords_in_addresses(text, expected):
    assert hide_secrets(text) == expected


def test_in_a_files_address_an_at_sign_may_stand_in_the_path():
    assert hide_secrets("https://h:8080/a@2.csv", is_path=True) == "https://h:8080/a@2.csv"
    assert hide_secrets("https://u:hush@h:8080/a@2.csv", is_path=True) == "https://u:***@h:8080/a@2.csv"


def test_long_text_takes_no_longer_than_its_length():
    for text in ("a" * 1_000_000, "?" + "a" * 1_000_000, "a://a:" * 20_000):
        assert hide_secrets(text) == text


def test_secret_keys():
    assert [
        key for key in ("token", "sslpassword", "X-Amz-Signature", "sslmode", "keys") if is_secret(key)
    ] == [
        "token",
        "sslpassword",
        "X-Amz-Signature",
    ]
