"""``serve``: the self-test, then the server."""

from __future__ import annotations

import argparse
import subprocess
import sys

from ..server import Service, add_options, serve, settings_of  # noqa: TID252 - side by side in every bundle
from ..server.sockets import ListenError  # noqa: TID252
from .bundle import GOLDEN, SCHEMA
from .command import load_model
from .selftest import agreement
from .trouble import BundleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .bundle import Bundle

_FACTS = ("rung", "created_datetime")


def service_of(bundle: Bundle, model: Any) -> Service:
    """Return what is served: the model with what is known of its columns."""
    manifest, schema = bundle.manifest, bundle.json(SCHEMA)
    columns = {one["name"]: dict(one["seen"]) for one in schema["columns"] if one.get("seen")}
    about = {"columns": columns, "target": schema["target"], **{name: manifest.get(name) for name in _FACTS}}
    sample, marks = _sample(bundle), schema["csv_missing"]
    return Service(model, manifest["model"], manifest["version"], about, sample, marks)


def _sample(bundle: Bundle) -> Any:
    """Return a row that the model answers, to warm up with."""
    told = bundle.json(GOLDEN)
    answered = (cells for cells, answer in zip(told["rows"], told["answers"]) if answer is not None)
    return next((dict(zip(told["columns"], cells)) for cells in answered), None)


def serve_bundle(bundle: Bundle, words: list[str]) -> int:
    """Serve until told to stop.

    Raises
    ------
    BundleError
        When the self-test fails, or the address cannot be listened at.
    """
    parser = argparse.ArgumentParser(prog="serve")
    parser.add_argument("--trust", action="store_true", help="load a model of scikit-learn, which runs code")
    add_options(parser)
    asked = parser.parse_args(words)
    model = load_model(bundle, trust=asked.trust)
    _check(bundle, model)
    try:
        return serve(service_of(bundle, model), settings_of(asked))
    except ListenError as error:
        raise BundleError(str(error), "name another one with --port, or 0 for a free one") from None


def _check(bundle: Bundle, model: Any) -> None:
    """Run the self-test; scikit-learn's in a process of its own, whose threads no worker would inherit."""
    if bundle.manifest["tier"] == "sklearn":
        alone = ["-I"] if sys.flags.isolated else []
        done = subprocess.run(
            [sys.executable, *alone, bundle.path, "selftest", "--trust"], check=False, stdout=2
        )
        if done.returncode:
            raise BundleError("it is not served, for the self-test failed")
        return
    found = agreement(model, bundle.json(GOLDEN))
    if not found.ok:
        raise BundleError(f"it is not served, for the self-test failed: {found.first}", "build it again")
    sys.stderr.write(f"self-test: {found.rows:,} rows are answered as when it was built\n")
