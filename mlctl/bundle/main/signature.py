"""Who signed a bundle: ``ssh-keygen -Y`` over its manifest, in the namespace ``mlctl``.

The manifest holds the sha256 of every other entry, so its signature is that of the whole bundle. Sums alone
tell of transport; who made it tells only a signature, held against keys that did not come with the bundle.
"""

from __future__ import annotations

import os

from .trouble import BundleError, RefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAMESPACE = "mlctl"
_ABSENT = "install OpenSSH 8.1 or newer, which has it"


def verify_signature(bundle: Any, allowed: str, identity: str | None = None) -> str:
    """Return who signed a bundle.

    Parameters
    ----------
    bundle : Bundle
        Its entries are known to be as its manifest says.
    allowed : str
        An allowed signers file, see ssh-keygen(1): one ``NAME KEY`` a line.
    identity : str, optional
        Who it has to be; by default whoever of that file did.

    Raises
    ------
    RefusedError
        When it is not signed, not by one of these, or not as it is.
    BundleError
        When there is no ssh-keygen or no such file.
    """
    if not bundle.is_signed:
        raise RefusedError("the bundle is not signed", "sign it when it is built: mlctl build REF --sign KEY")
    if bundle.cached:
        raise RefusedError(
            f"{bundle.path} holds {bundle.cached[0]}, which nobody signed and Python would run",
            "remove it; `python3 -B` leaves none behind",
        )
    if not os.path.isfile(allowed):
        raise BundleError(f"there is no file {allowed!r}", "one `NAME ssh-ed25519 KEY` a line")
    signature, made = _aside(bundle.signature())
    try:
        named = identity or _principal(signature, allowed)
        words = ["-Y", "verify", "-f", allowed, "-I", named, "-n", NAMESPACE, "-s", signature]
        code, said = run(words, bundle.manifest_bytes)
    finally:
        os.unlink(signature)
        os.rmdir(made)
    if code:
        raise RefusedError(f"the signature is not {named}'s, or not of this bundle: {said}")
    return named


def _principal(signature: str, allowed: str) -> str:
    code, said = run(["-Y", "find-principals", "-s", signature, "-f", allowed], b"")
    if code or not said:
        raise RefusedError(f"the bundle is signed by none of those in {allowed}")
    return said.splitlines()[0]


def _aside(data: bytes) -> tuple[str, str]:
    from tempfile import mkdtemp  # ssh-keygen reads a signature from a file only

    made = mkdtemp(prefix="mlctl-signature-")
    path = os.path.join(made, "manifest.json.sig")
    with open(path, "wb") as stream:
        stream.write(data)
    return path, made


def run(words: list[str], given: bytes) -> tuple[int, str]:
    """Run ssh-keygen; return its exit code and what it said.

    Raises
    ------
    BundleError
        When it is not there.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["ssh-keygen", *words], input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except OSError:
        raise BundleError("there is no ssh-keygen to check the signature with", _ABSENT) from None
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()
