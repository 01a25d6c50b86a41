"""What a bundle says of itself, for a person."""

from __future__ import annotations

from .bundle import SCHEMA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .bundle import Bundle


def info(bundle: Bundle) -> str:
    """Return some lines about a bundle."""
    manifest, schema = bundle.manifest, bundle.json(SCHEMA)
    columns = ", ".join("{} ({})".format(one["name"], one["kind"]) for one in schema["columns"])
    classes = ", ".join(map(str, schema["classes"]))
    data, git = manifest.get("data", {}), manifest.get("git", {})
    lines = [
        ("model", "{}/{}".format(manifest["project"], manifest["model"])),
        ("version", manifest["version"]),
        ("kind", "{} of {!r}, a {}".format(manifest.get("rung"), schema["target"], schema["task"])),
        ("classes", classes),
        ("columns", columns),
        ("scores", _scores(manifest.get("scores", {}))),
        ("trained", manifest.get("created_datetime")),
        ("code", git.get("commit") and git["commit"] + (", with changes" if git.get("dirty") else "")),
        ("data", data.get("fingerprint") and "{}, {}".format(data.get("dataset"), data["fingerprint"])),
        ("tier", _tier(manifest)),
        ("needs", ", ".join("{} {}".format(*each) for each in manifest.get("needs", {}).items())),
        ("size", f"{bundle.size:,} bytes in {len(bundle.names)} entries"),
        ("signed", "yes" if bundle.is_signed else "no"),
    ]
    return "".join(f"{name:9}{value}\n" for name, value in lines if value)


def _tier(manifest: Mapping[str, Any]) -> str:
    reason = manifest.get("reason")
    return "{}: {}".format(manifest["tier"], reason) if reason else str(manifest["tier"])


def _scores(scores: Mapping[str, Any]) -> str:
    numbers = [(name, value) for name, value in scores.items() if isinstance(value, (int, float))]
    return ", ".join(f"{name} {value:.4g}" for name, value in numbers)
