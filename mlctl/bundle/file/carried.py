"""The interpreter that runs now, copied so that it runs anywhere: for machines that have no Python.

A Python finds its standard library from where its own file lies (``../lib/python3.X``), so a copy of both is
one that can be moved. What the copy needs beside them is asked of the running one: the shared libraries that
are mapped into memory once every module is imported, but for those of glibc, which every machine has.

Left out: other people's packages, tests, tools, and modules that talk to terminals, databases and TLS.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlctl import files
from mlctl.errors import MlctlError, RefusedError

_FOLDERS = frozenset(
    {
        "__phello__",
        "__pycache__",
        "curses",
        "dbm",
        "dist-packages",
        "distutils",
        "ensurepip",
        "idlelib",
        "lib-dynload",
        "lib2to3",
        "pydoc_data",
        "site-packages",
        "test",
        "tests",
        "tkinter",
        "turtledemo",
        "venv",
    }
)
_FILES = frozenset({"sitecustomize.py", "usercustomize.py", "turtle.py", "EXTERNALLY-MANAGED"})
_MODULES = re.compile(
    r"(_tkinter|readline|_curses\w*|_g?dbm|nis|_crypt|ossaudiodev|_?xx\w*|_test\w*|\w+_test)$"
)
_GLIBC = re.compile(
    r"(ld-linux[\w-]*|libc|libm|libdl|libpthread|librt|libutil|libresolv|libanl|libnss_\w+|libnsl)[.-]"
)
_NEEDED_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")

_ASKED = """\
import importlib, json, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
with open("/proc/self/maps") as stream:
    mapped = sorted({line.split(None, 5)[5].strip() for line in stream if line.count("/")})
print(json.dumps({"mapped": mapped, "path": [sys.prefix, *sys.path], "modules": sorted(sys.modules)}))
"""

_LAUNCHER = """\
#!/bin/sh
# Runs the bundle beside it with the Python that came along: ./run predict < rows.csv
case $0 in */*) here=${{0%/*}} ;; *) here=. ;; esac
here=$(CDPATH= cd -P -- "$here" && pwd) || exit 1
case $here in *:*) echo "error: a folder above this one has a colon in its name: $here" >&2; exit 2 ;; esac
LD_LIBRARY_PATH=$here/python/lib exec "$here/python/bin/python3" {flags} "$here/bundle" "$@"
"""

_HINT = "build without --with-python, or with a Python from python.org, pyenv, uv or a Linux distribution"

_FOR_PACKAGES = frozenset({"sqlite3", "_sqlite3", "_ssl", "_hashlib", "_uuid"})
"""What packages import and the portable runtime does not; they bring large libraries along."""

LIBRARIES = "lib"


@dataclass(frozen=True, slots=True)
class Carried:
    """An interpreter that was copied.

    Attributes
    ----------
    version : str
        ``3.11.7``.
    machine : str
        The kind of processor: ``x86_64``.
    glibc : str
        The oldest glibc that its files work with, as they name it themselves.
    libraries : tuple of str
        Shared libraries that came along.
    size : int
        Bytes.
    """

    version: str
    machine: str
    glibc: str
    libraries: tuple[str, ...]
    size: int


def launcher(*, packages: bool) -> str:
    """Return the script that starts a bundle with the interpreter beside it."""
    return _LAUNCHER.format(flags="-I -B" if packages else "-I -S -B")


def carry(place: Path, requirements: Path | None = None) -> Carried:
    """Copy the running interpreter.

    Parameters
    ----------
    place : Path
        Where: a folder that is not there yet, in one that is not in place yet.
    requirements : Path or None
        Packages to install beside it; pip fetches them.

    Raises
    ------
    RefusedError
        When this interpreter cannot be copied.
    MlctlError
        When the packages cannot be had, or a file cannot be copied.
    """
    library, place = _library(), place.absolute()
    home = place / sys.platlibdir / library.name
    files.make_staged(place / "bin")
    files.make_staged(place / LIBRARIES)
    python = place / "bin" / "python3"
    files.copy_staged(Path(_executable()).resolve(), python)
    python.chmod(0o755)
    for source in _standard(library, packages=requirements is not None):
        target = home / source.relative_to(library)
        files.make_staged(target.parent)
        files.copy_staged(source.resolve(), target)
    modules = _extensions(library, home, packages=requirements is not None)
    _add_libraries(place, _asked(place, modules)["mapped"])
    if requirements is not None:
        _install(requirements, home / "site-packages")
        _add_libraries(place, _asked(place, _tops(home / "site-packages"), "-I")["mapped"])
    _strip(path for path in place.rglob("*") if _is_binary(path) and "site-packages" not in path.parts)
    _compile(python, home)
    _check_alone(place, modules)
    found = [path for path in sorted(place.rglob("*")) if path.is_file()]
    return Carried(
        platform.python_version(),
        platform.machine(),
        _floor(found),
        tuple(path.name for path in found if path.parent == place / LIBRARIES),
        sum(path.stat().st_size for path in found),
    )


def _executable() -> str:
    """Return the interpreter that a virtual environment was made from."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _library() -> Path:
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        raise RefusedError(
            f"an interpreter is carried along on Linux with glibc only; this is {sys.platform} "
            f"{' '.join(platform.libc_ver())}".rstrip(),
            _HINT,
        )
    library = Path(os.__file__).parent
    if not (library / "os.py").is_file() or library.name != f"python3.{sys.version_info.minor}":
        raise RefusedError(f"the standard library of this Python is no folder of files: {library}", _HINT)
    return library


def _standard(library: Path, *, packages: bool) -> Iterator[Path]:
    for above, folders, names in os.walk(library):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _FOLDERS
            and not name.startswith("config-")
            and (packages or name not in _FOR_PACKAGES)
        )
        for name in sorted(names):
            if name not in _FILES and not name.endswith((".pyc", ".so", ".a")):
                yield Path(above) / name


def _extensions(library: Path, home: Path, *, packages: bool) -> list[str]:
    """Copy the modules that are shared libraries; return their names."""
    files.make_staged(home / "lib-dynload")
    done = []
    for source in sorted((library / "lib-dynload").glob("*.so")):
        name = source.name.partition(".")[0]
        if not _MODULES.match(name) and (packages or name not in _FOR_PACKAGES):
            files.copy_staged(source.resolve(), home / "lib-dynload" / source.name)
            done.append(name)
    return done


def _asked(place: Path, modules: Iterable[str], *flags: str) -> dict[str, Any]:
    """Ask the copy what is mapped into its memory once it has imported some modules."""
    command = [str(place / "bin" / "python3"), *(flags or ("-I", "-S")), "-B", "-c", _ASKED, *modules]
    environ = {"LD_LIBRARY_PATH": str(place / LIBRARIES)}
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=environ, cwd="/")
    if done.returncode:
        raise RefusedError(f"a copy of this Python does not run: {done.stderr.strip()[-300:]}", _HINT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _add_libraries(place: Path, mapped: Iterable[str]) -> None:
    """Copy the shared libraries that lie elsewhere, but for those of glibc."""
    root = place.resolve()
    for path in map(Path, mapped):
        if ".so" in path.name and not path.is_relative_to(root) and not _GLIBC.match(path.name):
            for name in _names(path):
                files.copy_staged(path.resolve(), place / LIBRARIES / name)


def _names(path: Path) -> list[str]:
    """Return the names by which others ask for a library: libz.so.1 for the file libz.so.1.2.13."""
    beside = path.parent.glob(f"{path.name.partition('.so')[0]}.so.*")
    links = [each.name for each in beside if each.is_symlink() and each.resolve() == path.resolve()]
    return sorted(links) or [path.name]


def _strip(found: Iterable[Path]) -> None:
    """Take out what only a debugger reads, where there is a program that does: most of a library's bytes."""
    strip = shutil.which("strip")
    if strip:
        subprocess.run([strip, "--strip-unneeded", *map(str, found)], capture_output=True, check=False)


def _is_binary(path: Path) -> bool:
    return path.is_file() and (".so" in path.name or path.parent.name == "bin")


def _install(requirements: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    words = ["--no-compile", "--no-deps", "--only-binary", ":all:", "--target", str(target)]
    done = subprocess.run(
        [*command, *words, "-r", str(requirements)], capture_output=True, check=False, text=True
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise MlctlError(
            f"the packages cannot be installed: {last[0]}", "build where pip reaches a package index"
        )


def _tops(site: Path) -> list[str]:
    """Return the names that packages are imported by."""
    return sorted(path.parent.name for path in site.glob("*/__init__.py"))


def _compile(python: Path, home: Path) -> None:
    """Compile every module ahead: where the bundle lies nothing may be writable."""
    words = ["-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(home)]
    environ = {"LD_LIBRARY_PATH": str(python.parent.parent / LIBRARIES)}
    # A file that is no Python of this version is left as it is: packages carry templates and tests.
    subprocess.run([str(python), *words], capture_output=True, check=False, env=environ, cwd="/")


def _check_alone(place: Path, modules: Sequence[str]) -> None:
    """Refuse a copy that still takes anything but glibc from where it was copied from."""
    found = _asked(place, modules)
    root = place.resolve()
    outside = [
        path
        for path in [*found["path"], *(each for each in found["mapped"] if ".so" in Path(each).name)]
        if not Path(path).is_relative_to(root) and not _GLIBC.match(Path(path).name)
    ]
    absent = sorted(set(modules) - set(found["modules"]))
    if outside or absent:
        why = f"needs {outside[0]}" if outside else f"cannot import {absent[0]}"
        raise RefusedError(f"a copy of this Python cannot be moved: it {why}", _HINT)


def _floor(found: Iterable[Path]) -> str:
    """Return the newest glibc that a file asks for."""
    needed = {(2, 0)}
    for path in found:
        if _is_binary(path):
            data = files.read_bytes_limited(path, 1 << 30)
            needed |= {(int(major), int(minor)) for major, minor in _NEEDED_GLIBC.findall(data)}
    major, minor = max(needed)
    return f"{major}.{minor}"
