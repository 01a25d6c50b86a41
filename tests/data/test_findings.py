import re
from pathlib import Path

import pytest

import mlctl.data
from mlctl.data.findings import Problem, names, refuse
from mlctl.domain.checks import CHECKS
from mlctl.errors import DataError


def test_the_table_of_checks_lists_every_code_of_the_data_and_no_other():
    listed = {code for code in CHECKS if code <= "MLC020"}
    folder = Path(mlctl.data.__file__).parent
    used = {code for file in folder.glob("*.py") for code in re.findall(r'"(MLC\d{3})"', file.read_text())}
    assert used == listed


def test_no_problem_refuses_nothing():
    refuse([])


def test_one_problem_is_the_error_itself():
    with pytest.raises(DataError) as caught:
        refuse([Problem("the column is gone", "bring it back")])
    assert (caught.value.message, caught.value.hint) == ("the column is gone", "bring it back")


def test_several_problems_are_details():
    with pytest.raises(DataError) as caught:
        refuse([Problem("one", "mend it"), Problem("two")])
    assert caught.value.message == "the data has 2 problems"
    assert caught.value.details == ("one (mend it)", "two")


def test_names_are_spelled_and_the_rest_is_counted():
    assert names(["a", "b"]) == "'a', 'b'"
    assert names([f"c{n}" for n in range(1005)], 2) == "'c0', 'c1' and 1,003 more"
