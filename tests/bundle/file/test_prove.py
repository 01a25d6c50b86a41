import pytest

from mlctl.bundle.file.prove import prove
from mlctl.errors import MlctlError
from tests.bundle import made


@pytest.mark.parametrize("how", ["Python alone", "NumPy"])
def test_a_bundle_that_agrees(pyz, tmp_path, how):
    proof = prove(pyz, made.toy().golden, tmp_path, how)
    assert (proof.how, proof.rows, proof.differing, proof.ok) == (how, 4, 0, True)
    assert proof.largest < 1e-12


def test_a_bundle_that_does_not(pyz, tmp_path):
    proof = prove(pyz, {**made.toy().golden, "answers": [None] * 4}, tmp_path, "Python alone")
    assert not proof.ok
    assert proof.first.startswith("row 1: is answered with")


def test_a_bundle_that_does_not_run(tmp_path):
    (tmp_path / "b.pyz").write_bytes(b"no program")
    with pytest.raises(MlctlError, match="does not run in a process of its own"):
        prove(tmp_path / "b.pyz", made.toy().golden, tmp_path, "NumPy")
