import pytest

from mlctl.data.sql_text import parse
from mlctl.errors import UsageError


def rendered(query):
    return parse(query, "q.sql").render(lambda name: f"<{name}>")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT * FROM t WHERE a >= :since AND b < :until;",
            "SELECT * FROM t WHERE a >= <since> AND b < <until>",
        ),
        ("SELECT ':no', \":no\", `:no` FROM t", "SELECT ':no', \":no\", `:no` FROM t"),
        ("SELECT 'it''s :no' -- :no ;\n, :yes", "SELECT 'it''s :no' -- :no ;\n, <yes>"),
        (
            "SELECT /* :no ; */ $$ :no ; $$, $x$ :no $$ $x$ FROM t",
            "SELECT /* :no ; */ $$ :no ; $$, $x$ :no $$ $x$ FROM t",
        ),
        (
            "SELECT a::int, b[1:n], '12:30'::time, (c):y, {'k':v}",
            "SELECT a::int, b[1:n], '12:30'::time, (c):y, {'k':v}",
        ),
        ("SELECT a - b / c, :größe", "SELECT a - b / c, <größe>"),
        ("SELECT 'not closed :no", "SELECT 'not closed <no>"),
    ],
)
def test_names_are_told_from_all_else(query, expected):
    assert rendered(query) == expected


def test_the_names_each_once():
    assert parse("SELECT :b, :a, :b", "q.sql").names == ("b", "a")


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "  (SELECT 1)",
        "with a as (select 1) table a",
        "VALUES (1)",
        "FROM 'a.csv'",
        "-- why\nselect 1",
        "pivot t on a",
        "select 1 ;; -- done ;",
    ],
)
def test_what_is_a_query(query):
    assert parse(query, "q.sql").pieces


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "q.sql: holds no query"),
        (" ; -- nothing", "q.sql: holds no query"),
        ("drop table t", "q.sql: begins with DROP, and is no query"),
        ("/* select */ delete from t", "q.sql: begins with DELETE, and is no query"),
        ("'select'", "q.sql: begins with \"''\", and is no query"),
        ("select 1; drop table t", "q.sql: holds more than one statement"),
    ],
)
def test_what_is_none(query, said):
    with pytest.raises(UsageError) as caught:
        parse(query, "q.sql")
    assert caught.value.message == said


def test_what_it_says():
    statement = parse("SELECT 'group by' FROM t ORDER\n BY a", "q.sql")
    assert statement.says("join", "order by")
    assert not statement.says("group by")
    assert not parse("SELECT reorder, bypass FROM t -- order by", "q.sql").says("order by")
