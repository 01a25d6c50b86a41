import pytest

from mlctl.bundle.file import assemble
from mlctl.bundle.file.assemble import sealed, to_file
from mlctl.errors import RefusedError


def test_a_sealed_manifest_says_the_same():
    assert {sealed(b"{}" * count).rstrip() for count in range(1, 40)} == {
        b"{}" * count for count in range(1, 40)
    }


def test_more_than_a_bundle_may_hold(monkeypatch):
    monkeypatch.setattr(assemble, "MOST_BYTES", 10)
    with pytest.raises(RefusedError, match="would hold 11 bytes in 1 entries"):
        to_file({"a": b"x" * 11})
