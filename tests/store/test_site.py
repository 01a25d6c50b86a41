import pytest

from mlctl import files
from mlctl.errors import BusyError, DamagedError


def test_the_lock_says_which_command_holds_it(site):
    with site.locked():
        assert "(mlctl)" in site.layout.lock.read_text()
        with pytest.raises(BusyError, match=r"mlstore/lock is held by process \d+"), site.locked():
            pass
    assert not files.is_locked(site.layout.lock)


def test_what_is_half_made_is_not_built_behind_a_link(site, tmp_path):
    assert site.tmp == site.layout.root / "tmp"
    site.layout.tmp.rmdir()
    site.layout.tmp.symlink_to(tmp_path)
    with pytest.raises(DamagedError, match="mlstore/tmp is a link"):
        _ = site.tmp
