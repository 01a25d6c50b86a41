import pytest

from mlctl.ml.own import files_of, kept_path, own_code

SOURCES = {"rules.py:f": "…", "code/src/a.py": "A", "code/p/__init__.py": "", "code/p/m.py": "M"}


def test_files():
    assert files_of(SOURCES) == {"src/a.py": "A", "p/__init__.py": "", "p/m.py": "M"}


@pytest.mark.parametrize(
    ("file", "kept"),
    [("src/a.py", "src/a.py"), ("../x/a.py", "x/a.py"), ("/there/a.py", "a.py"), ("./a.py", "a.py")],
)
def test_where_a_file_is_kept(file, kept):
    assert kept_path(file) == kept


@pytest.mark.parametrize(
    ("reference", "name", "root"),
    [
        ("src/a.py:f", "a:f", '"root": "src"'),
        ("a.py:f", "a:f", '"root": ""'),
        ("p.m.Model", "p.m:Model", '"root": ""'),
        ("p.Model", "p:Model", '"root": ""'),
    ],
)
def test_what_a_reference_means(reference, name, root):
    source, found = own_code(reference, SOURCES)
    assert found == name
    assert root in source


@pytest.mark.parametrize("reference", ["sklearn.svm.SVC", "svc"])
def test_what_is_installed_is_nobodys_own(reference):
    assert own_code(reference, SOURCES) is None
