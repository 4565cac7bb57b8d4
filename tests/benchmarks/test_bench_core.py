"""The comparison of the two ways of running CDISC's rules sees what differs, and says so where there are no rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def test_without_rules_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "bench_core.py"), "--rules", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"skipped: there are no rules in {tmp_path / 'none'}")


def test_what_differs_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from core_runs import Found

    official, kit = Found(), Found()
    official.statuses = {("R1", ""): "SUCCESS", ("R1", "AE"): "SUCCESS", ("R2", ""): "EXECUTION ERROR", ("R3", ""): "SKIPPED"}
    kit.statuses = {("R1", ""): "SUCCESS", ("R2", ""): "SKIPPED", ("R3", ""): "SUCCESS"}
    kit.left_out = {"R2": "there is no Define-XML"}
    official.rows.update({("R4", "AE", "1", "AETERM", "x"): 1, ("R4", "AE", "2", "AETERM", ""): 2})
    kit.rows.update({("R4", "AE", "1", "AETERM", "x"): 1, ("R4", "AE", "2", "AETERM", ""): 1})
    kit.write(tmp_path / "kit.json")
    assert list(official.differences(Found.read(tmp_path / "kit.json"))) == [
        "R1 AE: SUCCESS · not run",
        "R3 (the rule): SKIPPED · SUCCESS",
        "R4 · AE · 2 · AETERM · : 2 · 1",
    ]


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="there is no /proc/PID/smaps_rollup here")
def test_memory_is_that_of_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from core_runs import KIB, Memory

    hold = "import os, time; held = bytearray(80 * 1024**2); child = os.fork(); time.sleep(2)"
    with subprocess.Popen([sys.executable, "-c", hold], env=os.environ) as process:
        memory = Memory(process.pid)
        memory.start()
        process.wait()
        memory.stop()
    # Both have it, and it is there once.
    assert 80 * KIB < memory.peak < 140 * KIB
    assert memory.processes == 2
