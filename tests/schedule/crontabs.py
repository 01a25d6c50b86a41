"""A crontab command for tests: a script that keeps one file."""

from pathlib import Path

SCRIPT = """\
#!/bin/sh
table="{table}"
case "$1" in
-l) if [ -e "$table" ]; then cat "$table"; else echo "no crontab for ana" >&2; exit 1; fi ;;
-) cat > "$table.new" && mv "$table.new" "$table" ;;
*) exit 2 ;;
esac
"""


def fake_crontab(folder: Path, script: str = SCRIPT) -> tuple[dict[str, str], Path]:
    """Return an environment in which crontab is a script, and the file that it keeps."""
    binaries = folder / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    command, table = binaries / "crontab", folder / "table"
    command.write_text(script.format(table=table))
    command.chmod(0o755)
    return {"PATH": f"{binaries}:/usr/bin:/bin"}, table
