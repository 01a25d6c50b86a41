"""Write the generated pages of docs/, or with --check say which are stale."""

import inspect
import json
import os
import re
import sys
from pathlib import Path

os.environ["TERMINAL_WIDTH"] = "100"
os.environ.pop("GITHUB_ACTIONS", None)  # Typer would colour the help

import typer.main

from mlctl.cli import commands
from mlctl.data import findings
from mlctl.domain.kinds import KINDS
from mlctl.domain.metrics import METRICS
from mlctl.params.schema import json_schema
from mlctl.store import layout

HERE = Path(__file__).parent
HEAD = "<!-- Written by docs/generate.py; `make docs` writes it anew. -->\n\n"


def cli() -> str:
    """Return the reference of the command line: the help of every command."""
    group = typer.main.get_command(commands.whole())
    return HEAD + "# The command line\n\n" + "\n".join(_help(group, "mlctl"))


def _help(command: object, path: str) -> list[str]:
    context = command.context_class(command, info_name=path)  # type: ignore[attr-defined]  # Click's, untyped
    text = command.get_help(context).rstrip()  # type: ignore[attr-defined]
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    parts = [f"## {path}\n\n```text\n{text}\n```\n"]
    for name, child in getattr(command, "commands", {}).items():
        parts += _help(child, f"{path} {name}")
    return parts


def schema() -> str:
    """Return the JSON Schema of the parameters file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def store() -> str:
    """Return the format's specification."""
    return HEAD + inspect.cleandoc(layout.__doc__ or "") + "\n"


def rungs() -> str:
    """Return the rungs and metrics by name."""
    lines = ["# Rungs and metrics", "", "## Rungs, the simplest first", ""]
    lines += ["| name | scikit-learn class | also known as |", "| --- | --- | --- |"]
    for kind in KINDS.values():
        paths = (
            ", ".join(dict.fromkeys(p.rpartition(".")[2] for p in kind.classes.values())) or "your function"
        )
        lines.append(f"| `{kind.name}` | {paths} | {', '.join(kind.spellings)} |")
    lines += ["", "## Metrics", "", "| name | task | better | also known as |", "| --- | --- | --- | --- |"]
    for metric in METRICS.values():
        better = "more" if metric.greater_is_better else "less"
        lines.append(f"| `{metric.name}` | {metric.task} | {better} | {', '.join(metric.spellings)} |")
    lines += ["", "## Findings", "", "```text", inspect.cleandoc(findings.__doc__ or ""), "```"]
    return HEAD + "\n".join(lines) + "\n"


PAGES = {"cli.md": cli, "params.schema.json": schema, "store.md": store, "rungs.md": rungs}


def main() -> int:
    """Write the pages; with ``--check`` only compare, and return 1 where one is stale."""
    stale = [name for name, make in PAGES.items() if _read(HERE / name) != make()]
    if "--check" not in sys.argv:
        for name in stale:
            (HERE / name).write_text(PAGES[name](), encoding="utf-8")
        return 0
    for name in stale:
        sys.stderr.write(f"docs/{name} is stale: make docs\n")
    return bool(stale)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
