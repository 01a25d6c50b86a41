import subprocess
import sys

import pytest

HEAVY = {"numpy", "pandas", "scipy", "sklearn", "joblib", "matplotlib", "pyarrow", "typer", "rich"}
LATER = {"pydantic", "yaml", "tenacity", "urllib.request", "smtplib", "apprise"}


def modules(name):
    script = f"import sys, mlctl.schedule.{name}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_a_tick_asks_when_nothing_is_due_costs_next_to_nothing():
    assert not modules("instants") & (HEAVY | LATER)


@pytest.mark.parametrize("name", ["plan", "retry", "notify", "ping", "crontab", "systemd", "block"])
def test_nothing_of_it_imports_an_ml_library_or_draws(name):
    assert not modules(name) & (HEAVY | {"apprise"})
