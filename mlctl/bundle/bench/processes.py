"""Servers as processes: started, found, measured, stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mlctl.bundle.bench.load import Found, Order
from mlctl.errors import MlctlError

START_S = 60.0
STOP_S = 40.0
_ADDRESS = re.compile(r"http://([0-9.]+|\[[0-9a-f:]+\]|localhost):([0-9]+)")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    process : subprocess.Popen
        Its process.
    host, port : str, int
        Where it answers.
    started : float
        Seconds from its start until it said so.
    """

    process: "subprocess.Popen[bytes]"
    host: str
    port: int
    started: float

    def memory(self) -> int:
        """Return the bytes that it holds, its children included; 0 where the system does not tell."""
        return sum(resident(pid) for pid in (self.process.pid, *children(self.process.pid)))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def running(command: Sequence[str], *, seconds: float = START_S) -> Iterator[Server]:
    """Start a server, and have it stopped at the end.

    Raises
    ------
    MlctlError
        When it ends, or says no address in time; what it said is told.
    """
    with tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        # A signal to this process's group is not meant for the server: it is stopped below.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        server = None
        try:
            host, port = _address(process, said.fileno(), begin + seconds)
            server = Server(process, host, port, time.perf_counter() - begin)
            yield server
        finally:
            if server is not None:
                server.stop()
            else:
                process.kill()
                process.wait()


def _address(process: "subprocess.Popen[bytes]", said: int, until: float) -> tuple[str, int]:
    while True:
        ended = process.poll() is not None
        text = os.pread(said, 1 << 20, 0).decode(errors="replace")
        if found := _ADDRESS.search(text):
            return found[1].strip("[]"), int(found[2])
        if ended or time.perf_counter() > until:
            last = text.strip().splitlines()[-1:] or ["it said nothing"]
            raise MlctlError(
                f"the server did not start: {last[0]}",
                "start it by hand with `mlctl serve` to see all it says",
            )
        time.sleep(0.002)


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds; 0 where it is gone or the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def children(pid: int) -> list[int]:
    """Return the processes that a process started; none where the system does not tell."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def generate(order: Order) -> Found:
    """Carry out an order in a process of its own.

    Raises
    ------
    MlctlError
        When the generator fails.
    """
    with started(order) as process:
        out, err = process.communicate()
    return found_in(process, out, err)


@contextmanager
def started(order: Order) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the generator on an order, and go on; :func:`found_in` reads what it writes."""
    command = [sys.executable, "-m", "mlctl.bundle.bench.load"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        try:
            if process.stdin:
                process.stdin.write(json.dumps(asdict(order)).encode())
                process.stdin.close()
                process.stdin = None
            yield process
        except BaseException:
            process.kill()
            raise


def found_in(process: "subprocess.Popen[bytes]", out: bytes, err: bytes) -> Found:
    """Return what a generator found that has ended."""
    if process.returncode:
        last = err.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
        raise MlctlError(f"the load generator failed: {last[0]}")
    return Found(**json.loads(out))
