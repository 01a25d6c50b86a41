"""The step ``notify``: messages to those whom the parameters file names."""

from datetime import datetime
from os import environ
from typing import Any

from mlctl.actions.retrain.child import Bench
from mlctl.params.retrain import Retrain
from mlctl.schedule.notify import Message, notify, ways
from mlctl.store.journal import read_result

MESSAGES = "messages"
"""What is to be told, left in the run's directory."""


def step(bench: Bench) -> dict[str, Any]:
    """Send the messages; say what could not be sent, and whether each went one way at least."""
    settings = (bench.loaded.parameters.retrain or Retrain()).notify
    failures: list[str] = []
    sent = True
    for told in (read_result(bench.directory, MESSAGES) or {}).get("messages", ()):
        message = Message(**{**told, "time": datetime.fromisoformat(told["time"])})
        failed = notify(settings, message, environ=environ, folder=bench.base)
        sent = sent and len(failed) < ways(settings)
        failures.extend(failed)
    return {"failures": failures, "sent": sent}
