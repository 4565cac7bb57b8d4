"""How long each step of a run takes on an export of many records: read, map, check, write.

The export is of the study in ``tests/tiny_study``: adverse events, a fault in about one of fifty. Run with ``make bench``, or
``python benchmarks/bench_validate.py --records 1000000``; ``--profile`` adds where the time of each step goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from trialbook.checks.check import check_tables
from trialbook.checks.export_rules import check_export
from trialbook.checks.tables import form_table, mapped_table
from trialbook.datasets import write_datasets
from trialbook.exports import read_export
from trialbook.findings import Threshold
from trialbook.mapping import collect_forms, map_forms
from trialbook.run import Study

STUDY = Path(__file__).resolve().parents[1] / "tests" / "tiny_study"
TERMS = ("Nausea", "Fever", "Headache", "Rash", "Cough", "Fatigue", "Neutropenia", "Back pain")
EVENTS_A_SUBJECT = 20


def write_export(folder: Path, records: int, seed: int = 1) -> None:
    """``dm.csv`` and ``ae.csv``: 20 events a subject, one in fifty with a fault."""
    rng = np.random.default_rng(seed)
    subjects = [f"{number:06d}" for number in range(1, max(records // EVENTS_A_SUBJECT, 1) + 1)]
    died = rng.random(len(subjects)) < 0.05
    dm = pd.DataFrame(
        {
            "SUBJECT": subjects,
            "SITE": rng.choice(["S1", "S2", "S3"], len(subjects)),
            "SEX": rng.choice(["Female", "Male"], len(subjects)),
            "CONSENT": "2024-01-10",
            "DEATH": np.where(died, "2024-09-01", ""),
        }
    )
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 240, records), unit="D")
    ae = pd.DataFrame(
        {
            "SUBJECT": rng.choice(subjects, records),
            "TERM": pd.Series(rng.choice(TERMS, records)) + " " + pd.Series(np.arange(records) % 1000).astype("str"),
            "SEVERITY": rng.choice(["Mild", "Moderate", "Severe"], records),
            "SERIOUS": "No",
            "CRITERION": "",
            "START": start.strftime("%Y-%m-%d"),
            "END": (start + pd.to_timedelta(rng.integers(0, 30, records), unit="D")).strftime("%Y-%m-%d"),
        }
    )
    for column, wrong in (
        ("SEVERITY", "Grade 2"),
        ("SERIOUS", "Yes"),
        ("START", "31.12.2024"),
        ("SUBJECT", "999999"),
        ("END", "soon"),
    ):
        ae.loc[rng.random(records) < 0.004, column] = wrong
    dm.to_csv(folder / "dm.csv", index=False)
    ae.to_csv(folder / "ae.csv", index=False)


class Clock:
    """Times steps one by one; with ``profile`` each under the profiler, which makes it slower."""

    def __init__(self, profile: bool) -> None:
        self.profile = profile
        self.seconds: dict[str, tuple[float, float]] = {}

    def __call__(self, step: str, run: Callable[[], Any]) -> Any:
        """Run a step and keep its seconds: as they passed, and those of the processor, which other work does not lengthen."""
        profiler = cProfile.Profile() if self.profile else None
        start, busy = perf_counter(), process_time()
        result = profiler.runcall(run) if profiler else run()
        self.seconds[step] = perf_counter() - start, process_time() - busy
        if profiler:
            print(f"\n{step}")
            pstats.Stats(profiler).sort_stats("cumulative").print_stats("trialbook", 18)
        return result


def measure(records: int, folder: Path, clock: Clock) -> tuple[int, int]:
    """Every step of ``Study.validate`` and ``Study.map`` by itself; the numbers of rules and findings."""
    export, out = folder / "export", folder / "sdtm"
    export.mkdir()
    out.mkdir()
    write_export(export, records)
    study = Study(STUDY)
    specs, standard, name = study.specs, study.standard, study.protocol.id
    assert study.ct.codelists and study.models

    raw = clock("read the export", lambda: read_export(export))
    forms = clock("find the forms", lambda: collect_forms(raw, specs.forms))
    mapped = clock("map to SDTM", lambda: map_forms(forms, specs, standard, name))
    form_tables = {form: form_table(found, mapped.usubjid.get(form)) for form, found in forms.found.items()}
    data_tables = {domain: mapped_table(one, form_tables) for domain, one in mapped.datasets.items()}

    def check_forms() -> Any:
        _, outcomes = check_export(forms, specs.forms, form_tables, name)
        findings, more = check_tables(form_tables, {form: study.form_rules(form) for form in specs.forms}, {}, name)
        return findings, [*outcomes, *more]

    def check_datasets() -> Any:
        rules = {domain: study.dataset_rules(one.dataset, one.keys) for domain, one in mapped.datasets.items()}
        return check_tables(data_tables, rules, {}, name)

    raw_findings, raw_outcomes = clock("check the forms", check_forms)
    findings, outcomes = clock("check the datasets", check_datasets)
    clock(
        "write datasets (xpt, read back)", lambda: write_datasets([one.dataset for one in mapped.datasets.values()], out, "xpt")
    )
    reports = folder / "reports"
    reports.mkdir()
    run = clock("the whole of validate", lambda: study.validate(export))
    clock("write the reports", lambda: run.write(reports, Threshold.ERROR))
    return len(raw_outcomes) + len(outcomes), len(raw_findings) + len(findings)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000, help="records of adverse events")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    options = parser.parse_args()
    clock = Clock(options.profile)
    with tempfile.TemporaryDirectory() as folder:
        rules, findings = measure(options.records, Path(folder), clock)
    print(f"{options.records:,} records, {rules} rules, {findings:,} findings")
    print(f"  {'seconds':<34}{'passed':>8}{'processor':>12}")
    for step, (passed, busy) in clock.seconds.items():
        print(f"  {step:<34}{passed:8.2f}{busy:12.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"  {'peak memory':<34}{peak:8.2f} GiB")


if __name__ == "__main__":
    main()
