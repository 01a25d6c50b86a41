import pytest

from mlctl.interop.posml.sketch import Sketch, look


@pytest.fixture
def write(tmp_path):
    def write(**texts):
        (tmp_path / "src").mkdir(exist_ok=True)
        for name, text in texts.items():
            (tmp_path / "src" / f"{name}.py").write_text(text)
        return look(tmp_path)

    return write


def test_functions_that_can_be_called(write):
    found = write(
        load_data="def load_data(path=None): ...",
        preprocess="def preprocess(frame, *, scale=1): ...",
        modeling="def build_knn():\n    return 1\ndef _hidden(): ...\n",
    )
    assert found.load_data == "src/load_data.py:load_data"
    assert found.preprocess == "src/preprocess.py:preprocess"
    assert found.rungs(["knn"]) == (["src/modeling.py:build_knn"], [])
    assert found.notes == ()


def test_what_needs_arguments_is_not_carried(write):
    found = write(
        load_data="def load_data(mart_id, /, *, day): ...",
        preprocess="def preprocess(x_train, x_test): ...",
        train="",
        model_evaluate="",
    )
    assert (found.load_data, found.preprocess) == (None, None)
    assert found.notes[:2] == (
        "load_data.py: not carried; load_data needs mart_id, day",
        "preprocess.py: not carried; preprocess needs x_train, x_test",
    )
    assert found.notes[2].startswith("model_evaluate.py: not carried")
    assert found.rungs(["knn"]) == ([], [])


def test_a_step_by_another_name(write):
    found = write(
        load_data="def rows(): ...\ndef more(): ...",
        preprocess="class Scale:\n    def fit(self, X): ...\n    def transform(self, X): ...\n",
    )
    assert found.load_data == "src/load_data.py:rows"
    assert found.preprocess == "src/preprocess.py:Scale"
    assert found.notes == ("load_data.py: rows was taken for load_data; there are others",)


def test_files_that_hold_nothing_of_use(write):
    found = write(load_data="x = 1", preprocess="class A: ...", modeling="def f(:")
    assert found.notes[0] == "load_data.py: not carried; has no function load_data"
    assert found.notes[1] == "preprocess.py: not carried; A needs fit and transform"
    assert found.notes[2].startswith("modeling.py: not carried; line 1:")


def test_bytes_that_are_no_python(tmp_path):
    (tmp_path / "modeling.py").write_bytes(b"\0")
    (tmp_path / "load_data.py").mkdir()
    notes = look(tmp_path).notes
    assert len(notes) == 2
    assert all("not carried" in note for note in notes)


def test_models(write):
    found = write(
        modeling="class A(Base): ...\n"
        "class B: ...\n"
        "class C:\n    def fit(self): ...\n    def predict(self): ...\n"
        "def d(): pass\n"
        "def e(X, y): return X\n"
    )
    rungs, notes = found.rungs(["nothing"])
    assert rungs == ["src/modeling.py:A", "src/modeling.py:C"]
    assert notes == [
        "model_name: modeling.py has no function 'nothing'",
        "modeling.py: B: a class without fit and predict",
        "modeling.py: d: returns nothing",
        "modeling.py: e: not carried; it needs X, y, and no estimator is made in it",
    ]


def test_an_empty_folder(tmp_path):
    assert look(tmp_path, "there/") == Sketch()
