import sys

import pytest

from mlctl.errors import MlctlError, NotFoundError
from mlctl.estimators.own_code import OwnCode, code_of, packed, required


def test_modules_of_two_models_do_not_see_one_another():
    one = OwnCode({"src/a.py": "from b import X", "src/b.py": "X = 1"}, "src")
    two = OwnCode({"a.py": "import b\nX = b.X", "b.py": "X = 2"})
    assert (one.find("a:X"), two.find("a:X"), one.find("a:X")) == (1, 2, 1)
    assert not {"a", "b"} & set(sys.modules)


def test_a_module_of_the_same_name_stays_where_it_was():
    import json

    code = OwnCode({"json.py": "X = 3"})
    assert code.find("json:X") == 3
    assert sys.modules["json"] is json


def test_packages_and_relative_imports():
    files = {"p/__init__.py": "A = 1", "p/q/r.py": "from .. import A\nfrom .s import B", "p/q/s.py": "B = 2"}
    found = code_of(packed(files, ""))
    assert (found.find("p.q.r:A"), found.find("p.q.r:B")) == (1, 2)
    assert code_of(packed(files, "")) is found
    with found.active(), found.active():
        assert found.find("p:A") == 1


def test_what_is_not_there():
    code = OwnCode({"m.py": "from os.path import join\ndef f(): ...\n", "e.py": ""})
    with pytest.raises(NotFoundError, match=r"m\.py has no 'g'") as caught:
        code.find("m:g")
    assert caught.value.hint == "it has f"
    with pytest.raises(NotFoundError) as caught:
        code.find("e:g")
    assert caught.value.hint == "define it"
    with pytest.raises(MlctlError, match="ModuleNotFoundError"):
        code.find("absent:g")


def test_errors_say_file_and_line_and_hide_passwords():
    text = "def f():\n    raise ValueError('postgresql://me:secret@host/db')\nx = f()\n"
    with pytest.raises(MlctlError, match=r"m\.py, line 2: ValueError: postgresql://") as caught:
        OwnCode({"m.py": text}).find("m:x")
    assert "secret" not in str(caught.value) + "".join(caught.value.details)
    assert caught.value.details[0] == "m.py:3 in <module>: x = f()"
    assert caught.value.exit_code == 1


def test_a_file_that_is_no_python():
    with pytest.raises(MlctlError, match=r"m\.py, line 2: SyntaxError: ") as caught:
        OwnCode({"m.py": "x = 1\ndef f(:\n"}).find("m:x")
    assert caught.value.details == ("m.py:2 in <module>: def f(:",)
    assert OwnCode({"m.py": ""})._line("m.py", 9) == ""


def test_our_own_errors_pass():
    with pytest.raises(NotFoundError, match="mine"), OwnCode({}).telling("x"):
        raise NotFoundError("mine")


def test_what_a_function_needs():
    assert required(lambda a, b=1, *args, c, **more: None) == ["a", "c"]
    assert required(dict.fromkeys) == ["iterable"]
    assert required(type) == []
