"""``mlctl build``: an experiment's model as a bundle, proved against scikit-learn before it is handed out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from mlctl import files
from mlctl.actions import card
from mlctl.actions.asked import open_to_ask
from mlctl.actions.build_sklearn import sklearn_entries
from mlctl.actions.build_source import Source, source_of
from mlctl.actions.with_python import write_with_python
from mlctl.bundle.file import contents
from mlctl.bundle.file.assemble import packed_sha256, sealed, to_file, to_folder
from mlctl.bundle.file.carried import Carried
from mlctl.bundle.file.golden import Row
from mlctl.bundle.file.program import compiled, loaded, sources
from mlctl.bundle.file.prove import Proof, prove
from mlctl.bundle.file.signing import sign
from mlctl.bundle.main.bundle import GOLDEN, MANIFEST, MODEL, SCHEMA, SIGNATURE
from mlctl.bundle.portable import NotPortable, portable
from mlctl.domain.records import Experiment
from mlctl.errors import MlctlError, RefusedError
from mlctl.store.store import Store

REPORT = "build"
Tier = Literal["portable", "portable with numpy", "sklearn"]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for.

    Attributes
    ----------
    output : Path or None
        Default: the model version id, in the working directory.
    form : {"pyz", "dir"}
        One file, or a folder.
    sign : Path or None
        An SSH key.
    dockerfile, systemd : bool
        Put such a file into the bundle.
    wheels : bool
        Of the sklearn tier: carry the packages as wheels.
    trust : bool
        Also load a model whose types mlctl does not know.
    with_python : bool
        Of a folder: carry an interpreter along.
    """

    output: Path | None = None
    form: Literal["pyz", "dir"] = "pyz"
    sign: Path | None = None
    dockerfile: bool = False
    systemd: bool = False
    wheels: bool = False
    trust: bool = False
    with_python: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle.

    Attributes
    ----------
    path : Path
        Where it is.
    version : str
        The model version id.
    tier : {"portable", "portable with numpy", "sklearn"}
        The lowest one that passes.
    reason : str
        Why it is that one.
    size : int
        Bytes; of a folder, those of its files.
    sha256 : str
        Of the file; of a folder, of its manifest; with an interpreter, of its SHA256SUMS.
    proofs : tuple of Proof
        What it answers in fresh processes, against scikit-learn: without NumPy, then with it.
    golden : int
        How many of the rows of a proof are golden ones; the others were held out of training.
    signed : bool
        Whether it is signed.
    carried : Carried or None
        The interpreter that came along.
    """

    path: Path
    version: str
    tier: Tier
    reason: str
    size: int
    sha256: str
    proofs: tuple[Proof, ...]
    golden: int
    signed: bool
    carried: Carried | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document; the path is the file's name alone, for records name no place outside."""
        return {**asdict(self), "path": self.path.name}


def build(store: Store, experiment: Experiment, order: Order, *, now: datetime) -> Built:
    """Build a bundle, prove it, and record it in the experiment's reports.

    Raises
    ------
    NotFoundError, DamagedError
        When the experiment has no model or a file is not as it was.
    RefusedError
        When the model needs trust, or its bundle cannot be one file.
    MlctlError
        When the bundle cannot be written.
    """
    with open_to_ask(store, experiment, trust=order.trust) as record, store.scratch_for_reading() as scratch:
        source = source_of(record, experiment, trust=order.trust)
        base = _common(store, source)
        try:
            built, entries = _portable(source, base, order, scratch)
        except NotPortable as refused:
            if order.form != "dir":
                raise RefusedError(
                    f"{experiment.model_version_id} cannot be a bundle of one file: {refused.message}",
                    "take a folder with scikit-learn's own model: --format dir",
                ) from None
            built, entries = _sklearn(source, base, order, refused.message, scratch)
        if order.with_python:
            built = _with_python(built, entries, source, order, scratch)
        else:
            built = _write(built, entries, order)
    told = {"schema_version": 1, "build_datetime": store.stamp(now), **built.to_dict()}
    store.add_report(experiment, REPORT, "build.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return built


def _common(store: Store, source: Source) -> dict[str, bytes]:
    """Return the entries that every tier has."""
    entries = {
        **sources(),
        SCHEMA: contents.to_json(source.schema),
        GOLDEN: contents.to_json(source.golden),
    }
    written = source.experiment.artifact_file_paths.get(card.NAME)
    if written:
        path = store.experiment_directory(source.experiment) / written
        entries[contents.CARD] = files.read_bytes_limited(path, 1 << 24)
    return entries


def _requested(source: Source, order: Order, tier: Tier) -> dict[str, bytes]:
    name, portable_tier = _target(source.experiment, order).name, tier != "sklearn"
    entries = {contents.NOTICE: contents.notice(portable=portable_tier).encode()}
    if order.dockerfile:
        text = contents.dockerfile(name, portable=portable_tier, carried=order.with_python)
        entries[contents.DOCKERFILE] = text.encode()
    if order.systemd:
        text = contents.unit(name, source.experiment, portable=portable_tier, carried=order.with_python)
        entries[contents.UNIT] = text.encode()
    return entries


def _portable(
    source: Source, base: Mapping[str, bytes], order: Order, scratch: Path
) -> tuple[Built, dict[str, bytes]]:
    columns, dates = source.columns, source.record.parameters.data.dates
    data = portable(source.fitted, columns=columns, dates=dates).to_bytes()
    entries = {**base, **_requested(source, order, "portable"), MODEL: data}
    draft = scratch / "draft.pyz"
    files.write_atomic(draft, to_file({**entries, MANIFEST: _manifest(source, "portable", "", entries, {})}))
    modules = loaded(draft, json.dumps(_answered(source)))
    entries |= compiled(base, modules, folder=order.form == "dir")
    tier, reason, proofs = _proved(source, draft, scratch)
    packed = {"packed_sha256": packed_sha256(entries)} if order.form == "pyz" else {}
    manifest = _manifest(source, "portable", "", entries, packed)
    entries = _signed({**entries, MANIFEST: manifest}, order)
    return _built(source, order, tier, reason, proofs), entries


def _answered(source: Source) -> Row:
    """Return a row that the model answers."""
    told = source.golden
    for cells, answer in zip(told["rows"], told["answers"], strict=True):
        if answer is not None:
            return dict(zip(told["columns"], cells, strict=True))
    raise NotPortable("scikit-learn itself answers none of its held-out rows")


def _proved(source: Source, draft: Path, scratch: Path) -> tuple[Tier, str, tuple[Proof, ...]]:
    told = _told(source)
    plain, quick = prove(draft, told, scratch, "Python alone"), prove(draft, told, scratch, "NumPy")
    for proof in (plain, quick):
        if not proof.ok:
            raise NotPortable(
                f"{proof.differing:,} of the portable model's answers are not scikit-learn's: {proof.first}"
            )
    limit = source.record.parameters.limits.latency_ms
    if plain.row_us > limit * 1000 >= quick.row_us:
        reason = f"one row takes {plain.row_us / 1000:.3g} ms without NumPy, and the limit is {limit:g} ms"
        return "portable with numpy", reason, (plain, quick)
    return "portable", "every part of it is written as plain data; Python alone runs it", (plain, quick)


def _told(source: Source) -> dict[str, Any]:
    """Return the rows of a proof: those held out, then the golden ones."""
    both = {key: [*source.held[key], *source.golden[key]] for key in ("rows", "answers")}
    return {**source.held, **both}


def _sklearn(
    source: Source, base: Mapping[str, bytes], order: Order, reason: str, scratch: Path
) -> tuple[Built, dict[str, bytes]]:
    added, needs = sklearn_entries(source.record, source.fitted, scratch, wheels=order.wheels)
    entries = {**base, **_requested(source, order, "sklearn"), **added}
    manifest = _manifest(source, "sklearn", reason, entries, {"needs": needs})
    entries = {**entries, MANIFEST: manifest}
    draft = scratch / "draft"
    to_folder(entries, draft)
    proof = prove(draft, _told(source), scratch, "scikit-learn")
    if not proof.ok:
        raise MlctlError(
            f"{proof.differing:,} answers of the bundle are not those of the stored model: {proof.first}",
            "a model that answers differently each time cannot be handed on",
        )
    return _built(source, order, "sklearn", reason, (proof,)), _signed(entries, order)


def _manifest(
    source: Source,
    tier: str,
    reason: str,
    entries: Mapping[str, bytes],
    extra: Mapping[str, Any],
) -> bytes:
    return sealed(contents.manifest(source.experiment, source.dataset, tier, reason, entries, extra))


def _signed(entries: dict[str, bytes], order: Order) -> dict[str, bytes]:
    return {**entries, SIGNATURE: sign(entries[MANIFEST], order.sign)} if order.sign else entries


def _built(source: Source, order: Order, tier: Tier, reason: str, proofs: Sequence[Proof]) -> Built:
    version, target = source.experiment.model_version_id, _target(source.experiment, order)
    count = len(source.golden["rows"])
    return Built(target, version, tier, reason, 0, "", tuple(proofs), count, order.sign is not None)


def _target(experiment: Experiment, order: Order) -> Path:
    suffix = ".pyz" if order.form == "pyz" else ""
    return order.output or Path(experiment.model_version_id + suffix)


def _write(built: Built, entries: Mapping[str, bytes], order: Order) -> Built:
    if order.form == "pyz":
        data = to_file(entries)
        files.write_atomic(built.path, data)
        return replace(built, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    to_folder(entries, built.path)
    size = sum(map(len, entries.values()))
    return replace(built, size=size, sha256=hashlib.sha256(entries[MANIFEST]).hexdigest())


def _with_python(
    built: Built, entries: Mapping[str, bytes], source: Source, order: Order, scratch: Path
) -> Built:
    asked = (contents.DOCKERFILE, contents.UNIT)
    beside = {name: entries[name] for name in asked if name in entries}
    written = write_with_python(built.path, entries, beside, _told(source), key=order.sign, scratch=scratch)
    return replace(
        built,
        size=written.size,
        sha256=written.sha256,
        proofs=(*built.proofs, written.proof),
        carried=written.carried,
    )
