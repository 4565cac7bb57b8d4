"""How long a million laboratory results take, from the export to ``findings.json``: read, map, check, write.

Each measurement is a process of its own, so that its memory is its own. Beside the kit: the plain read of the same file by polars
and by pandas as text, and ``by_hand.py``, which maps the same results without a check. Run with ``make bench``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FINDINGS_OF_WORKBOOK = 100_000
KIB = 1024**2


class Clock:
    """Seconds since the process began, by step: as they passed, and of the processor, which other work does not lengthen."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[float, float]] = {}
        self._last = (time.time() - float(os.environ["BENCH_STARTED"]), time.process_time())
        self.steps["start Python and import"] = self._last
        self._began = time.perf_counter(), time.process_time()
        self._name: str | None = None

    def __call__(self, step: str | None) -> None:
        """End the step that runs, if any, and begin the next."""
        now = time.perf_counter(), time.process_time()
        if self._name is not None:
            passed, busy = self.steps.get(self._name, (0.0, 0.0))
            self.steps[self._name] = passed + now[0] - self._began[0], busy + now[1] - self._began[1]
        self._name, self._began = step, now


def read_by_polars(export: Path, work: Path) -> dict[str, Any]:
    """The file of laboratory results as text."""
    import polars

    clock = Clock()
    clock("read")
    frame = polars.read_csv(export / "LAB.csv", infer_schema=False)
    clock(None)
    return {"steps": clock.steps, "records": frame.height}


def read_by_pandas(export: Path, work: Path) -> dict[str, Any]:
    """The file of laboratory results as text."""
    import pandas

    clock = Clock()
    clock("read")
    frame = pandas.read_csv(export / "LAB.csv", dtype="str", keep_default_na=False)
    clock(None)
    return {"steps": clock.steps, "records": len(frame)}


def map_by_hand(export: Path, work: Path) -> dict[str, Any]:
    """LB of the laboratory results by plain pandas."""
    from by_hand import map_lb

    clock = Clock()
    clock("read and map")
    frame = map_lb(export)
    clock(None)
    return {"steps": clock.steps, "records": len(frame)}


def validate(export: Path, work: Path) -> dict[str, Any]:
    """The whole export with every rule, and its ``findings.json``."""
    from trialbook.findings import Stage, Threshold, findings_json_parts
    from trialbook.run import Study

    clock = Clock()
    clock("load the study")
    study = Study(ROOT)
    assert study.ct.codelists and study.models
    run = study.validate(export, progress=clock)
    clock("writing findings.json")
    with (work / "findings.json").open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.writelines(findings_json_parts(run.results, Threshold.ERROR))
    clock(None)
    return {
        "steps": clock.steps,
        "records": sum(one.records for one in run.results.datasets if one.stage is Stage.RAW),
        "findings": len(run.results.findings),
        "rules": len(run.results.rules),
    }


def write_workbook(export: Path, work: Path) -> dict[str, Any]:
    """``report.xlsx`` with 100,000 findings: those of the export, again and again until there are as many."""
    from dataclasses import replace

    from trialbook.findings import Threshold
    from trialbook.reports.workbook import write_workbook
    from trialbook.run import Study

    results = Study(ROOT).validate(export).results
    found = results.findings
    assert found
    many = tuple(found[i % len(found)] for i in range(FINDINGS_OF_WORKBOOK))
    clock = Clock()
    clock.steps.clear()
    clock("writing report.xlsx")
    write_workbook(replace(results, findings=many), work / "report.xlsx", Threshold.ERROR)
    clock(None)
    return {"steps": clock.steps, "findings": len(many)}


MEASUREMENTS: dict[str, tuple[str, Callable[[Path, Path], dict[str, Any]], str]] = {
    "polars": ("polars reads LAB.csv as text", read_by_polars, "clean"),
    "pandas": ("pandas reads LAB.csv as text", read_by_pandas, "clean"),
    "by hand": ("plain pandas maps LB by hand, no check", map_by_hand, "clean"),
    "clean": ("trialbook validate, clean", validate, "clean"),
    "by hand, failing": ("plain pandas maps LB by hand, 10 % failing", map_by_hand, "failing"),
    "failing": ("trialbook validate, 10 % failing", validate, "failing"),
    "workbook": (f"report.xlsx with {FINDINGS_OF_WORKBOOK:,} findings", write_workbook, "failing"),
}


def measure(name: str, exports: Path, work: Path) -> dict[str, Any]:
    """One measurement in a process of its own."""
    started = {**os.environ, "BENCH_STARTED": str(time.time())}
    command = [sys.executable, str(Path(__file__)), "--measure", name, "--exports", str(exports), "--work", str(work)]
    done = subprocess.run(command, env=started, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def print_measurement(title: str, result: dict[str, Any], by_hand: dict[str, Any] | None) -> None:
    """A measurement as lines of a table."""
    said = [f"{result[what]:,} {what}" for what in ("records", "rules", "findings") if what in result]
    print(f"\n{title} ({', '.join(said)})")
    for step, (passed, busy) in result["steps"].items():
        print(f"  {step:<34}{passed:9.2f}{busy:12.2f}")
    passed, busy = _total(result)
    print(f"  {'together':<34}{passed:9.2f}{busy:12.2f}    peak memory {result['peak'] / KIB:.2f} GiB")
    if by_hand:
        least, work = _total(by_hand)
        print(f"  {'times by hand':<34}{passed / least:9.1f}{busy / work:12.1f}")


def _total(result: dict[str, Any]) -> tuple[float, float]:
    return sum(step[0] for step in result["steps"].values()), sum(step[1] for step in result["steps"].values())


def main() -> None:
    """Make the exports, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000, help="laboratory results")
    parser.add_argument("--exports", type=Path, help="a folder with clean/ and failing/ of lab_export.py [default: made anew]")
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, default=list(MEASUREMENTS), help="some measurements")
    parser.add_argument("--measure", choices=MEASUREMENTS, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        _, run, which = MEASUREMENTS[options.measure]
        result = run(options.exports / which, options.work)
        print(json.dumps(result | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        exports = options.exports
        if exports is None:
            exports = work / "exports"
            exports.mkdir()
            command = [sys.executable, str(HERE / "lab_export.py"), str(exports), "--records", str(options.records)]
            subprocess.run(command, check=True)
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"{os.cpu_count()} processors; load before measuring {load}")
        print(f"{'seconds':<36}{'passed':>9}{'processor':>12}")
        by_hand = None
        for name in options.only:
            title, run, _ = MEASUREMENTS[name]
            result = measure(name, exports, work)
            by_hand = result if run is map_by_hand else by_hand
            print_measurement(title, result, by_hand if run is validate else None)


if __name__ == "__main__":
    main()
