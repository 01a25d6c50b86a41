import pickle

import pytest

from mlctl import errors
from mlctl.errors import MlctlError


def kinds():
    # Those that a module makes for itself end in no exit code.
    return [MlctlError, *(k for k in MlctlError.__subclasses__() if k.__module__ == errors.__name__)]


def test_each_error_has_an_exit_code_and_a_word_of_its_own():
    assert len({k.exit_code for k in kinds()}) == len({k.code for k in kinds()}) == len(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_the_tree_is_drawn_in_the_docstring(kind):
    assert f"{kind.__name__} " in errors.__doc__
    assert f" {kind.exit_code} " in errors.__doc__


@pytest.mark.parametrize("kind", kinds())
def test_an_error_travels_between_processes_whole(kind):
    error = pickle.loads(pickle.dumps(kind("what", "how", ("one",))))
    assert (type(error), error.message, error.hint, error.details) == (kind, "what", "how", ("one",))
