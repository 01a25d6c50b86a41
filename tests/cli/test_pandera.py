"""Schemas for pandera on the command line: written, edited, enforced."""

import pytest

from tests.actions.tables import rows, write_csv


@pytest.fixture
def kept(mlctl, store, nowhere_else):
    write_csv(nowhere_else / "rows.csv")
    assert mlctl("data", "add", "rows.csv", "--project", "shop", "--target", "k").code == 0
    return nowhere_else


def test_a_schema_is_written_edited_and_enforced(mlctl, kept):
    ran = mlctl("data", "schema", "rows", "--format", "pandera", "-o", "schema.py")
    assert (ran.code, ran.out) == (0, "schema.py\n")
    assert "next: mlctl data validate FILE --against schema.py" in ran.err
    fits = mlctl("data", "validate", "rows.csv", "--against", "schema.py")
    assert (fits.code, fits.err) == (0, "rows.csv fits schema.py\n")
    text = (kept / "schema.py").read_text()
    (kept / "schema.py").write_text(text.replace("holds('number'),", "holds('number'), pa.Check.lt(50),", 1))
    write_csv(kept / "new.csv", lines=[*rows(50), (99.5, 1, "a")])
    refused = mlctl("data", "validate", "new.csv", "--against", "schema.py")
    assert refused.code == 5
    assert "column 'x' fails less_than(50) in 1 row: '99.5' (row 51)" in " ".join(refused.out.split())
    assert refused.err == "new.csv against schema.py: 1 refusal, 0 warnings\n"
    document = mlctl("data", "validate", "new.csv", "--against", "schema.py", "--json").json
    assert (document["against"], document["valid"]) == ("schema.py", False)
    assert [(r["code"], r["column"]) for r in document["refusals"]] == [("pandera", "x")]


def test_yaml_of_pandera_and_of_mlctl_are_told_apart(mlctl, kept):
    (kept / "theirs.yaml").write_text(
        "schema_type: dataframe\ncolumns:\n  k: {dtype: str, isin: {allowed_values: [a]}}\n"
    )
    ran = mlctl("data", "validate", "rows.csv", "--against", "theirs.yaml", "--json")
    assert ran.code == 5
    (found,) = ran.json["refusals"]
    assert found["message"].startswith("column 'k' fails isin(['a']) in 100 rows: 'b' (row 2), ")
    assert mlctl("data", "schema", "rows", "-o", "ours.yaml").code == 0
    assert mlctl("data", "validate", "rows.csv", "--against", "ours.yaml").code == 0


def test_the_help_says_that_a_python_file_is_run(mlctl):
    assert "Python file is your own code, and is run" in " ".join(
        mlctl("data", "validate", "--help").out.replace("│", "").split()
    )
