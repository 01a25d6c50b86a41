"""What the tests send to workers: importable by name, as everything sent has to be."""

import ctypes
import fcntl
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from threadpoolctl import threadpool_info

from mlctl.errors import DataError


def shared_value():
    return {"base": 100, "pid": os.getpid()}


def broken_load():
    raise ValueError("the table cannot be read")


def add(shared, number):
    return shared["base"] + number


def add_to_base(shared):
    return shared["base"] + 1


def pid(shared):
    return shared["pid"], os.getpid()


def nap(shared, seconds):
    time.sleep(seconds)


def raise_value_error(shared):
    raise ValueError("\n  first line\nsecond line")


def raise_data_error(shared):
    raise DataError("the column 'age' has no value", "drop it")


def raise_bare(shared):
    raise KeyError


def exit_by_itself(shared):
    sys.exit("enough")


def exit_hard(shared):
    os._exit(7)


def kill_itself(shared, number):
    os.kill(os.getpid(), number)
    time.sleep(60)


def abort_for_memory(shared):
    os.write(
        2, b"terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n"
    )
    os._exit(134)


def crash(shared):
    ctypes.string_at(0)


def fill_memory(shared, size):
    return len(bytearray(size))


def unpicklable(shared):
    return lambda: None


def talk(shared):
    sys.stdout.write("from Python\n")
    sys.stdout.flush()
    os.write(2, b"from C\n")


def environment(shared):
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name) for name in names}, {info["num_threads"] for info in threadpool_info()}


def main_files(shared):
    return [getattr(sys.modules.get(name), "__file__", None) for name in ("__main__", "__mp_main__")]


def interrupt_itself(shared):
    os.kill(os.getpid(), signal.SIGINT)
    return True


def hold(shared, path):
    """Hold a lock on a file for as long as the process lives."""
    handle = Path(path).open("w")  # noqa: SIM115 - held to the end
    fcntl.flock(handle, fcntl.LOCK_EX)
    Path(f"{path}.ready").touch()
    time.sleep(600)


def hold_greedily(shared, path):
    """The same, in one long C loop that lets no other thread run."""
    handle = Path(path).open("w")  # noqa: SIM115 - held to the end
    fcntl.flock(handle, fcntl.LOCK_EX)
    Path(f"{path}.ready").touch()
    max(itertools.repeat(0, 10**13))


def hold_in_a_child(shared, path):
    """The same, in a process that the estimator started."""
    code = "import sys; from tests.ml.calls import hold; hold(None, sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, path], check=False)
