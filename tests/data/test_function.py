import json
import sys

import pyarrow.parquet as pq
import pytest

from mlctl.data.read import read
from mlctl.errors import DataError, MlctlError, NotFoundError, UsageError

from .fetched import fetch, load, refused, tells_nothing


@pytest.fixture
def write(tmp_path):
    def write(*lines, name="load_data.py"):
        text = "import pandas as pd\n" + "\n".join(lines) + "\n"
        (tmp_path / name).write_text(text)
        return text

    return write


def call(base, name="load_data"):
    return fetch(base, function=f"load_data.py:{name}")


def frame_of(source):
    return read(source.members, load(path="x").parameters.data).frame


def test_a_table(tmp_path, write):
    text = write(
        "def load_data():", "    return pd.DataFrame({'a': [1, None], 'y': ['x', 'z']}, index=[5, 6])"
    )
    source = call(tmp_path)
    assert source.kind == "function"
    assert frame_of(source).to_dict("list")["y"] == ["x", "z"]
    assert source.described["function"] == "load_data.py:load_data"
    assert source.described["function_source"] == text
    assert source.described["rows"] == 2
    assert len(source.described["fingerprint"]) == 64


def test_tables_in_turn(tmp_path, write):
    write(
        "def load_data():",
        "    yield pd.DataFrame({'a': pd.Series([None], dtype=object), 'y': [1]})",
        "    yield pd.DataFrame({'a': pd.Series([], dtype=object), 'y': pd.Series([], dtype=str)})",
        "    yield pd.DataFrame({'a': ['x'], 'y': [0.5]})",
    )
    source = call(tmp_path)
    assert source.described["rows"] == 2
    assert pq.read_table(source.members[0][1]).to_pydict() == {"a": [None, "x"], "y": [1.0, 0.5]}


def test_each_type_of_pandas(tmp_path, write):
    write(
        "def load_data():",
        "    frame = pd.DataFrame({",
        "        'small': pd.Series([1, 2], dtype='int8'), 'nullable': pd.Series([1, None], dtype='Int64'),",
        "        'word': pd.Categorical(['a', None]), 'text': pd.Series(['a', None], dtype='string'),",
        "        'mixed': pd.Series([1, None], dtype=object),",
        "        'truth': pd.Series([True, None], dtype='boolean'),",
        "        'moment': pd.to_datetime(['2026-01-01 00:00:00.000000001', None]),",
        "        'span': pd.to_timedelta([1, None], unit='s')})",
        "    frame[7] = frame['moment'].dt.tz_localize('Asia/Seoul')",
        "    return frame",
    )
    schema = pq.read_schema(call(tmp_path).members[0][1])
    assert dict(zip(schema.names, map(str, schema.types), strict=True)) == {
        "small": "int64",
        "nullable": "int64",
        "word": "string",
        "text": "string",
        "mixed": "int64",
        "truth": "bool",
        "moment": "timestamp[us]",
        "span": "duration[us]",
        "7": "timestamp[us, tz=UTC]",
    }


def test_files_are_taken_as_they_are(tmp_path, write):
    for name in ("b", "a"):
        (tmp_path / f"{name}.csv").write_text("x,y\n1,2\n")
    write(
        "from pathlib import Path",
        "def one(): return Path(__file__).parent / 'a.csv'",
        "def several(): return ['b.csv', Path('a.csv')]",
        "def pattern(): return '*.csv'",
        "def gone(): return 'c.csv'",
    )
    assert call(tmp_path, "one").members == (("a.csv", tmp_path / "a.csv"),)
    assert [name for name, _ in call(tmp_path, "several").members] == ["a.csv", "b.csv"]
    assert [name for name, _ in call(tmp_path, "pattern").members] == ["a.csv", "b.csv"]
    assert "rows" not in call(tmp_path, "pattern").described
    assert "no file matches 'c.csv'" in refused(tmp_path, NotFoundError, function="load_data.py:gone").message


def test_it_runs_as_a_script_would(tmp_path, write, capfd):
    write("ROWS = 3", name="beside_it.py")
    write(
        "import dataclasses, sys",
        "import beside_it",
        "@dataclasses.dataclass",
        "class Settings:",
        "    rows: 'int' = beside_it.ROWS",
        "def load_data():",
        "    print('loading')",
        "    sys.path[:] = [p for p in sys.path if p != sys.path[0]]",
        "    return pd.DataFrame({'y': range(Settings().rows)})",
    )
    before = list(sys.path)
    assert call(tmp_path).described["rows"] == 3
    assert sys.path == before
    assert "mlctl_data_function" not in sys.modules
    assert capfd.readouterr() == ("", "loading\n")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return None", "gave a value of type NoneType"),
        ("return {'a': 1}", "gave a value of type dict"),
        ("return 5", "gave a value of type int"),
        ("return [1, 2]", "gave a value of type int"),
        ("return b'a.csv'", "gave a value of type bytes"),
    ],
)
def test_what_is_no_table(tmp_path, write, body, said):
    write("def load_data():", f"    {body}")
    error = refused(tmp_path, UsageError, function="load_data.py:load_data")
    assert error.message == f"data.function: load_data.py:load_data {said}"
    assert "DataFrame" in error.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return pd.DataFrame({'y': []})", "data.function: load_data.py:load_data returned no row"),
        ("return []", "data.function: load_data.py:load_data returned no row"),
        (
            "return pd.DataFrame([[1, 2]], columns=['y', 'y'])",
            "data.function: load_data.py:load_data has column names that are empty or repeat: 'y'",
        ),
        (
            "return (pd.DataFrame({c: [1]}) for c in 'ab')",
            "data.function: load_data.py:load_data gave tables with different columns",
        ),
        (
            "return pd.DataFrame({'y': [1, 'a']})",
            "column 'y' holds numbers (row 1) and text (row 2)",
        ),
        (
            "return (pd.DataFrame({'y': [v]}) for v in [1, 'a'])",
            "column 'y' holds numbers (row 1) and text (row 2)",
        ),
        (
            "return pd.DataFrame({'y': [1j]})",
            "column 'y' holds values of type complex128, which is no table's value",
        ),
        (
            "return pd.DataFrame({'y': [b'x']})",
            "column 'y' holds values of type bytes, which is no table's value",
        ),
    ],
)
def test_a_table_that_will_not_do(tmp_path, write, body, said):
    write("def load_data():", f"    {body}")
    assert refused(tmp_path, DataError, function="load_data.py:load_data").message == said


def test_what_it_raises_is_told_with_its_lines(tmp_path, write, capfd, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://reader:hush@db/sales")
    write(
        "import os",
        "def deeper():",
        "    raise ValueError('cannot reach ' + os.environ['WAREHOUSE_URL'])",
        "def load_data():",
        "    yield pd.DataFrame({'y': [1]})",
        "    deeper()",
        "def quits():",
        "    raise SystemExit(3)",
        "def ours():",
        "    from mlctl.errors import DataError",
        "    raise DataError('I know better')",
    )
    error = refused(tmp_path, MlctlError, function="load_data.py:load_data")
    assert error.message == (
        "data.function: load_data.py:load_data raised ValueError: cannot reach postgresql://reader:***@db/sales"
    )
    assert error.details == (
        "load_data.py:7 in load_data: deeper()",
        "load_data.py:4 in deeper: raise ValueError('cannot reach ' + os.environ['WAREHOUSE_URL'])",
    )
    tells_nothing(error, "hush")
    error = refused(tmp_path, MlctlError, function="load_data.py:quits")
    assert error.message == "data.function: load_data.py:quits raised SystemExit: 3"
    assert refused(tmp_path, DataError, function="load_data.py:ours").message == "I know better"
    assert "hush" not in json.dumps(capfd.readouterr())


def test_no_such_file_or_function(tmp_path, write):
    error = refused(tmp_path, NotFoundError, function="load_data.py:load_data")
    assert error.message == f"cannot read {tmp_path / 'load_data.py'}: no such file or directory"
    write("def fetch(): pass", "def _hidden(): pass")
    error = refused(tmp_path, NotFoundError, function="load_data.py:load_data")
    assert error.message == "data.function: load_data.py has no function 'load_data'"
    assert error.hint == "it has fetch"
    write("load_data = 5")
    assert refused(tmp_path, NotFoundError, function="load_data.py:load_data").hint == "define it"


def test_a_file_that_is_no_python(tmp_path, write):
    write("def load_data(:")
    error = refused(tmp_path, UsageError, function="load_data.py:load_data")
    assert error.message.startswith(f"data.function: {tmp_path / 'load_data.py'}, line 2: ")
    (tmp_path / "load_data.py").write_bytes(b"a = '\0'\n")
    error = refused(tmp_path, UsageError, function="load_data.py:load_data")
    assert error.message.startswith(f"data.function: {tmp_path / 'load_data.py'}")


def test_a_password_in_an_address_of_the_file_is_not_kept(tmp_path, write):
    write("URL = 'mysql://reader:hush@db/sales'", "def load_data():", "    return pd.DataFrame({'y': [1]})")
    assert "mysql://reader:***@db/sales" in call(tmp_path).described["function_source"]


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ("pd.DataFrame({'a': [1, 2]}, index=[7, 8]), pd.Series([3, 4])", ["a", "y"]),
        ("pd.DataFrame({'a': [1, 2]}), pd.DataFrame({'b': [3, 4]})", ["a", "y"]),
        ("[[1, 5], [2, 6]], [3, 4]", ["x0", "x1", "y"]),
    ],
)
def test_features_and_target_apart(tmp_path, write, given, columns):
    write("def load_data():", f"    return {given}")
    frame = frame_of(call(tmp_path))
    assert list(frame) == columns
    assert frame["y"].tolist() == [3, 4]


def test_two_tables_in_a_tuple_are_tables_in_turn(tmp_path, write):
    write("def load_data():", "    t = pd.DataFrame({'a': [1], 'y': [2]})", "    return t, t")
    assert len(frame_of(call(tmp_path))) == 2


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ("pd.DataFrame({'a': [1, 2]}), [3]", DataError, "gave X with 2 rows and y of shape"),
        ("pd.DataFrame({'y': [1]}), [3]", DataError, "X has a column 'y' as well as y"),
        ("[1, 2], [3, 4]", UsageError, "gave a value of type list"),
    ],
)
def test_features_and_target_that_do_not_fit(tmp_path, write, given, kind, message):
    write("def load_data():", f"    return {given}")
    with pytest.raises(kind, match=message):
        call(tmp_path)
