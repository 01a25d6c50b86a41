"""What the pool's tests send to workers: importable by name, as everything sent must be."""

import ctypes
import fcntl
import itertools
import os
import signal
import sys
import time
import warnings
from pathlib import Path

from mlctl.errors import DataError


def shared_value():
    return {"base": 100, "pid": os.getpid()}


def broken_load():
    raise ValueError("the table cannot be read")


def add(shared, number):
    return shared["base"] + number


def pid(shared):
    return shared["pid"], os.getpid()


def nap(shared, seconds):
    time.sleep(seconds)
    return seconds


def raise_value_error(shared):
    raise ValueError("\n  first line\nsecond line")


def raise_data_error(shared):
    raise DataError("the column 'age' has no value", "drop it")


def exit_by_itself(shared):
    sys.exit("enough")


def exit_hard(shared):
    os._exit(7)


def kill_itself(shared, number):
    os.kill(os.getpid(), number)
    time.sleep(60)


def abort_for_memory(shared):
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def crash(shared):
    ctypes.string_at(0)


def fill_memory(shared, size):
    return len(bytearray(size))


def unpicklable(shared):
    return lambda: None


def talk(shared, number):
    sys.stdout.write("a fold is done\n")
    os.write(2, b"from C\n")
    sys.stdout.flush()
    return Path(f"/proc/self/fd/{number}").resolve().name


def environment(shared):
    from threadpoolctl import threadpool_info

    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED")
    threads = {info["num_threads"] for info in threadpool_info()}
    return {name: os.environ.get(name) for name in names}, threads


def main_file(shared):
    return getattr(sys.modules.get("__mp_main__"), "__file__", None), getattr(
        sys.modules["__main__"], "__file__", None
    )


def interrupt_is_ignored(shared):
    os.kill(os.getpid(), signal.SIGINT)
    return True


def hold(shared, path, *, interpreter_lock=False):
    """Hold a lock on a file for as long as the process lives, busy all the while."""
    handle = Path(path).open("w")  # noqa: SIM115 - held until the process dies
    fcntl.flock(handle, fcntl.LOCK_EX)
    Path(f"{path}.ready").touch()
    if interpreter_lock:
        max(itertools.repeat(0, 10**13))  # one C loop that never lets another thread run
    time.sleep(600)


def hold_greedily(shared, path):
    hold(shared, path, interpreter_lock=True)


def hold_and_spawn(shared, path):
    import subprocess

    subprocess.Popen(["flock", path, "sleep", "600"])
    Path(f"{path}.ready").touch()
    time.sleep(600)


def warn(shared):
    warnings.warn("worth knowing", UserWarning, stacklevel=1)
