"""The engine's faster ways give what its own give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_faster_ways_give_what_the_engine_gives() -> None:
    beside = Path(__file__).with_name("tight_beside_engine.py")
    command = [
        sys.executable,
        "-P",
        "-W",
        "ignore",
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-W",
        "ignore",
        "-p",
        "no:cacheprovider",
        beside,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
