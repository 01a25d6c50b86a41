import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlctl.errors import MlctlError, NotFoundError
from mlctl.schedule import crontab
from mlctl.schedule.block import with_block, without_block
from mlctl.schedule.crontab import Crontab
from mlctl.schedule.tick import Tick
from tests.schedule.crontabs import fake_crontab


def test_what_is_written_is_what_is_read(tmp_path):
    environ, table = fake_crontab(tmp_path)
    cron = Crontab(environ)
    assert cron.read() == b""
    cron.write(b"\xff\r\n0 3 * * * x")
    assert table.read_bytes() == cron.read() == b"\xff\r\n0 3 * * * x"


def test_where_there_is_no_such_command(tmp_path):
    with pytest.raises(NotFoundError, match="no crontab command"):
        Crontab({"PATH": str(tmp_path)}).read()


def test_a_user_who_may_not(tmp_path):
    told = "You (ana) are not allowed to use this program (crontab)"
    environ, _ = fake_crontab(tmp_path, f"#!/bin/sh\ncat > /dev/null\necho '{told}' >&2\nexit 1\n")
    with pytest.raises(MlctlError, match="refuses to read") as caught:
        Crontab(environ).read()
    assert told in caught.value.message
    assert "cron.allow" in caught.value.hint
    with pytest.raises(MlctlError, match="refuses to change"):
        Crontab(environ).write(b"")


def test_a_command_that_says_nothing(tmp_path):
    environ, _ = fake_crontab(tmp_path, "#!/bin/sh\nexit 3\n")
    with pytest.raises(MlctlError, match="it says no reason"):
        Crontab(environ).read()


def test_a_command_that_cannot_be_run(tmp_path):
    environ, _ = fake_crontab(tmp_path, "#!/no/such/shell\n")
    with pytest.raises(MlctlError, match="cannot be run"):
        Crontab(environ).read()


def test_a_command_that_hangs(tmp_path, monkeypatch):
    monkeypatch.setattr(crontab, "_SECONDS", 0.05)
    environ, _ = fake_crontab(tmp_path, "#!/bin/sh\nexec sleep 20\n")
    with pytest.raises(MlctlError, match="cannot be run"):
        Crontab(environ).read()


def test_it_speaks_english_and_keeps_the_rest_of_the_environment(tmp_path):
    environ, _ = fake_crontab(tmp_path, '#!/bin/sh\necho "$LC_ALL $HOME"\n')
    assert Crontab({**environ, "LC_ALL": "de_DE.UTF-8", "HOME": "/h"}).read() == b"C /h\n"


SPELLING_OUT = """\
#!/bin/sh
table="{table}"
case "$1" in
-l) sed 's/\\r/\\\\r/g; s/\\x08/\\\\b/g' "$table" ;;
-e) sh -c "$VISUAL $table"; echo "No modification made" >&2 ;;
-) cat > "$table" ;;
esac
"""
RAW = b"0 3 * * * printf 'a\\r\\n'\r\n0 4 * * * x\x08y\\by\n"


def test_a_command_that_spells_control_characters_out(tmp_path):
    environ, table = fake_crontab(tmp_path, SPELLING_OUT)
    table.write_bytes(RAW)
    assert Crontab(environ)._run(["-l"], b"").stdout.count(b"\\r") == 2
    assert Crontab(environ).read() == RAW


def test_what_was_typed_so_is_no_control_character(tmp_path):
    environ, table = fake_crontab(tmp_path, SPELLING_OUT)
    table.write_bytes(b"0 3 * * * printf 'a\\r'\n")
    assert Crontab(environ).read() == b"0 3 * * * printf 'a\\r'\n"


def test_what_cannot_be_read_byte_for_byte_is_refused(tmp_path):
    environ, table = fake_crontab(tmp_path, SPELLING_OUT.replace("-e)", "-x)"))
    table.write_bytes(RAW)
    with pytest.raises(MlctlError, match="byte for byte") as caught:
        Crontab(environ).read()
    assert "mlctl schedule print" in caught.value.hint


@pytest.fixture
def real(tmp_path):
    """The machine's own crontab command, for a user who has no crontab."""
    command, user = shutil.which("crontab"), "nobody"
    if command is None:
        pytest.skip("there is no crontab command on this machine")
    words = [command, "-u", user]
    listed = subprocess.run([*words, "-l"], capture_output=True, check=False, env={"LC_ALL": "C"})
    if os.geteuid() or b"no crontab for" not in listed.stderr:
        pytest.skip(f"only root may try this out, and only while {user} has no crontab")
    environ, _ = fake_crontab(tmp_path, f'#!/bin/sh\nexec {command} -u {user} "$@"\n')
    yield Crontab(environ)
    subprocess.run([*words, "-r"], capture_output=True, check=False)


def test_the_real_one_gives_every_byte_back(real):
    tick = Tick(Path("/bin/true"), Path("/srv/it's 100%"))
    mine = b"A=1\r\n0 3 * * * printf 'a\\r\\n' \\% caf\xe9\x08\r\n\t 1 4 * * *  y  \n"
    assert real.read() == b""
    real.write(mine)
    assert real.read() == mine
    real.write(with_block(real.read(), tick))
    assert real.read() == with_block(mine, tick)
    real.write(without_block(real.read(), tick.identity))
    assert real.read() == mine
