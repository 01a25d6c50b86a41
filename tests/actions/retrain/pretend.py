"""The process of a step that only pretends; see ``stage.py``. It imports nothing that takes time."""

import json
import os
import signal
import sys
import threading
from pathlib import Path

folder, directory, name = sys.argv[1:4]


def watch():
    while os.read(0, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=watch, daemon=True).start()
done = Path(folder, "done.txt")
with done.open("a") as stream:
    stream.write(f"{name}\n")
turn = done.read_text().split().count(name)
behaviours = json.loads(Path(folder, "plan.json").read_text())[name]
behaviour = behaviours[min(turn, len(behaviours)) - 1]
print(f"this is {name}, for the {turn}. time")
if behaviour == "hang":
    threading.Event().wait()
if behaviour == "die":
    os.kill(os.getpid(), signal.SIGKILL)
if behaviour == "exit":
    sys.exit(3)
if name == "notify":
    with Path(folder, "told.jsonl").open("a") as told:
        told.write(Path(directory, "messages.json").read_text().strip() + "\n")
half = Path(directory, f".tmp-{name}")
half.write_text(json.dumps(behaviour))
half.rename(Path(directory, f"{name}.json"))
