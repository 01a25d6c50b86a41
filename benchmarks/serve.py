"""The online server, beside the same server doing nothing and beside MLflow's model server.

One model (logistic regression on breast cancer, 30 columns), one row a request, one worker. Each round asks
every server in turn, so that a machine that slows down slows them all; a claim is the median of the rounds'
ratios. Where there are two cores, servers have the one and the load generator the other, as if it were on
another machine; on one core they would take turns without a wake-up between them.

Goals: at 1 connection at least 0.75 of the requests a second of the same server doing nothing, at 16 at
least 0.30; at most 40 MB of memory; at least 40 times the requests a second of MLflow's model server at 1
connection, 100 times at 16. MLflow is installed into an environment of its own (``--mlflow DIR`` keeps it for
the next time); where it cannot be, that part is skipped, and the reason said.

::

    python -m benchmarks.serve [--rounds 7] [--seconds 1] [--mlflow DIR | --no-mlflow] [--json]
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mlctl.bundle.bench.load import Found, Order
from mlctl.bundle.bench.processes import Server, generate, resident, running
from mlctl.bundle.bench.stages import NOTHING
from mlctl.bundle.bench.target import request

_ROOT = Path(__file__).parent.parent
CONNECTIONS = (1, 16)
OF_NOTHING = {1: 0.75, 16: 0.30}
OF_MLFLOW = {1: 40.0, 16: 100.0}
MEMORY_MB = 40.0
WARM_UP = 0.15
MLFLOW_START_S = 120.0
MLFLOW_FACTOR = 3.0
"""MLflow's server is asked so many times longer: it answers few requests."""

_FIT = """
import json, sys
from pathlib import Path
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from mlctl.bundle.portable.write import portable
from mlctl.domain.columns import Column

folder = Path(sys.argv[1])
data = load_breast_cancer(as_frame=True)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(data.data, data.target)
columns = [Column(name, "number", 2, 0) for name in data.data]
(folder / "model.bin").write_bytes(portable(model, columns=columns).to_bytes())
rows = [[float(value) for value in row] for row in data.data.iloc[:64].to_numpy()]
(folder / "rows.json").write_text(json.dumps({"columns": list(data.data), "rows": rows}))
"""

_MLFLOW_FIT = """
import sys
import mlflow.sklearn
from mlflow.models import infer_signature
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

data = load_breast_cancer(as_frame=True)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(data.data, data.target)
signature = infer_signature(data.data, model.predict(data.data))
mlflow.sklearn.save_model(
    model, sys.argv[1], signature=signature, serialization_format="cloudpickle", pip_requirements=[]
)
"""

_SERVE = """
import sys
from mlctl.bundle.runtime import load
from mlctl.bundle.server import Service, Settings, serve

model = load(open(sys.argv[1], "rb").read())
sample = {column.name: 1.0 for column in model.columns}
sys.exit(serve(Service(model, "cancer", "cancer_000000_1", sample=sample), Settings(port=0)))
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found at one number of connections.

    Attributes
    ----------
    rates : mapping
        Requests a second by server: the median of the rounds.
    p50_us, p99_us : mapping
        Latency in microseconds, likewise.
    of_nothing, of_mlflow : float or None
        Median of the rounds' ratios; None where MLflow was not there.
    ceiling : float
        What the load generator reaches against a bare socket.
    """

    connections: int
    rates: Mapping[str, float]
    p50_us: Mapping[str, float]
    p99_us: Mapping[str, float]
    of_nothing: float
    of_mlflow: float | None
    ceiling: float

    @property
    def holds(self) -> bool:
        """Whether the goals at this number of connections are met."""
        mlflow = self.of_mlflow is None or self.of_mlflow >= OF_MLFLOW[self.connections]
        return mlflow and self.of_nothing >= OF_NOTHING[self.connections]


def compare(
    servers: Mapping[str, Server], requests: tuple[str, ...], connections: int, rounds: int, seconds: float
) -> Compared:
    """Ask the servers in turn, with so many connections, for so many rounds."""
    found: dict[str, list[Found]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, server in servers.items():
            length = seconds * (MLFLOW_FACTOR if name == "mlflow" else 1.0)
            order = Order(server.host, server.port, requests, connections, length, warm_up=length * WARM_UP)
            found[name].append(generate(order))
    failed = {name: sum(one.refused + one.lost for one in runs) for name, runs in found.items()}
    if any(failed.values()):
        raise RuntimeError(f"requests failed, which must not count as quick: {failed}")
    rates = {name: [one.rate for one in runs] for name, runs in found.items()}
    return Compared(
        connections,
        {name: statistics.median(each) for name, each in rates.items()},
        _latency(found, "p50"),
        _latency(found, "p99"),
        _ratio(rates["mlctl"], rates["nothing"]),
        _ratio(rates["mlctl"], rates["mlflow"]) if "mlflow" in rates else None,
        statistics.median(rates["bare"]),
    )


def _latency(found: Mapping[str, Sequence[Found]], name: str) -> dict[str, float]:
    return {
        server: statistics.median(one.latency[name] * 1e6 for one in runs) for server, runs in found.items()
    }


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


@contextmanager
def mlflow_server(folder: Path, python: Path) -> Iterator[Server]:
    """Serve the same model with MLflow, in its own environment."""
    model = folder / "mlflow_model"
    subprocess.run([python, "-c", _MLFLOW_FIT, model], check=True, capture_output=True, cwd=folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    words = ["models", "serve", "-m", model, "-p", str(port), "--env-manager", "local"]
    environment = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    with (folder / "mlflow.log").open("wb") as log:
        process = subprocess.Popen(
            [python.parent / "mlflow", *words],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _await(port, process, folder / "mlflow.log")
            yield Server(process, "127.0.0.1", port, 0.0)
        finally:
            os.killpg(process.pid, 15)
            process.wait()


def _await(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + MLFLOW_START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"MLflow's server did not start: {log.read_text()[-500:]}") from None
            time.sleep(0.2)
        else:
            return


def mlflow_python(folder: Path) -> tuple[Path | None, str]:
    """Return the interpreter of an environment with MLflow, made where need be; or why there is none."""
    python = folder / "bin" / "python"
    if not (folder / "bin" / "mlflow").exists():
        venv.create(folder, with_pip=True)
        wanted = ["mlflow>=3", "scikit-learn", "cloudpickle"]
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *wanted], capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no word"]
            return None, f"MLflow could not be installed: {last[0]}"
    return python, ""


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="the online server against doing nothing and against MLflow")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--mlflow", type=Path, help="environment with MLflow, made where it is not there")
    parser.add_argument("--no-mlflow", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python, skipped = (
            (None, "--no-mlflow") if asked.no_mlflow else mlflow_python(asked.mlflow or folder / "env")
        )
        found, memory = measure(folder, python, asked.rounds, asked.seconds)
    holds = all(one.holds for one in found) and memory <= MEMORY_MB
    if asked.json:
        told = {
            "holds": holds,
            "memory_mb": memory,
            "skipped": skipped,
            "found": [asdict(one) for one in found],
        }
        print(json.dumps({"schema_version": 1, "benchmark": "serve", **told}, indent=2))
    else:
        _show(found, memory, skipped)
    return 0 if holds else 1


def measure(folder: Path, python: Path | None, rounds: int, seconds: float) -> tuple[list[Compared], float]:
    """Start the servers and compare them; return what was found, and mlctl's memory in MB."""
    subprocess.run([sys.executable, "-c", _FIT, folder], check=True, cwd=_ROOT)
    rows = json.loads((folder / "rows.json").read_text())
    bodies = ({"dataframe_split": {"columns": rows["columns"], "data": [row]}} for row in rows["rows"])
    requests = tuple(request(json.dumps(body).encode()).decode() for body in bodies)
    with ExitStack() as stack:
        cores = _cores()
        _stay_on(cores[:1])  # the servers that are started now, too
        servers = {
            "mlctl": stack.enter_context(running([sys.executable, "-c", _SERVE, str(folder / "model.bin")])),
            "nothing": stack.enter_context(running(NOTHING)),
            "bare": stack.enter_context(running([*NOTHING, "--bare"])),
        }
        if python:
            servers["mlflow"] = stack.enter_context(mlflow_server(folder, python))
        _stay_on(cores[-1:])
        found = [compare(servers, requests, count, rounds, seconds) for count in CONNECTIONS]
        return found, resident(servers["mlctl"].process.pid) / 1e6


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _stay_on(cores: Sequence[int]) -> None:
    if cores:
        os.sched_setaffinity(0, cores)


def _show(found: Sequence[Compared], memory: float, skipped: str) -> None:
    for one in found:
        print(f"{one.connections} connections (ceiling of the load generator {one.ceiling:,.0f} a second)")
        for name, rate in one.rates.items():
            print(
                f"  {name:8}{rate:10,.0f} a second"
                f"{one.p50_us[name]:10,.0f} µs p50{one.p99_us[name]:10,.0f} µs p99"
            )
        print(f"  of doing nothing: {one.of_nothing:.2f} (goal: at least {OF_NOTHING[one.connections]})")
        if one.of_mlflow is not None:
            print(f"  of MLflow: {one.of_mlflow:,.0f} times (goal: at least {OF_MLFLOW[one.connections]:g})")
    print(f"memory when serving: {memory:.1f} MB (goal: at most {MEMORY_MB:g})")
    if skipped:
        print(f"MLflow was left out: {skipped}")


if __name__ == "__main__":
    sys.exit(main())
