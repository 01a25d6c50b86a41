import subprocess
import sys
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest

from mlctl.data import extras
from mlctl.data.frames import TEXT
from mlctl.data.pandera_schema import enforcing, is_pandera
from mlctl.data.pandera_script import pandera_script
from mlctl.data.schema import infer
from mlctl.errors import DataError, MlctlError, NotFoundError, UsageError

FRAME = pd.DataFrame(
    {
        "id": np.arange(6),
        "x": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0],
        "flag": pd.Series([True, None, False, True, True, True], dtype=object),
        "day": pd.date_range("2024-01-01", periods=6).as_unit("ns"),
        'a "name"': pd.Series(["a", "it's", "a\nb", None, "a", "a"], dtype=TEXT),
        "empty": np.full(6, np.nan),
        "k": pd.Series(list("ababab"), dtype=TEXT),
    }
)
ROLES = {"id": "dropped", "k": "target"}
HEAD = "import pandas as pd\nimport pandera.pandas as pa\n"


@pytest.fixture
def held(tmp_path):
    """Hold a table to a schema file; give (code, column, message) of refusals and of warnings."""

    def hold(text, frame=FRAME, name="schema.py"):
        path = tmp_path / name
        path.write_text(text if name.endswith("yaml") else HEAD + dedent(text))
        with enforcing(path) as enforce:
            found = enforce(frame)
        return tuple(
            [(issue.code, issue.column, issue.message) for issue in issues]
            for issues in (found.refusals, found.warnings)
        )

    return hold


# what is exported


@pytest.fixture
def exported(held):
    text = pandera_script(infer(FRAME, ROLES)).replace(
        "import pandas as pd\nimport pandera.pandas as pa\n", ""
    )
    return lambda frame: held(text, frame)


def test_the_training_rows_fit_what_was_exported(exported):
    assert exported(FRAME) == ([], [])


def test_what_was_observed_is_no_limit(exported):
    odd = FRAME.assign(
        x=[1e9] * 5 + [None],
        id="text",
        new=1,
        day=FRAME["day"] + pd.Timedelta(days=9_999),
        empty="now there",
        **{'a "name"': "new"},
    )
    assert exported(odd) == ([], [])
    whole_numbers, no_answers = FRAME.assign(x=1), FRAME.drop(columns=["k", "id"])
    assert exported(whole_numbers) == ([], [])
    assert exported(no_answers) == ([], [])


def test_what_is_exported_refuses_what_mlctl_refuses(exported):
    wrong = FRAME.assign(x="text", day=[None] * 4 + [FRAME["day"][0]] * 2, flag=1, k="a")
    refusals, _ = exported(wrong.drop(columns='a "name"'))
    assert refusals == [
        ("column-gone", 'a "name"', "there is no column 'a \"name\"'"),
        ("pandera", "x", "column 'x' fails holds number"),
        ("pandera", "flag", "column 'flag' fails holds boolean"),
        ("pandera", "day", "column 'day' fails missing at most 50.0%"),
        ("pandera", "k", "column 'k' fails holds at least two different values"),
    ]
    assert exported(FRAME[:0])[0] == [("pandera", None, "the table fails has rows")]


def test_categories_and_extremes_are_comments_or_absent():
    text = pandera_script(infer(FRAME, ROLES))
    assert "# pa.Check.isin(['a', 'a\\nb', \"it's\"], raise_warning=True),\n" in text
    assert "'id'" not in text
    assert "6.0" not in text
    assert "missing_at_most(0.666667)," in text


def test_a_category_check_that_is_turned_on_warns(held):
    text = pandera_script(infer(FRAME, ROLES)).replace("# pa.Check", "pa.Check")
    refusals, warnings = held(text, FRAME.assign(k=list("abcabc")))
    assert refusals == []
    ((code, column, message),) = warnings
    assert (code, column) == ("pandera", None)
    assert message.startswith("Column 'k' failed element-wise validator number 3: isin(['a', 'b'])")


def test_a_schema_that_a_person_cut_down_is_exported_too():
    text = pandera_script([{"column": "x"}, {"column": "y", "type": "text"}])
    scope = {}
    exec(text, scope)
    assert list(scope["schema"].columns) == ["x", "y"]


# what is enforced


def test_failures_are_refusals_with_their_rows(held):
    refusals, warnings = held(
        """
        schema = pa.DataFrameSchema(
            {
                "x": pa.Column(float, [pa.Check.gt(1), pa.Check(lambda v: v.sum() > 99, name="sum")]),
                "gone": pa.Column(),
                "k": pa.Column(int, nullable=True),
                "flag": pa.Column(None, pa.Check(lambda v: 1 / 0, name="boom"), nullable=True),
            },
            checks=[
                pa.Check(lambda frame: frame["x"].fillna(9) > 2, name="large"),
                pa.Check(lambda frame: False, error="never"),
            ],
            strict=True,
        )
        """,
        FRAME.drop(columns=["day", 'a "name"', "empty"]),
    )
    assert warnings == []
    by_column = {}
    for code, column, message in refusals:
        by_column.setdefault(column, []).append((code, message))
    assert by_column == {
        "x": [
            ("pandera", "column 'x' fails not_nullable in 1 row: 'nan' (row 3)"),
            ("pandera", "column 'x' fails greater_than(1) in 1 row: '1.0' (row 1)"),
            ("pandera", "column 'x' fails sum"),
        ],
        "gone": [("column-gone", "there is no column 'gone'")],
        "id": [("pandera", "column 'id' is not in the schema, which is strict")],
        "k": [
            (
                "pandera",
                "column 'k' fails dtype('int64') in 6 rows: 'a' (row 1), 'b' (row 2), 'a' (row 3) and 3 more",
            )
        ],
        "flag": [("pandera", "column 'flag' fails boom: 'ZeroDivisionError(\"division by zero\")'")],
        None: [
            ("pandera", "the table fails large in 2 rows: row 1, row 2"),
            ("pandera", "the table fails never"),
        ],
    }


def test_a_model_is_a_schema_and_what_it_imports_is_not(held, tmp_path):
    (tmp_path / "base.py").write_text(
        HEAD + "class Base(pa.DataFrameModel):\n    x: float = pa.Field(nullable=True)\n"
    )
    refusals, _ = held("from base import Base\nclass Rows(Base):\n    k: str = pa.Field(isin=['a'])\n")
    assert refusals == [
        ("pandera", "k", "column 'k' fails isin(['a']) in 3 rows: 'b' (row 2), 'b' (row 4), 'b' (row 6)")
    ]
    del sys.modules["base"]


def test_of_several_schemas_the_one_called_schema_is_taken(held):
    two = "{} = pa.DataFrameSchema({{'x': pa.Column(float)}})\nschema{} = pa.DataFrameSchema({{}})\n"
    assert held(two.format("other", "")) == ([], [])
    with pytest.raises(UsageError, match="defines 'other', 'schema2': which one"):
        held(two.format("other", 2))
    with pytest.raises(UsageError, match="defines no schema"):
        held("x = 1")


def test_nothing_turns_the_checks_off(held, monkeypatch):
    from pandera.config import CONFIG

    monkeypatch.setattr(CONFIG, "validation_enabled", False)
    refusals, warnings = held(
        """
        import warnings
        def slow(values):
            warnings.warn("slow", stacklevel=1)
            warnings.warn("old", DeprecationWarning, stacklevel=1)
            print("on stdout")
            return values > 1
        schema = pa.DataFrameSchema({"id": pa.Column(int, pa.Check(slow))}, drop_invalid_rows=True)
        """
    )
    assert refusals == [("pandera", "id", "column 'id' fails slow in 2 rows: '0' (row 1), '1' (row 2)")]
    assert warnings == [("pandera", None, "slow")]


def test_what_the_file_prints_is_not_the_result(held, capsys):
    held("print('loading')\nschema = pa.DataFrameSchema({})")
    assert capsys.readouterr() == ("", "loading\n")


def test_parsers_may_give_rows_other_names(held):
    refusals, _ = held(
        """
        schema = pa.DataFrameSchema(
            {"id": pa.Column(int, pa.Check.lt(0))},
            parsers=pa.Parser(lambda frame: frame[:1].set_axis(["first"])),
        )
        """
    )
    assert refusals == [("pandera", "id", "column 'id' fails less_than(0) in 1 row: '0' (row first)")]


def test_the_users_own_errors_are_told(held, tmp_path):
    with pytest.raises(MlctlError, match=r"--against: .*schema.py raised KeyError: 'nope'") as raised:
        held("{}['nope']")
    assert raised.value.details == ("schema.py:3 in <module>: {}['nope']",)
    with pytest.raises(UsageError, match=r"--against: .*schema.py, line 3: "):
        held("schema = (")
    with pytest.raises(MlctlError, match="raised KeyError: 'gone'"):
        held("schema = pa.DataFrameSchema({}, parsers=pa.Parser(lambda frame: frame['gone']))")
    with pytest.raises(NotFoundError), enforcing(tmp_path / "nope.py"):
        pass


# pandera's YAML

YAML = """\
schema_type: dataframe
version: 0.35.0
columns:
  x:
    dtype: float64
    nullable: true
    checks:
      greater_than: {min_value: 1, options: {check_name: greater_than}}
  k:
    dtype: str
"""


def test_what_pandera_writes_is_read(held, tmp_path, monkeypatch):
    monkeypatch.setenv("PYARROW_IGNORE_TIMEZONE", "")  # or the import below would set it for every later test
    from pandera.io.pandas_io import to_yaml
    from pandera.pandas import Check, Column, DataFrameSchema

    schema = DataFrameSchema({"x": Column(float, Check.gt(1), nullable=True), "k": Column(str)})
    failed = ("pandera", "x", "column 'x' fails greater_than(1) in 1 row: '1.0' (row 1)")
    assert held(to_yaml(schema), name="schema.yaml") == ([failed], [])
    assert held(YAML, name="schema.yaml") == ([failed], [])
    assert is_pandera(tmp_path / "schema.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (YAML.replace("greater_than", "nope"), "AttributeError"),
        (YAML.replace("float64", "strange"), "TypeError"),
        ("schema_type: dataframe\ncolumns: {x: 5}\n", "TypeError"),
        ("schema_type: dataframe\ncolumns: [x: [\n", "line"),
        ("schema_type: dataframe\ncolumns: !!python/object/apply:os.getcwd []\n", "tag"),
    ],
)
def test_yaml_that_is_no_schema(held, text, said):
    with pytest.raises(UsageError, match=said):
        held(text, name="schema.yaml")


def test_an_error_of_ours_stays_what_it_is(tmp_path, monkeypatch):
    path = tmp_path / "schema.yaml"
    path.write_text(YAML)
    monkeypatch.setattr("mlctl.data.pandera_schema._hold", _refuse)
    with enforcing(path) as enforce, pytest.raises(DataError, match="mine"):
        enforce(FRAME)


def _refuse(*_):
    raise DataError("mine")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("schema.py", "", True),
        ("a.yaml", "columns: {x: {}}", True),
        ("a.yaml", "schema_type: dataframe", True),
        ("a.yaml", "columns: [{column: x}]", False),
        ("a.yaml", "- column: x", False),
    ],
)
def test_which_schemas_are_for_pandera(tmp_path, name, text, expected):
    (tmp_path / name).write_text(text)
    assert is_pandera(tmp_path / name) is expected


def test_without_pandera_the_extra_is_named(tmp_path, monkeypatch):
    def absent(module):
        raise ModuleNotFoundError(f"No module named {module!r}", name="pandera")

    monkeypatch.setattr(extras, "import_module", absent)
    with pytest.raises(MlctlError, match=r"schema\.py needs pandera, which is not installed") as raised:
        enforcing(tmp_path / "schema.py").__enter__()
    assert raised.value.hint == "pip install 'mlctl[pandera]'"


def test_times_keep_their_offsets_after_pandera_was_imported(tmp_path):
    script = (
        "import datetime as dt, os, pathlib, pyarrow as pa\n"
        "from mlctl.data.pandera_schema import enforcing\n"
        "path = pathlib.Path('s.py')\n"
        "path.write_text('import pandera.pandas as pa\\nschema = pa.DataFrameSchema({})\\n')\n"
        "with enforcing(path): pass\n"
        "at = dt.datetime(2026, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))\n"
        "print(pa.array([at], pa.timestamp('s', 'UTC')).cast(pa.int64())[0])\n"
        "print('PYARROW_IGNORE_TIMEZONE' in os.environ)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1767222000", "False"]
