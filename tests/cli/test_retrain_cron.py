"""Against Debian's cron: a line fires, trains, promotes, and nobody gets mail.

The daemon runs in a mount namespace of its own, where the directory of crontabs, the programs of the system
administrator (and with them sendmail) and /run are the test's: the machine's own crontabs are not seen, and a
cron that runs already is not in the way.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CRON = Path("/usr/sbin/cron")
PATIENCE_S = 240.0
PARAMETERS = """\
project: p
model: m
data: {source: "sklearn:breast_cancer", target: target}
ladder: [logistic_regression]
cross_validation: {folds: 3}
jobs: 1
retrain: {schedule: "@once"}
"""
SENDMAIL = """\
#!/bin/sh
cat > '{folder}/mail/'$$
"""
DAEMON = """\
set -e
mount --bind '{folder}/spool' /var/spool/cron/crontabs
mount --bind '{folder}/sbin' /usr/sbin
mount --bind '{folder}/run' /run
mount --bind '{folder}/cron.d' /etc/cron.d
[ ! -e /etc/crontab ] || mount --bind '{folder}/none' /etc/crontab
exec /usr/sbin/cron -f
"""


def why_not() -> str:
    """Return why the daemon cannot run here; nothing where it can."""
    if os.geteuid() != 0:
        return "only root can start a cron daemon"
    if not CRON.exists() or not Path("/var/spool/cron/crontabs").is_dir():
        return "Debian's cron is not installed"
    if b"debian" not in Path("/etc/os-release").read_bytes().lower():
        return "another system's cron"
    alone = ["unshare", "--mount", "sh", "-c", "mount --bind /tmp /mnt"]
    done = subprocess.run(alone, capture_output=True, check=False) if shutil.which("unshare") else None
    return "" if done and not done.returncode else "no right to a mount namespace of its own"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A cron daemon whose crontabs lie in ``spool``, and which sends its mail to ``mail``."""
    for name in ("spool", "sbin", "run", "cron.d", "mail"):
        (tmp_path / name).mkdir()
    (tmp_path / "none").touch()
    shutil.copy(CRON, tmp_path / "sbin" / "cron")
    sendmail = tmp_path / "sbin" / "sendmail"
    sendmail.write_text(SENDMAIL.format(folder=tmp_path))
    sendmail.chmod(0o755)
    for place in (tmp_path, *tmp_path.parents):
        place.chmod(place.stat().st_mode | 0o011) if place.name.startswith("pytest-") else None
    with subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", DAEMON.format(folder=tmp_path)], start_new_session=True
    ) as process:
        yield process
        process.kill()


def test_a_line_fires_trains_promotes_and_the_mail_is_empty(tmp_path, mlctl, request):
    if reason := why_not():
        pytest.skip(reason)
    store = tmp_path / "mlstore"
    mlctl("init", store)
    (tmp_path / "p.yaml").write_text(PARAMETERS)
    request.getfixturevalue("daemon")
    command = f"{sys.executable} -P -m mlctl retrain --params {tmp_path / 'p.yaml'} --store {store}"
    table = tmp_path / "spool" / "root"
    table.touch(0o600)
    table.write_text(f"* * * * * {command}\n* * * * * echo this is mail\n")
    deadline = time.monotonic() + PATIENCE_S
    while not mlctl("retrain", "log", "--store", store, "--json").json["runs"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    while (run := mlctl("retrain", "log", "--store", store, "--json").json["runs"][0])[
        "outcome"
    ] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert run["outcome"] == "promoted", run
    assert run["triggers"][0]["trigger"] == "schedule"
    champion = mlctl("show", "champion", "--store", store, "--json")
    assert champion.code == 0
    assert run["champion"] in champion.out
    mails = [path.read_text() for path in (tmp_path / "mail").iterdir()]
    assert mails
    assert all("this is mail" in mail and "mlctl" not in mail for mail in mails)
