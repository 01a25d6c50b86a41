import pytest

from mlctl.errors import UsageError
from mlctl.params.load import from_dict


def tree(**data):
    return {"project": "p", "model": "m", "data": {"target": "y", **data}}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"sql": {"url": "postgresql://reader:hush@db/sales", "query": "SELECT 1"}}, "data.sql.url"),
        ({"sql": {"url": "postgresql://reader:hush${X}@db/sales", "query": "SELECT 1"}}, "data.sql.url"),
        ({"path": "https://reader:hush@host/a.csv"}, "data.path"),
        ({"path": ["a.csv", "https://host/a.csv?token=hush"]}, "data.path.1"),
    ],
)
def test_a_password_in_the_file_is_refused_and_not_shown(data, place):
    with pytest.raises(UsageError) as caught:
        from_dict(tree(**data), {"X": "x"})
    (line,) = caught.value.details
    assert line.startswith(f"{place}: ")
    assert line.endswith(
        "— a password stands in it; put it into an environment variable and write ${NAME} here"
    )
    assert "hush" not in line
    assert "***" in line


def test_a_password_of_the_environment_is_used_and_not_written():
    sql = {
        "url": "postgresql://reader:${PASSWORD}@db/sales",
        "query": "SELECT :who",
        "parameters": {"who": "${WHO}"},
    }
    loaded = from_dict(tree(sql=sql), {"PASSWORD": "hush", "WHO": "somebody"})
    assert loaded.parameters.data.sql.url == "postgresql://reader:hush@db/sales"
    assert loaded.parameters.data.sql.parameters == {"who": "somebody"}
    assert loaded.effective["data"]["sql"] == {**sql, "query_file": None}
    assert "hush" not in loaded.text + repr(loaded)


def test_a_variable_inside_a_query_is_refused():
    with pytest.raises(UsageError) as caught:
        from_dict(tree(sql={"query": "SELECT ${X}"}), {"X": "x"})
    assert caught.value.details[0].startswith(
        "data.sql.query: 'SELECT ${X}' — a value of the environment is never"
    )


@pytest.mark.parametrize("data", [None, [1], "x", {"sql": 1, "path": 2}, {"sql": {"url": 3}, "path": [4]}])
def test_what_is_no_address_is_left_to_others(data):
    with pytest.raises(UsageError) as caught:
        from_dict({"project": "p", "model": "m", "data": data}, {})
    assert "password" not in "".join(caught.value.details)
