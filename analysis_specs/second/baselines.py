"""The baseline of a measurement, and the subjects as they were at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log10
from typing import Any

from trialbook.analysis.second.subjects import Described
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import Technique

from .course import Records
from .dates import whole_day
from .marrow import at_diagnosis, runs
from .sets import CONTROL

Row = dict[str, Any]
BLOOD = {"WBC": "WBCBL", "NEUT": "NEUTBL", "HGB": "HGBBL", "PLAT": "PLATBL"}
"""The blood counts that are described at baseline, by LBTESTCD."""

MARROW = "BONE MARROW, LIQUID"
NOT_KNOWN = "Missing"
ELDERLY = 60
"""Years of age from which on a subject is of the older group."""


def before_treatment(moment: str, subject: Row) -> bool:
    """Whether a value was taken before the first injection or, of controls and who was given none, on or before day 1.

    (BASELINE in protocol/analysis.yml.) On the day of the injection only a value whose time is earlier was before it.
    """
    if whole_day(moment) is None:
        return False
    if subject["ARMCD"] == CONTROL or not subject["RFXSTDTC"]:
        return moment[:10] <= subject["RFSTDTC"][:10]
    first = subject["RFXSTDTC"]
    return moment < first if "T" in moment and "T" in first else moment[:10] < first[:10]


def last_before(rows: Iterable[Row], subject: Row, date: str, ties: Callable[[Row], Any]) -> Row | None:
    """The last of the rows before treatment, by the variable ``date`` and then what tells the rows of one moment apart."""
    before = [row for row in rows if before_treatment(row[date], subject)]
    return max(before, key=lambda row: (row[date], ties(row)), default=None)


def laboratory_baseline(lb: Iterable[Row], test: str, subject: Row) -> Row | None:
    """The record of a test's baseline in blood; None where it is a bound, as ``<3``. Words in place of a number are no value."""
    results = [row for row in lb if row["LBTESTCD"] == test and row["LBSPEC"] != MARROW]
    measured = [row for row in results if row["LBSTRESN"] is not None or row["LBSTRESC"].startswith(("<", ">"))]
    last = last_before(measured, subject, "LBDTC", lambda row: row["LBREFID"])
    return last if last and last["LBSTRESN"] is not None else None


def baseline(subject: Row, records: Records, gene: str, protocol: Protocol) -> Described:
    """A subject at baseline: age, sex, subtype, performance status, chemotherapy before, MRD and blood counts (section 10.3)."""
    counted = {f"SEX | {subject['SEX'] or NOT_KNOWN}", f"MOLSUBT | {gene or NOT_KNOWN}"}
    measured: dict[str, float] = {"CONSOLN": 0, "HDACN": 0}
    if subject["AGE"] is None:
        counted.add(f"AGEGR1 | {NOT_KNOWN}")
    else:
        measured["AGE"] = float(subject["AGE"])
        counted.add(f"AGEGR1 | {'>=' if subject['AGE'] >= ELDERLY else '<'}{ELDERLY}")
    status = [row for row in records["RS"] if row["RSTESTCD"] == "ECOG101" and row["RSSTRESC"]]
    ecog = last_before(status, subject, "RSDTC", lambda row: row["VISITNUM"] or 0)
    counted.add(f"ECOGBL | {ecog['RSSTRESC'] if ecog else NOT_KNOWN}")
    high = {float(row["IDVARVAL"]) for row in records["SUPPCM"] if row["QNAM"] == "HDAC" and row["QVAL"] == "Y"}
    for row in records["CM"]:
        # Who was screened again has its cycles under each number.
        last = row["CMSPID"].startswith(f"{subject['SUBJID']}-")
        if last and row["CMCAT"] == "PRIOR CHEMOTHERAPY" and row["CMSCAT"] == "CONSOLIDATION":
            measured["CONSOLN"] += 1
            measured["HDACN"] += row["CMSEQ"] in high
    measured |= disease(subject, records["GF"], gene, protocol)
    for test, name in BLOOD.items():
        if found := laboratory_baseline(records["LB"], test, subject):
            measured[name] = found["LBSTRESN"]
    return Described(counted={Technique.BASELINE: frozenset(counted)}, measured={Technique.BASELINE: measured})


def disease(subject: Row, gf: list[Row], gene: str, protocol: Protocol) -> dict[str, float]:
    """The ratio of the target to ABL1 in % at diagnosis and at entry, and the log10 reduction between them."""
    found: dict[str, float] = {}
    diagnosis = at_diagnosis(gf, gene, subject["SUBJID"])
    before = [run for run in runs(gf, gene, protocol) if before_treatment(run.taken.isoformat(), subject)]
    entry = max(before, key=lambda run: (run.taken, run.run), default=None)
    if diagnosis is not None:
        found["RATIODX"] = float(diagnosis)
    if entry is not None and entry.ratio is not None:
        found["RATIOBL"] = float(entry.ratio)
        if diagnosis and entry.ratio:
            found["LOGREDBL"] = log10(diagnosis / entry.ratio)
    return found
