"""How long CDISC's conformance rules take on the CDISC pilot: the official command line's way, and the kit's.

DM, AE, EX, DS and LB as transport files; each way is a process of its own, and its memory is that of all processes that it
started. What they find is compared: every status, every violation. Exit code 1 where it differs. Run with ``make bench``;
``--profile`` says rule by rule where the time goes instead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core_runs import CT, KIB, RULES, Found, Memory, busy, passed, read_rules, rule_files, write_pilot

OF_STUDY = "Study"
AIM = 2.0
SHOWN = 30
SOON = 1.0


def official(folder: Path, rules: Path, workers: int) -> tuple[tuple[float, float], Found]:
    """The official command line's way."""
    from core_official import found_officially, run_officially

    results = run_officially(folder, rules, workers)
    taken = passed(), busy()
    of_study = {str(rule["Core"]["Id"]): rule.get("Sensitivity") == OF_STUDY for rule in read_rules(rules)}
    return taken, found_officially(results, of_study)


def kit(folder: Path, rules: Path, workers: int) -> tuple[tuple[float, float], Found]:
    """As ``trialbook check`` and ``trialbook validate`` run them; the engine starts while the datasets are read."""
    from trialbook.conformance.engine import engine_dataset, run_rules, warm_engine
    from trialbook.conformance.engine.reasons import NO_DEFINE, NO_PREFERRED_TERMS
    from trialbook.datasets import read_datasets
    from trialbook.standards import load_ct, load_standard

    engine = warm_engine()
    datasets = [engine_dataset(one, folder) for one in read_datasets(folder)]
    runs = run_rules(datasets, read_rules(rules), load_standard(), load_ct(CT, None), workers=workers)
    took = passed()
    # The last job's processes end after they have given their results, and only then is their time known.
    time.sleep(SOON)
    engine.close()
    taken = took, busy()
    found = Found()
    for run in runs:
        found.statuses[run.rule, ""] = run.status.value
        if run.reason in (NO_DEFINE, NO_PREFERRED_TERMS):
            found.left_out[run.rule] = run.reason
        for one in run.datasets:
            found.statuses[run.rule, one.dataset or "*"] = one.status.value
            for issue in one.issues:
                for variable, value in issue.values.items():
                    found.rows[run.rule, issue.dataset, str(issue.record or ""), variable, value] += 1
    return taken, found


WAYS: dict[str, Callable[[Path, Path, int], tuple[tuple[float, float], Found]]] = {
    "official": official,
    "kit": kit,
}


def measure(way: str, folder: Path, rules: Path, workers: int, out: Path) -> dict[str, Any]:
    """One way in a process of its own: seconds passed and of the processor, KiB at most, and of how many processes."""
    started = {**os.environ, "BENCH_STARTED": str(time.time()), "PYTHON_DOTENV_DISABLED": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", str(Path(__file__)), "--measure", way, "--data", str(folder)]
    command += ["--rules", str(rules), "--workers", str(workers), "--out", str(out)]
    with subprocess.Popen(command, env=started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        memory = Memory(process.pid)
        memory.start()
        said, errors = process.communicate()
        memory.stop()
    if process.returncode:
        raise SystemExit(f"{way} failed:\n{errors[-4000:]}")
    took, worked = json.loads(said.splitlines()[-1])
    return {"passed": took, "busy": worked, "peak": memory.peak, "processes": memory.processes}


def print_measurement(way: str, taken: dict[str, Any]) -> None:
    """A line of the table."""
    print(
        f"{way:<12}{taken['passed']:10.1f}{taken['busy']:12.1f}{taken['peak'] / KIB**2:14.2f}{taken['processes']:12}", flush=True
    )


def compare(folder: Path, rules: Path, workers: int, ways: list[str], work: Path) -> int:
    """Measure, compare, print; the exit code."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    count = len(rule_files(rules))
    print(f"{count} rules, {workers} workers; {os.cpu_count()} processors; load before measuring {load}")
    print(f"{'':<12}{'seconds':>10}{'processor':>12}{'peak GiB':>14}{'processes':>12}")
    taken = {}
    for way in ways:
        taken[way] = measure(way, folder, rules, workers, work / f"{way}.json")
        print_measurement(way, taken[way])
    if len(taken) < len(WAYS):
        return 0
    theirs, ours = taken["official"], taken["kit"]
    print(f"\n{theirs['passed'] / ours['passed']:.1f} times as fast (aim: {AIM:g}), with", end=" ")
    print(f"{ours['peak'] / theirs['peak']:.0%} of the memory (aim: {1 / AIM:.0%})")
    found = [Found.read(work / f"{way}.json") for way in ("official", "kit")]
    differences = list(found[0].differences(found[1]))
    for rule, reason in found[1].left_out.items():
        print(f"{rule} is {found[0].statuses[rule, '']} in the official way; the kit does not start it: {reason}")
    print(f"{len(found[0].statuses):,} statuses and {found[0].rows.total():,} values of violations compared: ", end="")
    print(f"{len(differences):,} differences" if differences else "no difference")
    for line in differences[:SHOWN]:
        print("  " + line)
    return 1 if differences else 0


def main() -> int:
    """Write the data, measure both ways, compare, print; or profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=Path, default=RULES, help="a folder of CDISC Open Rules")
    parser.add_argument("--data", type=Path, help="a folder of datasets [default: the pilot's DM, AE, EX, DS and LB]")
    parser.add_argument("--records", type=int, help="of the pilot's datasets only the first ones")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=WAYS, default=list(WAYS), help="one of the ways")
    parser.add_argument("--profile", action="store_true", help="where the time goes, rule by rule, as Markdown")
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        taken, found = WAYS[options.measure](options.data, options.rules, options.workers)
        found.write(options.out)
        print(json.dumps(taken))
        return 0
    if not options.rules.is_dir() or not rule_files(options.rules):
        print(f"skipped: there are no rules in {options.rules}; give a folder of CDISC Open Rules with --rules")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = options.data
        if folder is None:
            folder = work / "data"
            write_pilot(folder, records=options.records)
        if options.profile:
            from core_profile import profile

            print(profile(folder, options.rules))
            return 0
        return compare(folder, options.rules, options.workers, options.only, work)


if __name__ == "__main__":
    sys.exit(main())
