"""A PostgreSQL server of the tests' own: made for a run, with a password, gone at its end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "hush-hush/47:11"
USER = "reader"


@dataclass(frozen=True)
class Server:
    """A server that listens on 127.0.0.1 and on a socket in its directory."""

    port: int
    folder: Path

    def url(self, password: str = "hush-hush%2F47%3A11", database: str = "postgres") -> str:
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname="postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)


def programs() -> Path | None:
    """Return where initdb is: on PATH, or where Debian puts it, the newest version."""
    found = shutil.which("initdb")
    places = (
        [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((place for place in places if (place / "initdb").exists()), None)


def unprivileged() -> dict[str, object]:
    """Return how to become somebody whom the server will run as: it refuses to be root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def serve() -> Iterator[Server]:
    """Make a cluster, start it, and take it down again."""
    place, become = programs(), unprivileged()
    assert place is not None
    # Not pytest's own directory: only root may enter that.
    folder = Path(tempfile.mkdtemp(prefix="mlctl-pg-"))
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if become:
            for path in (folder, secret):
                os.chown(path, become["user"], become["group"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        run = {
            "cwd": folder,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            **become,
        }
        new = ["initdb", "-D", "data", "-U", USER, "-A", "scram-sha-256", "--pwfile=password", "--no-sync"]
        subprocess.run([place / new[0], *new[1:], "-E", "UTF8", "--locale=C"], check=True, **run)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=20"
        control = [place / "pg_ctl", "-D", "data", "-w", "-l", "log"]
        subprocess.run([*control, "-o", options, "start"], check=True, **run)
        try:
            yield Server(port, folder)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
