"""The step ``notify``: messages to those whom the parameters file names."""

from datetime import datetime
from os import environ
from typing import Any

from mlctl.actions.retrain.child import Bench
from mlctl.params.retrain import Retrain
from mlctl.schedule.notify import Message, notify
from mlctl.store.journal import read_result

MESSAGES = "messages"
"""What is to be told, left in the run's directory."""


def step(bench: Bench) -> dict[str, Any]:
    """Send the messages; what could not be sent is said, not raised."""
    settings = (bench.loaded.parameters.retrain or Retrain()).notify
    failures: list[str] = []
    for told in (read_result(bench.directory, MESSAGES) or {}).get("messages", ()):
        message = Message(**{**told, "time": datetime.fromisoformat(told["time"])})
        failures.extend(notify(settings, message, environ=environ))
    return {"failures": failures}
