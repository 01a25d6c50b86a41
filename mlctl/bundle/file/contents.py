"""What goes into a bundle beside its program: the manifest, the schema, notices, a Dockerfile and a unit."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mlctl import __version__
from mlctl.bundle.main.bundle import FORMAT
from mlctl.domain.columns import Column
from mlctl.domain.records import Dataset, Experiment
from mlctl.errors import UsageError

CARD, NOTICE, DOCKERFILE, UNIT = "MODEL_CARD.md", "LICENSES/NOTICE.txt", "Dockerfile", "model.service"

_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
_NO_TAG = re.compile(r"[^a-z0-9]+")

_NEEDS = {"python": ">=3.8", "packages": "none", "numpy": "used where it is there and quicker"}

_NOTICE = """\
The program in mlctl_bundle/ is part of mlctl {version}:

{licence}
The model in model/ is plain data: the numbers that scikit-learn learnt. No code of scikit-learn, NumPy or any
other library is in this bundle, and none is needed to run it.
"""

_CARRIED = """\
The program in mlctl_bundle/ and lib/ is part of mlctl {version}:

{licence}
The model in model/ is a file of scikit-learn; loading it runs code. What requirements.txt names is under
licences of its own, which come with each package.
"""

_LICENCE = """\
MIT License

Copyright (c) 2026 the mlctl maintainers

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

_DOCKERFILE = """\
# docker build -t {tag} . && docker run --rm --read-only -p 8080:8080 {tag}
FROM python:3-slim
{copy}USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["python3", "-I", "/{name}"]
CMD ["serve", "--host", "0.0.0.0"{trust}]
"""

_CARRIED_DOCKERFILE = """\
# docker build -t {tag} {name} && docker run --rm --read-only -p 8080:8080 {tag}
FROM debian:stable-slim
COPY . /opt/{name}
USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["/opt/{name}/run"]
CMD ["serve", "--host", "0.0.0.0"{trust}]
"""

_UNIT = """\
# Copy the bundle to /opt/mlctl/{name}, this file to /etc/systemd/system/, then: systemctl enable --now {unit}
[Unit]
Description={title}
After=network.target

[Service]
ExecStart={start} serve --host 127.0.0.1 --port 8080{trust}
Restart=on-failure
DynamicUser=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET AF_INET6
{strict}
[Install]
WantedBy=multi-user.target
"""


def schema(
    columns: Sequence[Column],
    experiment: Experiment,
    target: str,
    classes: Sequence[Any],
    dates: Mapping[str, str],
    seen: Mapping[str, Mapping[str, Any]],
    missing: Sequence[str],
    csv_missing: Sequence[str],
) -> dict[str, Any]:
    """Return what ``schema.json`` holds.

    Parameters
    ----------
    seen : mapping
        Column to what training saw of it: ``range``, ``quantiles``, ``categories``.
    missing, csv_missing : sequence of str
        Texts that stand for a missing value: anywhere, and in the cells of a CSV.
    """
    described = [
        {
            "name": column.name,
            "kind": column.kind,
            **({"form": dates[column.name]} if column.name in dates else {}),
            **({"seen": dict(seen[column.name])} if column.name in seen else {}),
        }
        for column in columns
    ]
    return {
        "task": experiment.task,
        "target": target,
        "classes": list(classes),
        "missing": sorted(set(missing)),
        "csv_missing": sorted({*missing, *csv_missing}),
        "columns": described,
    }


def manifest(
    experiment: Experiment,
    dataset: Dataset,
    tier: str,
    reason: str,
    entries: Mapping[str, bytes],
    extra: Mapping[str, Any],
) -> bytes:
    """Return ``manifest.json``; nothing in it depends on when or where the bundle is built.

    Parameters
    ----------
    entries : mapping
        Name to bytes of everything else.
    extra : mapping
        Further facts; ``needs`` replaces what a portable bundle needs.
    """
    scores = experiment.evaluations.get("test", {})
    told = {
        "format": FORMAT,
        "project": experiment.project_name,
        "model": experiment.model_name,
        "version": experiment.model_version_id,
        "tier": tier,
        "reason": reason,
        "rung": experiment.rung,
        "metric": experiment.metric,
        "scores": {name: value for name, value in scores.items() if isinstance(value, int | float)},
        "created_datetime": experiment.created_datetime,
        "git": {key: experiment.git.get(key) for key in ("commit", "dirty")},
        "data": {"dataset": dataset.dataset, "fingerprint": dataset.fingerprint, "rows": dataset.rows},
        "made_by": {"mlctl": __version__, **{key: experiment.environment.get(key) for key in ("python",)}},
        "needs": _NEEDS,
        **extra,
        "entries": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(entries.items())
        },
    }
    return to_json(told, indent=1)


def to_json(tree: Any, *, indent: int | None = None) -> bytes:
    """Return a tree as JSON: keys in their order, one way to write it."""
    separators = (",", ": ") if indent else (",", ":")
    return (json.dumps(tree, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()


def notice(*, portable: bool) -> str:
    """Return the licence notices of what a bundle carries."""
    return (_NOTICE if portable else _CARRIED).format(version=__version__, licence=_LICENCE)


def dockerfile(name: str, *, portable: bool, carried: bool = False) -> str:
    """Return a Dockerfile that serves the bundle of that name beside it, or around it where it is carried."""
    _check_name(name)
    copy = f"COPY {name} /{name}\n"
    if not portable:
        copy += f"RUN pip install --no-cache-dir -r /{name}/requirements.txt\n"
    trust = "" if portable else ', "--trust"'
    text = _CARRIED_DOCKERFILE if carried else _DOCKERFILE
    return text.format(tag=_tag(name), name=name, copy=copy, trust=trust)


def unit(name: str, experiment: Experiment, *, portable: bool, carried: bool = False) -> str:
    """Return a systemd unit that serves the bundle of that name."""
    _check_name(name)
    title = f"{experiment.project_name}/{experiment.model_name} {experiment.model_version_id}"
    return _UNIT.format(
        name=name,
        unit=UNIT,
        title=title.replace("%", "%%"),
        start=f"/opt/mlctl/{name}/run" if carried else f"/usr/bin/env python3 -I /opt/mlctl/{name}",
        trust="" if portable else " --trust",
        # scikit-learn's libraries make code while they run.
        strict="MemoryDenyWriteExecute=yes\n" if portable else "",
    )


def _tag(name: str) -> str:
    """Return a name that Docker takes for an image."""
    return _NO_TAG.sub("-", name.partition(".")[0].lower()).strip("-_.") or "model"


def _check_name(name: str) -> None:
    # In a Dockerfile and in a unit a space ends a word, and $ and % begin something else.
    if not _PLAIN.fullmatch(name):
        raise UsageError(
            f"a Dockerfile or a unit cannot name the bundle {name!r}",
            "choose --output with letters, digits, '.', '_' and '-' only",
        )
