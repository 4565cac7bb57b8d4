"""The benchmark of the analysis runs, and times what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_it_prints_a_table_of_seconds(repository: Path):
    script = repository / "benchmarks" / "bench_analysis.py"
    done = subprocess.run([sys.executable, script, "--trials", "20"], capture_output=True, text=True, check=True)
    head, _, *rows = done.stdout.splitlines()
    assert head == "| 20 trials | seconds |"
    steps = {row.split("|")[1].strip(): float(row.split("|")[2]) for row in rows}
    assert {"Miettinen–Nurminen interval (aim: 1)", "Fisher's test", "stratified Miettinen–Nurminen interval"} < set(steps)
    assert all(0 <= seconds < 60 for seconds in steps.values())
