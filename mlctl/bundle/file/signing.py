"""Sign a manifest with an SSH key."""

import subprocess
from pathlib import Path

from mlctl.bundle.main.signature import NAMESPACE
from mlctl.errors import MlctlError, NotFoundError


def sign(manifest: bytes, key: Path) -> bytes:
    """Return the signature of a manifest; with an Ed25519 key it is the same each time.

    Parameters
    ----------
    manifest : bytes
        ``manifest.json``.
    key : Path
        A private key, or the public one of a key that ssh-agent holds.

    Raises
    ------
    NotFoundError
        When there is no such key.
    MlctlError
        When ssh-keygen is not there or does not sign.
    """
    if not key.is_file():
        raise NotFoundError(f"there is no key {key}", "make one: ssh-keygen -t ed25519 -f KEY")
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", NAMESPACE]
    try:
        done = subprocess.run(command, input=manifest, capture_output=True, check=False)
    except OSError as error:
        raise MlctlError(
            f"there is no ssh-keygen to sign with: {error.strerror}", "install OpenSSH"
        ) from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise MlctlError(f"the bundle cannot be signed with {key}: {said}", "name a private SSH key")
    return done.stdout
