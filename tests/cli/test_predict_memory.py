"""``mlctl predict`` holds a few pieces of the rows, however many there are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundle import made

PEAK = """
import resource, sys
from mlctl.cli.main import main
code = main(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""
SMALL, LARGE = 30_000, 300_000
SPARE_MB = 40  # of 300,000 rows, 20 MB as text and 150 MB as Python's mappings


def peak_mb(bundle, rows, output):
    """Predict a file in a process of its own; return the most memory that it held."""
    command = [sys.executable, "-c", PEAK, "predict", str(bundle), str(rows), "--output", str(output)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    code, peak = ran.stderr.splitlines()[-1].split()
    assert code == "0"
    return int(peak)


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss is that of Linux")
def test_memory_does_not_grow_with_the_rows(pyz, nowhere_else):
    peaks = []
    for count in (SMALL, LARGE):
        rows, output = Path(f"{count}.csv"), Path(f"{count}.out.csv")
        rows.write_text(made.csv_text(count))
        peaks.append(peak_mb(pyz, rows, output))
        with output.open() as lines:
            assert sum(1 for _ in lines) == count + 1
    assert peaks[1] - peaks[0] < SPARE_MB, peaks
