import subprocess

import pytest

from mlctl.bundle.file.assemble import to_file, to_folder
from mlctl.bundle.file.signing import sign
from mlctl.bundle.main.bundle import MANIFEST, SIGNATURE, opened
from mlctl.bundle.main.command import main
from mlctl.bundle.main.signature import verify_signature
from mlctl.bundle.main.trouble import BundleError, RefusedError
from mlctl.errors import MlctlError, NotFoundError
from tests.bundle import made


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    place = tmp_path_factory.mktemp("keys")
    for name in ("ours", "theirs"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(place / name)]
        subprocess.run(command, check=True)
        public = (place / f"{name}.pub").read_text()
        (place / f"{name}.signers").write_text(f"{name}@example.org {public}")
    return place


def entries():
    return made.with_manifest({"__main__.py": b"\n"})


@pytest.fixture
def signed(keys, tmp_path):
    made_of = entries()
    path = tmp_path / "b.pyz"
    path.write_bytes(to_file({**made_of, SIGNATURE: sign(made_of[MANIFEST], keys / "ours")}))
    return path


def test_who_signed_it(signed, keys, capsys):
    found = opened(str(signed))
    assert found.is_signed
    assert verify_signature(found, str(keys / "ours.signers")) == "ours@example.org"
    assert verify_signature(found, str(keys / "ours.signers"), "ours@example.org") == "ours@example.org"
    assert main(found, ["verify", "--allowed-signers", str(keys / "ours.signers")]) == 0
    assert capsys.readouterr().out.endswith("; signed by ours@example.org\n")
    assert main(found, ["verify"]) == 0
    assert "by whom only --allowed-signers FILE can tell" in capsys.readouterr().out


def test_the_same_signature_each_time(keys):
    assert sign(b"x", keys / "ours") == sign(b"x", keys / "ours")


def test_signed_by_another(signed, keys):
    with pytest.raises(RefusedError, match="signed by none of those"):
        verify_signature(opened(str(signed)), str(keys / "theirs.signers"))
    with pytest.raises(RefusedError, match=r"not theirs@example\.org's"):
        verify_signature(opened(str(signed)), str(keys / "theirs.signers"), "theirs@example.org")


def test_a_signature_of_something_else(keys, tmp_path):
    path = tmp_path / "b.pyz"
    path.write_bytes(to_file({**entries(), SIGNATURE: sign(b"another manifest", keys / "ours")}))
    with pytest.raises(RefusedError, match="not of this bundle"):
        verify_signature(opened(str(path)), str(keys / "ours.signers"))


def test_not_signed(keys, pyz):
    with pytest.raises(RefusedError, match="is not signed"):
        verify_signature(opened(str(pyz)), str(keys / "ours.signers"))


def test_no_such_file(signed):
    with pytest.raises(BundleError, match="there is no file 'none'"):
        verify_signature(opened(str(signed)), "none")


def test_a_folder_in_which_something_else_would_run(keys, tmp_path):
    made_of = entries()
    to_folder({**made_of, SIGNATURE: sign(made_of[MANIFEST], keys / "ours")}, tmp_path / "b")
    assert verify_signature(opened(str(tmp_path / "b")), str(keys / "ours.signers")) == "ours@example.org"
    (tmp_path / "b" / "__pycache__").mkdir()
    (tmp_path / "b" / "__pycache__" / "__main__.cpython-311.pyc").write_bytes(b"planted")
    with pytest.raises(RefusedError, match="which nobody signed and Python would run"):
        verify_signature(opened(str(tmp_path / "b")), str(keys / "ours.signers"))


def test_no_key_and_no_ssh_keygen(signed, keys, tmp_path, monkeypatch):
    with pytest.raises(NotFoundError, match="there is no key"):
        sign(b"x", tmp_path / "none")
    (tmp_path / "key").write_text("no key")
    with pytest.raises(MlctlError, match="cannot be signed with"):
        sign(b"x", tmp_path / "key")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BundleError, match="there is no ssh-keygen"):
        verify_signature(opened(str(signed)), str(keys / "ours.signers"))
    with pytest.raises(MlctlError, match="there is no ssh-keygen"):
        sign(b"x", keys / "ours")
