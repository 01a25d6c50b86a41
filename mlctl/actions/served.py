"""The light process that serves an offer: ``python -m mlctl.actions.served DIRECTORY --store STORE …``.

It imports no ML library where the model is portable: a new champion is laid out by a process of its own.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlctl import __version__
from mlctl.actions import offer as offers
from mlctl.actions.locate import Place
from mlctl.actions.locate import experiment as find
from mlctl.bundle.runtime import load
from mlctl.bundle.server import Service, add_options, serve, settings_of
from mlctl.bundle.server.sockets import ListenError
from mlctl.domain.records import Model
from mlctl.errors import MlctlError
from mlctl.store.store import Store


def service_of(directory: Path, store: Store, *, trust: bool = False) -> Service:
    """Return the service of an offer.

    Raises
    ------
    MlctlError
        When it cannot be read.
    """
    offer = offers.read(directory)
    rows = offers.rows(directory)
    model = _model(directory, offer, store, trust)
    sample = rows[0] if rows else None
    return Service(model, offer.model, offer.version, offer.about, sample, offer.csv_missing)


def _model(directory: Path, offer: offers.Offer, store: Store, trust: bool) -> Any:
    if offer.tier == "portable":
        return load(offers.model(directory), missing=offer.missing)
    # scikit-learn, which a portable model does without
    from mlctl.actions.fitted_service import fitted  # noqa: PLC0415

    experiment = find(store, offer.version, offer.project, offer.model)
    return fitted(store, experiment, offer.missing, trust=trust)


def follow(store: Store, offer: offers.Offer, *, trust: bool) -> Callable[[], Service]:
    """Return what lays out and loads the champion of the moment."""

    def reload() -> Service:
        with tempfile.TemporaryDirectory(prefix="mlctl-serve-") as directory:
            command = [
                sys.executable,
                "-m",
                "mlctl.actions.make_offer",
                str(store.root),
                offer.project,
                offer.model,
            ]
            done = subprocess.run(
                [*command, directory, str(int(trust))],
                capture_output=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            if done.returncode:
                last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
                raise MlctlError(f"the champion could not be laid out: {last[0]}")
            return service_of(Path(directory), store, trust=trust)

    return reload


class Champion:
    """Tells the champion's version id; reads it anew only where its files have changed."""

    def __init__(self, store: Store, model: Model) -> None:
        self._store, self._model = store, model
        self._stamp: tuple[object, ...] = ()
        self._name: str | None = None

    def __call__(self) -> str | None:
        """Return the version id, or None."""
        stamp = self._store.champion_stamp(self._model)
        if stamp != self._stamp:
            self._stamp, self._name = stamp, self._store.champion(self._model)
        return self._name


def _counts(store: Store, offer: offers.Offer) -> Callable[[str, int], None]:
    journal = store.retraining.journal(offer.project, offer.model)

    def served(version: str, count: int) -> None:
        journal.add_served(version, count, datetime.now(UTC))

    return served


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop, or measure (``--probe``), or predict one row (``--once``)."""
    parser = argparse.ArgumentParser(prog="mlctl serve")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--trust", action="store_true")
    parser.add_argument("--remove", action="store_true", help="remove the directory once it is read")
    parser.add_argument("--probe", type=float, metavar="SECONDS")
    parser.add_argument("--once", action="store_true")
    add_options(parser)
    asked = parser.parse_args(argv)
    try:
        return _run(asked)
    except MlctlError as error:
        sys.stderr.write(
            f"error: {error.message}\n  fix: {error.hint or 'start it again with mlctl serve'}\n"
        )
        return error.exit_code


def _run(asked: argparse.Namespace) -> int:
    store = Place(asked.store, asked.store, os.environ, "mlctl serve").open()
    service = service_of(asked.directory, store, trust=asked.trust)
    if asked.once:
        return _once(service)
    if asked.probe is not None:
        return _probe(service, asked.directory, asked.probe)
    return _serve(service, store, asked)


def _serve(service: Service, store: Store, asked: argparse.Namespace) -> int:
    offer = offers.read(asked.directory)
    if asked.remove:
        shutil.rmtree(asked.directory, ignore_errors=True)
    try:
        return serve(
            service,
            settings_of(asked),
            served=_counts(store, offer),
            software=f"mlctl {__version__}",
            reload=follow(store, offer, trust=asked.trust) if asked.follow else None,
            watch=Champion(store, store.model(offer.project, offer.model)) if asked.follow else None,
        )
    except ListenError as error:
        raise MlctlError(str(error), "name another one with --port, or 0 for a free one") from None


def _once(service: Service) -> int:
    answer = service.predict_row(json.loads(sys.stdin.readline()))
    sys.stdout.write(json.dumps({"value": answer.value, "probabilities": answer.probabilities}) + "\n")
    return 0


def _probe(service: Service, directory: Path, seconds: float) -> int:
    from mlctl.bundle.bench.rows import measure  # noqa: PLC0415 - not while serving

    found = measure(service.model, offers.rows(directory), seconds)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
