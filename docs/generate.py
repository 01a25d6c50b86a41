"""Write the generated pages of docs/, or with --check say which are stale."""

import inspect
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ["TERMINAL_WIDTH"] = "100"
os.environ.pop("GITHUB_ACTIONS", None)  # Typer would colour the help

import typer.main

from mlctl.cli import commands
from mlctl.domain import checks as table
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
    return HEAD + "\n".join(lines) + "\n"


def checks() -> str:
    """Return every check: when it speaks, why it matters, what to do about it."""
    lines = [
        "# Checks",
        "",
        "What `mlctl show`, `mlctl promote` and the model card say of an experiment. A code keeps its",
        "meaning. To mute one, name it in the parameters file: `checks: {mute: [MLC009]}`; what was muted is",
        "counted.",
    ]
    for title, of_data in (("Of the data", True), ("Of the method", False)):
        lines += ["", f"## {title}", "", "| code | check | speaks when | why it matters | remedy |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for kind in table.CHECKS.values():
            if (kind.code <= "MLC020") == of_data:
                cells = (kind.code, kind.name, kind.speaks, kind.reason, kind.remedy)
                lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return HEAD + "\n".join(lines) + "\n"


def parameters() -> str:
    """Return the keys of the parameters file, section by section, and the samples."""
    whole = json_schema()
    tops = {name: key for name, key in whole["properties"].items() if _section(whole, key) is None}
    lines = [
        "# The parameters file",
        "",
        (HERE / "parameters_head.md").read_text(encoding="utf-8").strip(),
        "",
    ]
    lines += ["## At the top", "", *_keys(whole, tops)]
    for name, key in whole["properties"].items():
        section = _section(whole, key)
        if section is not None:
            lines += ["", f"## `{name}:`", "", key.get("description", section.get("description", "")), ""]
            lines += _keys(whole, section["properties"])
    lines += ["", "## A sample for each case", ""]
    for path in sorted((HERE.parent / "sample_configs").glob("*.yaml")):
        first = next(
            line for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.startswith("# ")
        )
        lines.append(f"- [{path.name}](../sample_configs/{path.name}): {first[2:]}")
    return HEAD + "\n".join(lines) + "\n"


Schema = dict[str, Any]
MOST_WORDS = 12  # of more, such as the metrics, another page has a table


def _section(whole: Schema, key: Schema) -> Schema | None:
    """Return the section that a key holds, or None where it holds a value."""
    for form in (key, *key.get("anyOf", ())):
        found = whole["$defs"].get(form.get("$ref", "").rpartition("/")[2], {})
        if found.get("type") == "object" and "properties" in found:
            return dict(found)
    return None


def _keys(whole: Schema, keys: Schema) -> list[str]:
    lines = ["| key | default | |", "| --- | --- | --- |"]
    for name, key in keys.items():
        default = f"`{json.dumps(key['default'], ensure_ascii=False)}`" if "default" in key else "needed"
        words = ", ".join(f"`{word}`" for word in _words(whole, key))
        text = " ".join(
            part for part in (key.get("description", ""), f"One of {words}." if words else "") if part
        )
        lines.append(f"| `{name}` | {default} | {text.replace('|', '&#124;')} |")
    return lines


def _words(whole: Schema, key: Schema) -> list[str]:
    """Return the words that a key may be, where it may only be one of some."""
    forms = [key, *key.get("anyOf", ())]
    forms += [whole["$defs"].get(form.get("$ref", "").rpartition("/")[2], {}) for form in forms]
    found = [word for form in forms for word in form.get("enum", ())]
    return [str(word) for word in found if word is not None] if 1 < len(found) <= MOST_WORDS else []


PAGES = {
    "parameters.md": parameters,
    "cli.md": cli,
    "params.schema.json": schema,
    "store.md": store,
    "rungs.md": rungs,
    "checks.md": checks,
}


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
