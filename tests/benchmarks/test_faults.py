"""Runs that are disturbed leave the old output or the new; ``make faults`` does the same with 200 kills."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="kill -9 is POSIX, and the one-step exchange Linux")
def test_ten_runs_killed_and_others_disturbed_leave_nothing_that_should_not_be(repository: Path) -> None:
    script = repository / "benchmarks" / "faults.py"
    ended = subprocess.run(
        [sys.executable, str(script), "--runs", "10", "--seed", "3"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert "FAULT" not in ended.stdout
