import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from mlctl.data.read import read
from mlctl.data.sklearn_sets import materialise
from mlctl.params.data_section import SKLEARN_SETS

from .tables import section

LOADERS = {
    "iris": load_iris,
    "diabetes": load_diabetes,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
}


def test_every_set_that_parameters_may_name_is_here():
    assert set(LOADERS) == set(SKLEARN_SETS)


@pytest.mark.parametrize("name", SKLEARN_SETS)
def test_a_set_reads_back_to_the_last_bit(tmp_path, name):
    path, _ = materialise(f"sklearn:{name}", tmp_path)
    frame = read([(path.name, path)], section(target="target")).frame
    original = LOADERS[name](as_frame=True).frame
    assert list(frame.columns) == list(original.columns)
    assert (frame.to_numpy(dtype="float64") == original.to_numpy(dtype="float64")).all()


def test_the_file_has_the_same_bytes_every_time(tmp_path):
    first = materialise("sklearn:iris", tmp_path)[0].read_bytes()
    assert materialise("sklearn:iris", tmp_path)[0].read_bytes() == first
    assert first.splitlines()[:2] == [
        b"sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),target",
        b"5.1,3.5,1.4,0.2,0",
    ]


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("wine", {"classes": ["class_0", "class_1", "class_2"]}),
        ("breast_cancer", {"classes": ["malignant", "benign"]}),
        ("diabetes", {}),
    ],
)
def test_the_names_behind_the_codes_are_not_lost(tmp_path, name, described):
    assert materialise(f"sklearn:{name}", tmp_path)[1] == described
