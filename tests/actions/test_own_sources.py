import pytest

from mlctl.actions import own_sources
from mlctl.actions.own_sources import artifacts, code_sources
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.load import from_dict


def parameters(**keys):
    tree = {"project": "p", "model": "m", "data": {"source": "sklearn:iris", "target": "target"}}
    return from_dict(tree | keys, {}).parameters


@pytest.fixture
def write(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def test_files_and_what_they_import_beside(write):
    base = write(
        src__a="import numpy, b.c\nfrom top import x\nfrom src.d import y\n",
        src__b__c="from . import e\nfrom ..f import z\n",
        src__b__e="",
        src__f="",
        top="",
        src__d="import a",
        src__unused="",
    )
    (base / "src" / "b" / "__init__.py").write_text("")
    found = code_sources(parameters(ladder=["src/a.py:f", "svc"]), base)
    assert sorted(found) == [
        f"code/{name}.py"
        for name in ("src/a", "src/b/__init__", "src/b/c", "src/b/e", "src/d", "src/f", "top")
    ]
    assert artifacts(found)["code_src_b_c"] == "code/src/b/c.py"


def test_steps_and_dotted_classes(write):
    base = write(pkg__models="class Model: ...", steps="def f(x): ...", load="def g(): ...")
    (base / "pkg" / "__init__.py").write_text("")
    steps = {"preprocess": "steps.py:f", "load_data": "load.py:g"}
    found = code_sources(
        parameters(ladder=["pkg.models.Model", "sklearn.svm.SVC"], steps=steps, data={"target": "y"}), base
    )
    assert sorted(found) == [f"code/{n}.py" for n in ("load", "pkg/__init__", "pkg/models", "steps")]
    assert code_sources(parameters(), base) == {}


def test_from_where_an_experiment_keeps_them(write):
    base = write(there__a="x = 1")
    found = code_sources(parameters(ladder=["../there/a.py:f"]), base, kept=True)
    assert found == {"code/there/a.py": "x = 1"}


def test_a_file_that_is_no_python_is_kept_as_it_is(write):
    assert code_sources(parameters(ladder=["a.py:f"]), write(a="def f(:")) == {"code/a.py": "def f(:"}


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(NotFoundError, match=r"there is no file 'gone\.py'"):
        code_sources(parameters(ladder=["gone.py:f"]), tmp_path)
    (tmp_path / "a.py").write_bytes(b"\xff\xfe")
    with pytest.raises(NotFoundError, match=r"a\.py: cannot be read"):
        code_sources(parameters(ladder=["a.py:f"]), tmp_path)


def test_code_over_too_many_files(write, monkeypatch):
    monkeypatch.setattr(own_sources, "MOST_FILES", 1)
    with pytest.raises(UsageError, match="spread over 2 files"):
        code_sources(parameters(ladder=["a.py:f"]), write(a="import b", b="import c", c=""))
